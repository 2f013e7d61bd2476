package edit

import (
	"go/ast"
	"go/token"
	"go/types"
)

// Statements are the statements of a block or of a case, which stand one after
// the other; nil for other nodes.
func Statements(n ast.Node) []ast.Stmt {
	switch n := n.(type) {
	case *ast.BlockStmt:
		return n.List
	case *ast.CaseClause:
		return n.Body
	case *ast.CommClause:
		return n.Body
	}
	return nil
}

// Listed is the list in which the innermost statement of a path stands, and its
// place there; nil if it is a part of another statement.
func Listed(path []ast.Node) (list []ast.Stmt, at int) {
	for k, n := range path {
		stmt, ok := n.(ast.Stmt)
		if !ok || k+1 >= len(path) {
			continue
		}
		list := Statements(path[k+1])
		for i, s := range list {
			if s == stmt {
				return list, i
			}
		}
		return nil, 0
	}
	return nil, 0
}

// Plain reports whether an expression is a chain of names, x or x.y.z: evaluating
// it again gives the same and has no effects.
func Plain(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		return true
	case *ast.SelectorExpr:
		return Plain(e.X)
	}
	return false
}

// CallOrDefer is the call at pos, which is the left parenthesis of a call, or the
// beginning of a defer statement, as SSA positions are; nil if there is none.
func CallOrDefer(files []*ast.File, pos token.Pos) *ast.CallExpr {
	if call, _ := CallAt(files, pos); call != nil {
		return call
	}
	if _, path := Enclosing(files, pos); len(path) > 0 {
		if d, ok := path[0].(*ast.DeferStmt); ok {
			return d.Call
		}
	}
	return nil
}

// Variable is the name of the innermost variable in scope at pos that is declared
// in a function and whose type fits; "" if there is none. scope is the file's.
func Variable(scope *types.Scope, pos token.Pos, fits func(types.Type) bool) string {
	for s := scope.Innermost(pos); s != nil && s != scope; s = s.Parent() {
		for _, name := range s.Names() {
			if v, ok := s.Lookup(name).(*types.Var); ok && name != "_" && lookup(scope, pos, name) == v && fits(v.Type()) {
				return name
			}
		}
	}
	return ""
}
