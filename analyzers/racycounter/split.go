package racycounter

import (
	"fmt"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

// split describes an update in two atomic steps.
func split(in *engine.Info, u accesses.SplitUpdate) report.Diagnostic {
	fn, name := ssabuild.FuncName(u.Store.Parent()), u.Path.String()
	load, store := ssabuild.InstrPos(u.Load), ssabuild.InstrPos(u.Store)
	return report.Diagnostic{
		Code: "racycounter/update", Pos: store,
		Message: fmt.Sprintf("%s is stored atomically, but from the value loaded at %s; what another goroutine adds in between is lost", name, in.Prog.Place(load)),
		Witness: []report.Step{
			{Goroutine: "G1", Func: fn, Pos: load, Text: "loads " + name},
			{Goroutine: "G2", Func: fn, Pos: store, Text: "loads and stores " + name + " as well"},
			{Goroutine: "G1", Func: fn, Pos: store, Text: "stores " + name + " from the old value; the change of G2 is lost"},
		},
		Fixes: oneStep(in, store),
	}
}
