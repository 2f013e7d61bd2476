package stuckchan

import (
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

// nils reports waits for channels that nobody makes.
func nils(in *engine.Info, seen map[token.Pos]bool) []report.Diagnostic {
	var out []report.Diagnostic
	for _, w := range in.Interleavings().NilWaits() {
		pos := w.Instr.Pos()
		if seen[pos] || !pos.IsValid() {
			continue
		}
		seen[pos] = true
		name := in.Operations().Subject(explore.Pos(pos))
		if name == "" {
			name = "the channel"
		}
		verb, why := "receives from", "it is nil"
		_, sends := w.Instr.(*ssa.Send)
		if sends {
			verb = "sends on"
		}
		var cure []analysis.SuggestedFix
		if w.Field != nil {
			why = "nothing in the package makes it, so it is nil"
			cure = makeField(in, w.Field, sends)
		}
		fn := ssabuild.FuncName(w.Instr.Parent())
		out = append(out, report.Diagnostic{
			Code: "stuckchan/nil", Pos: pos, Fixes: cure,
			Message: fmt.Sprintf("%s %s %s and waits for ever: %s", fn, verb, name, why),
			Witness: []report.Step{{Goroutine: "G1", Func: fn, Pos: pos, Text: verb + " " + name + ", which is nil, and waits for ever"}},
		})
	}
	return out
}
