package edit

import (
	"go/ast"
	"go/token"
	"go/types"
)

// A Making is the expression or declaration that makes an object: a composite
// literal, a call of new, or a variable declared without value.
type Making struct {
	Pos, End token.Pos
	Label    string // the variable or field that it is given to, as the source spells it; "" if there is none
	File     *ast.File
	Lit      *ast.CompositeLit // T{…}
	New      *ast.CallExpr     // new(T)
}

// Name is the variable or field that the object is given to, or its type's name.
func (m Making) Name(typ string) string {
	if m.Label != "" {
		return m.Label
	}
	return typ
}

// MakingAt finds the making whose SSA allocation stands at pos.
func MakingAt(files []*ast.File, pos token.Pos) Making {
	m := Making{Pos: pos}
	file, path := Enclosing(files, pos)
	m.File = file
	for i, n := range path {
		switch n := n.(type) {
		case *ast.CompositeLit:
			m.Lit, m.Pos, m.End = n, n.Pos(), n.Lbrace
			m.around(path[i:])
			return m
		case *ast.CallExpr:
			m.New, m.Pos, m.End = n, n.Pos(), n.End()
			m.around(path[i:])
			return m
		case *ast.ValueSpec:
			for j, id := range n.Names {
				if id.Pos() != pos {
					continue
				}
				m.Label = id.Name
				if j < len(n.Values) {
					m.initialiser(n.Values[j])
				}
			}
			return m
		case *ast.AssignStmt: // x := T{…}: the variable is the object
			for j, l := range n.Lhs {
				if l.Pos() == pos && len(n.Lhs) == len(n.Rhs) {
					m.Label = types.ExprString(l)
					m.initialiser(n.Rhs[j])
				}
			}
			return m
		case *ast.BlockStmt, *ast.FuncDecl, *ast.FuncLit:
			return m
		}
	}
	return m
}

// initialiser completes m with the composite literal that is a variable's value.
func (m *Making) initialiser(e ast.Expr) {
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	if lit, ok := e.(*ast.CompositeLit); ok {
		m.Lit, m.Pos, m.End = lit, lit.Pos(), lit.Lbrace
	}
}

// around takes the variable or field that the expression path[0] is given to.
func (m *Making) around(path []ast.Node) {
	self := path[0]
	for _, n := range path[1:] {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			m.Pos, self = n.Pos(), n
			continue
		case *ast.ParenExpr:
			self = n
			continue
		case *ast.AssignStmt:
			for i, r := range n.Rhs {
				if r == self && len(n.Lhs) == len(n.Rhs) {
					m.Label = types.ExprString(n.Lhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, r := range n.Values {
				if r == self && i < len(n.Names) {
					m.Label = n.Names[i].Name
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && n.Value == self {
				m.Label = id.Name
			}
		}
		return
	}
}

// CallAt is the call whose left parenthesis stands at lparen, as SSA positions
// of calls do, with the nodes around it; nil if there is none.
func CallAt(files []*ast.File, lparen token.Pos) (*ast.CallExpr, []ast.Node) {
	_, path := Enclosing(files, lparen)
	for i, n := range path {
		if call, ok := n.(*ast.CallExpr); ok && call.Lparen == lparen {
			return call, path[i:]
		}
	}
	return nil, nil
}

// Callee is the span of a called function's name: with its package or variable
// where that is a plain name.
func Callee(call *ast.CallExpr) (pos, end token.Pos) {
	if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
		if _, simple := sel.X.(*ast.Ident); !simple {
			return sel.Sel.Pos(), call.Fun.End()
		}
	}
	return call.Pos(), call.Fun.End()
}
