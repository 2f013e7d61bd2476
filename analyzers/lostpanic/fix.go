package lostpanic

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
)

// fixes defer in the bare goroutine what its sibling defers. Without a panic nothing
// changes; with one the process goes on, as it does when the sibling panics. The
// recover stands behind the goroutine's own defers, which therefore run as they
// do today. A function with results gets no fix: it would return zero values, which mean success.
func fixes(in *engine.Info, b owners.Bare) []analysis.SuggestedFix {
	if b.Shield == nil {
		return nil
	}
	shield := deferAt(in, b)
	name := nameOf(shield)
	lit, path := literalOf(in, b)
	if name == nil || lit == nil || lit.Type.Results != nil || len(lit.Body.List) == 0 {
		return nil
	}
	text := types.ExprString(shield.Call.Fun)
	file := path[len(path)-1].(*ast.File)
	at := lit.Body.List[0]
	for _, s := range lit.Body.List {
		at = s
		if _, ok := s.(*ast.DeferStmt); !ok {
			break
		}
	}
	here, there := edit.Means(in.Prog.Info.Scopes[file], at.Pos(), name.Name), in.Prog.Info.Uses[name]
	if here == nil || here != there && !sameReceiver(here, there) {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Defer " + text + ", as the sibling does", TextEdits: []analysis.TextEdit{
		edit.Insert(at.Pos(), "defer "+text+"()\n"),
	}}}
}

func deferAt(in *engine.Info, b owners.Bare) *ast.DeferStmt {
	_, path := edit.Enclosing(in.Prog.Files, b.Shield.Pos())
	for _, n := range path {
		if d, ok := n.(*ast.DeferStmt); ok {
			return d
		}
	}
	return nil
}

// nameOf is the variable or function in whose terms a shield without arguments is written; nil for others.
func nameOf(d *ast.DeferStmt) *ast.Ident {
	if d == nil || len(d.Call.Args) > 0 {
		return nil
	}
	e := d.Call.Fun
	for {
		switch x := e.(type) {
		case *ast.Ident:
			return x
		case *ast.SelectorExpr:
			e = x.X
		default:
			return nil
		}
	}
}

// literalOf is the function literal that the bare goroutine runs.
func literalOf(in *engine.Info, b owners.Bare) (*ast.FuncLit, []ast.Node) {
	for _, t := range b.Spawn.Targets {
		if t.Fn == nil {
			continue
		}
		if lit, ok := t.Fn.Syntax().(*ast.FuncLit); ok {
			_, path := edit.Enclosing(in.Prog.Files, lit.Pos())
			return lit, path
		}
	}
	return nil, nil
}

// sameReceiver reports whether two variables are the receivers of methods of one type.
func sameReceiver(a, b types.Object) bool {
	x, ok := a.(*types.Var)
	y, both := b.(*types.Var)
	return ok && both && x.Kind() == types.RecvVar && y.Kind() == types.RecvVar && types.Identical(x.Type(), y.Type())
}
