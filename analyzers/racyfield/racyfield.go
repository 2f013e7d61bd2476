package racyfield

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is racyfield on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "racyfield", doc, run)
}

// A place is where one function breaks the rule for one field.
type place struct {
	field access.Class
	fn    *ssa.Function
	call  ssa.CallInstruction
	pos   token.Pos
}

func run(in *engine.Info, r *report.Reporter) {
	claimed := in.Accesses().Claimed(accesses.Counter)
	seen := make(map[place]bool)
	said := make(map[access.Class]bool)
	for _, u := range in.Accesses().UnlockedCalls() {
		seen[place{fn: ssabuild.Outermost(u.Callee), call: u.Call}] = true
		d := unlockedCall(in, u)
		if !in.Accesses().SureCall(u) {
			d.Code = "racyfield/minority"
		}
		r.Add(d)
	}
	var bad findings
	for _, b := range in.Accesses().BadSites() {
		said[b.Guard.Field] = true
		p := placeOf(b.Guard, b.Site)
		if claimed[b.Guard.Field] || seen[p] {
			continue
		}
		seen[p] = true
		f := &finding{Diagnostic: unguarded(in, b.Guard, b.Site), guard: b.Guard, sites: []*accesses.Site{b.Site}}
		if !b.Sure {
			f.Code = "racyfield/minority"
		}
		bad.add(in, f, p.field != "")
	}
	for _, f := range bad.list {
		r.Add(f.Diagnostic)
	}
	for _, g := range in.Accesses().Guards() {
		for _, s := range accesses.Worst(g.Shared) {
			if p := (place{field: g.Field + "/r", fn: ssabuild.Outermost(s.Fn)}); !claimed[g.Field] && !seen[p] {
				seen[p] = true
				r.Add(readLocked(in, g, s))
			}
		}
	}
	for _, e := range in.Accesses().Escapes() {
		if p := (place{field: e.Guard.Field + "/e", fn: e.Load.Fn}); !seen[p] {
			seen[p] = true
			r.Add(escape(in, e))
		}
	}
	for _, s := range in.Accesses().PlainUses() {
		said[s.Path.Class()] = true
		r.Add(plainUse(in, s))
	}
	for _, race := range in.Accesses().Races() {
		if race.Family == accesses.Field && !said[race.Group.Key.Class] && !race.Conflicts[0].HandlerOnly() {
			said[race.Group.Key.Class] = race.Group.Key.Class != ""
			r.Add(parallel(in, race))
		}
	}
}

// placeOf is where a bad access stands.
func placeOf(g *accesses.Guard, s *accesses.Site) place {
	switch {
	case s.Call != nil:
		return place{fn: ssabuild.Outermost(s.Fn), call: s.Call}
	case s.Whole: // one copy, however many fields
		return place{fn: ssabuild.Outermost(s.Fn), pos: s.Pos}
	}
	return place{field: g.Field, fn: ssabuild.Outermost(s.Fn)}
}

// parallel describes a race that an activation shows directly, whatever guards the field elsewhere.
func parallel(in *engine.Info, race *accesses.Race) report.Diagnostic {
	c := race.Conflicts[0]
	d := report.Diagnostic{Code: "racyfield/parallel", Pos: c.X.Pos, Message: in.Clash(c), Witness: in.Interleaving(c)}
	for _, other := range race.Conflicts[1:] {
		if other.X.Pos != c.X.Pos {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: other.X.Pos, Message: "also " + in.Verb(other.X) + " here"})
		}
	}
	return d
}

// unlockedCall describes a call of fooLocked without the lock.
func unlockedCall(in *engine.Info, u *accesses.UnlockedCall) report.Diagnostic {
	callee, pos, peer := ssabuild.FuncName(u.Callee), ssabuild.InstrPos(u.Call), ssabuild.InstrPos(u.Peer)
	return report.Diagnostic{
		Code: "racyfield/needlock", Pos: pos,
		Message: fmt.Sprintf("%s is called without a lock, but expects its caller to hold one, as the call at %s does with %s; the two may run in parallel",
			callee, in.Prog.Place(peer), u.Name),
		Witness: []report.Step{
			{Goroutine: "G1", Func: ssabuild.FuncName(u.Call.Parent()), Pos: pos, Text: "calls " + callee + " without a lock"},
			{Goroutine: "G2", Func: ssabuild.FuncName(u.Peer.Parent()), Pos: peer, Text: "calls " + callee + " under " + u.Name + " at the same time"},
		},
	}
}

func unguarded(in *engine.Info, g *accesses.Guard, s *accesses.Site) report.Diagnostic {
	peer := g.Peer(s)
	if g.Stated != nil && (s.Call == nil || peer == nil) {
		return broken(in, g, s)
	}
	name := in.AccessName(s.Access)
	lock := g.LockName(s)
	where := fmt.Sprintf("the %s at %s", noun(peer), in.Prog.Place(peer.Pos))
	d := report.Diagnostic{Pos: s.Pos}
	switch {
	case s.Call != nil:
		d.Code = "racyfield/needlock"
		d.Pos = ssabuild.InstrPos(s.Call)
		callee := ssabuild.FuncName(s.Fn)
		d.Message = fmt.Sprintf("%s is called without %s, which its other callers hold; its %s of %s at %s may run in parallel with %s",
			callee, g.Lock.Short(), noun(s), name, in.Prog.Place(s.Pos), where)
		d.Witness = append(d.Witness, report.Step{Goroutine: "G1", Func: ssabuild.FuncName(s.Call.Parent()), Pos: d.Pos, Text: "calls " + callee + " without " + g.Lock.Short()})
	case s.Base == nil:
		d.Code = "racyfield/global"
	case g.Content:
		d.Code = "racyfield/container"
	default:
		d.Code = "racyfield/unguarded"
	}
	if s.Call == nil {
		d.Message = fmt.Sprintf("%s is %s without %s, which is held at %d of %d accesses; it may run in parallel with %s",
			name, in.Verb(s.Access), lock, g.Held, g.Held+g.Bare, where)
	}
	d.Witness = append(d.Witness,
		report.Step{Goroutine: "G1", Func: ssabuild.FuncName(s.Fn), Pos: s.Pos, Text: in.Verb3(s.Access) + " " + name + " without " + lock},
		report.Step{Goroutine: "G2", Func: ssabuild.FuncName(peer.Fn), Pos: peer.Pos, Text: in.Verb3(peer.Access) + " " + in.AccessName(peer.Access) + " under " + g.LockName(peer) + " at the same time"})
	d.Fixes = withContract(in, g, []*accesses.Site{s}, fixes(in, g, s))
	return d
}

func readLocked(in *engine.Info, g *accesses.Guard, s *accesses.Site) report.Diagnostic {
	name, lock := in.AccessName(s.Access), g.LockName(s)
	return report.Diagnostic{
		Code: "racyfield/rlockwrite", Pos: s.Pos,
		Message: fmt.Sprintf("%s is %s while %s is only read-locked; other readers, and this function itself, run in parallel with it", name, in.Verb(s.Access), lock),
		Witness: []report.Step{
			{Goroutine: "G1", Func: ssabuild.FuncName(s.Fn), Pos: s.Pos, Text: in.Verb3(s.Access) + " " + name + " under the read lock of " + lock},
			{Goroutine: "G2", Func: ssabuild.FuncName(s.Fn), Pos: s.Pos, Text: "does the same at the same time, as read locks do not exclude each other"},
		},
	}
}

func noun(s *accesses.Site) string {
	if s.Write() {
		return "write"
	}
	return "read"
}
