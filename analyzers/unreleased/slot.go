package unreleased

import (
	"fmt"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

// isCall reports whether a lock was taken by a call, not by sending on a channel
// or receiving from it.
func isCall(site ssa.Instruction) bool {
	_, ok := site.(ssa.CallInstruction)
	return ok
}

// lostSlot reports a slot that is not given back, and a lock or slot that a
// goroutine was given and does not give back.
func lostSlot(in *engine.Info, e *locks.Event) report.Diagnostic {
	name, since := e.Held.Path.String(), place(in, e.Held.Site)
	d := report.Diagnostic{Code: "unreleased/token", Pos: exitPos(e.Leak.Exit)}
	what, consequence := "without giving back the slot of "+name+" taken at "+since, "once all slots are lost, everybody waits for ever"
	took, gives := "takes a slot of "+name, "without giving back the slot of "+name
	switch {
	case e.Held.Mode == api.Token:
	case isCall(e.Held.Site):
		d.Code = "unreleased/exit"
		what, consequence = "with "+name+" still locked since "+since, "the next goroutine that locks it waits for ever"
		took, gives = "locks "+name, "without releasing "+name
	default:
		what, consequence = "without giving back the only slot of "+name+" taken at "+since, "the next goroutine that wants it waits for ever"
		took = "takes the only slot of " + name
	}
	who, end, g := "this path returns", "returns "+gives, "G1"
	if e.Leak.Loop {
		who, end = "this iteration may end", "goes on to the next iteration "+gives
	}
	d.Witness = in.Steps("G1", e.Held.Chain, took)
	if e.Leak.Handed != nil {
		who, end, g = "this goroutine ends", "ends "+gives, "G2"
		d.Witness = append(d.Witness, report.Step{Goroutine: "G1", Func: ssabuild.FuncName(e.Leak.Handed.Parent()), Pos: ssabuild.InstrPos(e.Leak.Handed), Text: "starts G2, which is to give it back"})
	}
	d.Message = fmt.Sprintf("%s %s; %s", who, what, consequence)
	d.Fixes = slotFixes(in, e)
	d.Witness = append(d.Witness, report.Step{Goroutine: g, Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: end},
		report.Step{Goroutine: "G3", Func: "any other user", Pos: ssabuild.InstrPos(e.Held.Site), Text: "wants it and waits"})
	return d
}
