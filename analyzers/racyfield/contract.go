package racyfield

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

// broken describes an access without the lock that the declaration names.
func broken(in *engine.Info, g *accesses.Guard, s *accesses.Site) report.Diagnostic {
	name, lock := in.AccessName(s.Access), g.LockName(s)
	place := " in " + g.Field.Pkg()
	if g.Stated.Pos.IsValid() {
		place = " at " + in.Prog.Place(g.Stated.Pos)
	}
	d := report.Diagnostic{
		Code: "racyfield/contract", Pos: s.Pos,
		Message: fmt.Sprintf("%s is %s without %s, which guards it as its declaration%s says", name, in.Verb(s.Access), lock, place),
		Witness: []report.Step{{Goroutine: "G1", Func: ssabuild.FuncName(s.Fn), Pos: s.Pos, Text: in.Verb3(s.Access) + " " + name + " without " + lock}},
	}
	if g.Stated.Pos.IsValid() {
		d.Related = []analysis.RelatedInformation{{Pos: g.Stated.Pos, Message: "the contract"}}
	}
	if peer := g.Peer(s); peer != nil {
		d.Witness = append(d.Witness, report.Step{Goroutine: "G2", Func: ssabuild.FuncName(peer.Fn), Pos: peer.Pos,
			Text: in.Verb3(peer.Access) + " " + in.AccessName(peer.Access) + " under " + g.LockName(peer) + " at the same time"})
	}
	d.Fixes = fixes(in, g, s)
	return d
}

// plainUse describes an access that does not go through sync/atomic although the declaration asks for it.
func plainUse(in *engine.Info, s *accesses.Site) report.Diagnostic {
	name := in.AccessName(s.Access)
	return report.Diagnostic{
		Code: "racyfield/contract", Pos: s.Pos,
		Message: fmt.Sprintf("%s is %s plainly, but its declaration asks for sync/atomic; the plain access is a data race", name, in.Verb(s.Access)),
		Witness: []report.Step{{Goroutine: "G1", Func: ssabuild.FuncName(s.Fn), Pos: s.Pos, Text: in.Verb3(s.Access) + " " + name + " plainly"}},
	}
}

// escape describes a getter that gives away the map or slice that a lock guards.
func escape(in *engine.Info, e *accesses.Escape) report.Diagnostic {
	g, s, peer := e.Guard, e.Load, e.Peer
	name, fn := in.AccessName(s.Access), ssabuild.FuncName(s.Fn)
	return report.Diagnostic{
		Code: "racyfield/escape", Pos: s.Pos,
		Message: fmt.Sprintf("%s returns %s itself, not a copy; its callers use it after %s is released, in parallel with the %s at %s",
			fn, name, g.LockName(s), change(in, peer), in.Prog.Place(peer.Pos)),
		Witness: []report.Step{
			{Goroutine: "G1", Func: fn, Pos: s.Pos, Text: "returns " + name + " and releases " + g.LockName(s)},
			{Goroutine: "G2", Func: ssabuild.FuncName(peer.Fn), Pos: peer.Pos, Text: in.Verb3(peer.Access) + " " + in.AccessName(peer.Access) + " under " + g.LockName(peer)},
			{Goroutine: "G1", Pos: s.Pos, Text: "reads what was returned at the same time, without the lock"},
		},
	}
}

func change(in *engine.Info, s *accesses.Site) string {
	if s.Method != "" {
		return s.Method
	}
	return "write"
}
