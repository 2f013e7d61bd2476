package racycounter

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
)

// oneStep rewrites x.Store(x.Load() + e), a statement of its own, to x.Add(e). The
// operand e calls nothing, so that its value is the same.
func oneStep(in *engine.Info, store token.Pos) []analysis.SuggestedFix {
	_, path := edit.Enclosing(in.Prog.Files, store)
	for i, n := range path {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			continue
		}
		if i+1 >= len(path) || len(call.Args) != 1 {
			return nil
		}
		if _, ok := path[i+1].(*ast.ExprStmt); !ok {
			return nil
		}
		to, ok := call.Fun.(*ast.SelectorExpr)
		sum, isSum := call.Args[0].(*ast.BinaryExpr)
		if !ok || !isSum || sum.Op != token.ADD || calls(sum.Y) {
			return nil
		}
		load, ok := sum.X.(*ast.CallExpr)
		if !ok || len(load.Args) != 0 {
			return nil
		}
		from, ok := load.Fun.(*ast.SelectorExpr)
		if !ok || calls(to.X) || types.ExprString(from.X) != types.ExprString(to.X) {
			return nil
		}
		return []analysis.SuggestedFix{{Message: "Add in one atomic step", TextEdits: []analysis.TextEdit{
			edit.Replace(to.Sel, "Add"),
			{Pos: sum.Pos(), End: sum.Y.Pos()},
		}}}
	}
	return nil
}
