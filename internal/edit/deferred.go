package edit

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// Inert reports whether evaluating the operands of a return does nothing and reads nothing that a lock could guard: names and
// constants only.
func Inert(info *types.Info, ret *ast.ReturnStmt) bool {
	for _, e := range ret.Results {
		switch e := e.(type) {
		case *ast.Ident, *ast.BasicLit:
		case *ast.SelectorExpr:
			x, ok := e.X.(*ast.Ident)
			if !ok {
				return false
			}
			if _, isPkg := info.Uses[x].(*types.PkgName); !isPkg { // a field may be guarded
				return false
			}
		default:
			return false
		}
	}
	return true
}

// LeaveToDefer cuts the calls that a deferred call repeats: those behind it in its function that are written alike. Each must
// stand just before a return whose operands do nothing, so that the deferred call comes at the same point; ok is false if
// one does not, or is in a literal, or if there are none.
func LeaveToDefer(info *types.Info, files []*ast.File, deferred *ast.CallExpr) (cuts []analysis.TextEdit, ok bool) {
	file, path := Enclosing(files, deferred.Pos())
	_, body := EnclosingFunc(path)
	if body == nil {
		return nil, false
	}
	text := types.ExprString(deferred)
	alike := func(n ast.Node) bool {
		call, isCall := n.(*ast.CallExpr)
		return isCall && types.ExprString(call) == text
	}
	ok = true
	ast.Inspect(body, func(n ast.Node) bool {
		if n == nil || n.End() <= deferred.End() {
			return false
		}
		switch n.(type) {
		case *ast.FuncLit, *ast.DeferStmt, *ast.GoStmt:
			ast.Inspect(n, func(inner ast.Node) bool {
				ok = ok && !alike(inner)
				return ok
			})
			return false
		}
		list := Statements(n)
		for i, s := range list {
			es, isExpr := s.(*ast.ExprStmt)
			if !isExpr || s.Pos() < deferred.End() || !alike(es.X) {
				continue
			}
			if i+1 >= len(list) {
				ok = false
				continue
			}
			ret, isReturn := list[i+1].(*ast.ReturnStmt)
			ok = ok && isReturn && Inert(info, ret) && !Commented(file, s.Pos(), ret.Pos())
			cuts = append(cuts, Cut(s.Pos(), list[i+1].Pos()))
		}
		return true
	})
	return cuts, ok && len(cuts) > 0
}
