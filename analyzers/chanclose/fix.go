package chanclose

import (
	"go/ast"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
)

// fixes leaves the close of a channel to a deferred one, where a path also closes it just before it returns. That path always
// panics as it is; with one close the receivers see what they see on the other paths.
func fixes(in *engine.Info, f *skeleton.Finding) []analysis.SuggestedFix {
	if f.Kind != explore.DoubleClose || f.Assumed() {
		return nil
	}
	pos := engine.PlaceOf(&f.Blocked[0])
	_, path := edit.Enclosing(in.Prog.Files, pos)
	for _, n := range path {
		d, ok := n.(*ast.DeferStmt)
		if !ok {
			continue
		}
		if len(d.Call.Args) != 1 || edit.CalledName(d.Call) != "close" || !edit.Plain(d.Call.Args[0]) {
			return nil
		}
		if cuts, ok := edit.LeaveToDefer(in.Prog.Info, in.Prog.Files, d.Call); ok {
			return []analysis.SuggestedFix{{Message: "Leave the close to the deferred call", TextEdits: cuts}}
		}
		return nil
	}
	return nil
}
