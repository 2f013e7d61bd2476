package stuckchan

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
)

// makeField makes the channel of a field where the package makes the objects that it belongs to. It is offered if somebody
// answers the wait, sending where it receives and receiving where it sends, so that it is the making that is missing. It is
// not if a select uses the field, which a nil channel may switch off on purpose, or if somebody closes the channel, which
// he could do twice. An operation on a nil channel never ends, so no correct path changes.
func makeField(in *engine.Info, field *types.Var, sends bool) []analysis.SuggestedFix {
	c, ok := field.Type().Underlying().(*types.Chan)
	if !ok || c.Dir() != types.SendRecv || field.Exported() {
		return nil
	}
	answered, lits := false, []*ast.CompositeLit(nil)
	for _, file := range in.Prog.Files {
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CompositeLit:
				if holds(in.Prog.Info.TypeOf(n), field) {
					lits = append(lits, n)
				}
			case *ast.CommClause:
				ok = ok && (n.Comm == nil || !usesField(in, n.Comm, field))
			case *ast.SendStmt:
				answered = answered || !sends && isField(in, n.Chan, field)
			case *ast.UnaryExpr:
				answered = answered || sends && n.Op == token.ARROW && isField(in, n.X, field)
			case *ast.RangeStmt:
				answered = answered || sends && isField(in, n.X, field)
			case *ast.CallExpr:
				b, isBuiltin := in.Prog.Info.Uses[calledIdent(n)].(*types.Builtin)
				ok = ok && (!isBuiltin || b.Name() != "close" || !isField(in, n.Args[0], field))
			}
			return true
		})
	}
	if !ok || !answered || len(lits) == 0 {
		return nil
	}
	var edits []analysis.TextEdit
	for _, lit := range lits {
		file, _ := edit.Enclosing(in.Prog.Files, lit.Pos())
		if in.Prog.InTestFile(lit.Pos()) {
			continue // a test may do without
		}
		typ, ok := edit.TypeName(in.Prog.Types, in.Prog.Info.Scopes[file], lit.Lbrace, field.Type())
		value := field.Name() + ": make(" + typ + ")"
		if len(lit.Elts) == 0 {
			edits = append(edits, edit.Insert(lit.Rbrace, value))
			continue
		}
		first := lit.Elts[0]
		if _, keyed := first.(*ast.KeyValueExpr); !ok || !keyed || edit.Commented(file, lit.Lbrace, first.Pos()) {
			return nil
		}
		separator := ", "
		if in.Prog.Fset.Position(first.Pos()).Line != in.Prog.Fset.Position(lit.Lbrace).Line {
			separator = ",\n"
		}
		edits = append(edits, edit.Insert(first.Pos(), value+separator))
	}
	if len(edits) == 0 {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Make " + field.Name() + " with its owner", TextEdits: edits}}
}

// holds reports whether a struct type has the field itself.
func holds(t types.Type, field *types.Var) bool {
	if t == nil {
		return false
	}
	s, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range s.Fields() {
		if f.Origin() == field {
			return true
		}
	}
	return false
}

func isField(in *engine.Info, e ast.Expr, field *types.Var) bool {
	sel, ok := ast.Unparen(e).(*ast.SelectorExpr)
	if !ok {
		return false
	}
	v, ok := in.Prog.Info.Uses[sel.Sel].(*types.Var)
	return ok && v.Origin() == field
}

func usesField(in *engine.Info, n ast.Node, field *types.Var) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		e, ok := n.(ast.Expr)
		found = found || ok && isField(in, e, field)
		return !found
	})
	return found
}
