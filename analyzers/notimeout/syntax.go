package notimeout

import (
	"go/ast"
	gotoken "go/token"
	"go/types"

	"golang.org/x/tools/go/ast/astutil"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

// token is a position; the name keeps signatures short.
type token = gotoken.Pos

// A syntax is how the source spells the making of a client or server.
type syntax struct {
	pos, end token
	label    string
	file     *ast.File
	lit      *ast.CompositeLit // T{…}
	call     *ast.CallExpr     // new(T)
	spec     *ast.ValueSpec    // var x T
}

// name is the name of the variable or field, or the type's where there is none.
func (s syntax) name(typ string) string {
	if s.label != "" {
		return s.label
	}
	return typ
}

// syntaxOf finds the expression or declaration that makes an object.
func (c *checker) syntaxOf(v ssa.Value) syntax {
	s := syntax{pos: v.Pos()}
	if fa, ok := v.(*ssa.FieldAddr); ok {
		s.pos = gotoken.NoPos
		s.label = c.in.Prog.Path(fa).String()
		return s
	}
	path := c.path(v.Pos())
	for i, n := range path {
		switch n := n.(type) {
		case *ast.CompositeLit:
			s.lit, s.pos, s.end = n, n.Pos(), n.Lbrace
			s.around(path[i:])
			return s
		case *ast.CallExpr:
			s.call, s.pos, s.end = n, n.Pos(), n.End()
			s.around(path[i:])
			return s
		case *ast.ValueSpec:
			for j, id := range n.Names {
				if id.Pos() == v.Pos() && j < len(n.Values) { // var x = &T{}
					return c.initialiser(s, n.Values[j], path)
				}
			}
			s.spec, s.label = n, n.Names[0].Name
			s.around(path[i:])
			return s
		case *ast.AssignStmt: // x := T{…}: the variable is the object
			for j, l := range n.Lhs {
				if l.Pos() == v.Pos() && j < len(n.Rhs) && len(n.Lhs) == len(n.Rhs) {
					return c.initialiser(s, n.Rhs[j], path)
				}
			}
			return s
		case *ast.BlockStmt, *ast.FuncDecl, *ast.FuncLit:
			return s
		}
	}
	return s
}

// initialiser completes s with the composite literal that is a variable's value.
func (c *checker) initialiser(s syntax, e ast.Expr, path []ast.Node) syntax {
	if id, ok := path[0].(*ast.Ident); ok {
		s.label = id.Name
	}
	s.file = path[len(path)-1].(*ast.File)
	if u, ok := e.(*ast.UnaryExpr); ok {
		e = u.X
	}
	if lit, ok := e.(*ast.CompositeLit); ok {
		s.lit, s.pos, s.end = lit, lit.Pos(), lit.Lbrace
	}
	return s
}

// around takes the variable or field that the expression path[0] is given to.
func (s *syntax) around(path []ast.Node) {
	s.file, _ = path[len(path)-1].(*ast.File)
	self := path[0]
	for _, n := range path[1:] {
		switch n := n.(type) {
		case *ast.UnaryExpr, *ast.ParenExpr:
			if u, ok := n.(*ast.UnaryExpr); ok {
				s.pos = u.Pos()
			}
			self = n
			continue
		case *ast.AssignStmt:
			for i, r := range n.Rhs {
				if r == self && len(n.Lhs) == len(n.Rhs) {
					s.label = types.ExprString(n.Lhs[i])
				}
			}
		case *ast.ValueSpec:
			for i, r := range n.Values {
				if r == self && i < len(n.Names) {
					s.label = n.Names[i].Name
				}
			}
		case *ast.KeyValueExpr:
			if id, ok := n.Key.(*ast.Ident); ok && n.Value == self {
				s.label = id.Name
			}
		}
		return
	}
}

// path lists the nodes around pos, innermost first; nil outside this package.
func (c *checker) path(pos token) []ast.Node {
	if !pos.IsValid() {
		return nil
	}
	for _, f := range c.in.Prog.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			nodes, _ := astutil.PathEnclosingInterval(f, pos, pos)
			return nodes
		}
	}
	return nil
}

// callAt is the call expression behind an instruction, and the nodes around it.
func (c *checker) callAt(site ssa.CallInstruction) (*ast.CallExpr, []ast.Node) {
	path := c.path(site.Pos())
	for i, n := range path {
		if call, ok := n.(*ast.CallExpr); ok && call.Lparen == site.Pos() {
			return call, path[i:]
		}
	}
	return nil, nil
}

// span narrows the report to the called function's name.
func (c *checker) span(d *report.Diagnostic, site ssa.CallInstruction) {
	if call, _ := c.callAt(site); call != nil {
		d.Pos, d.End = call.Pos(), call.Fun.End()
		if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
			if _, simple := sel.X.(*ast.Ident); !simple {
				d.Pos = sel.Sel.Pos()
			}
		}
	}
}

// connName is the variable that takes the result of a dial.
func (c *checker) connName(dial ssa.CallInstruction) string {
	_, path := c.callAt(dial)
	for _, n := range path {
		if as, ok := n.(*ast.AssignStmt); ok {
			return types.ExprString(as.Lhs[0])
		}
	}
	return ssabuild.StaticCallee(dial.Common()).Name() + "'s connection"
}
