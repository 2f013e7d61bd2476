package report

import (
	"go/ast"
	"go/token"
)

// span returns the range to show for a position that has no end: where it is
// the opening parenthesis of a call, as positions of calls in SSA form are,
// the callee before it, as far as that stands on the same line.
func (r *Reporter) span(pos token.Pos) (token.Pos, token.Pos) {
	file := r.fileOf(pos)
	if file == nil {
		return pos, token.NoPos
	}
	start, end := pos, token.NoPos
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil || n.End() <= pos || pos < n.Pos() {
			return false
		}
		if call, ok := n.(*ast.CallExpr); ok && call.Lparen == pos {
			start, end = r.callee(call), pos
			return false
		}
		return true
	})
	return start, end
}

func (r *Reporter) callee(call *ast.CallExpr) token.Pos {
	line := func(p token.Pos) int { return r.pass.Fset.Position(p).Line }
	candidates := []token.Pos{call.Fun.Pos()}
	if sel, ok := ast.Unparen(call.Fun).(*ast.SelectorExpr); ok {
		candidates = append(candidates, sel.Sel.Pos())
	}
	for _, p := range candidates {
		if line(p) == line(call.Lparen) {
			return p
		}
	}
	return call.Lparen
}
