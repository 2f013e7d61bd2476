package relock

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// iteration runs the rest of a loop's body, from a Lock whose Unlock is deferred,
// in a function of its own, so that the Unlock runs when the iteration ends.
//
// The statements run as before, under the lock, and a panic releases it as
// before. It is offered if none of them leaves the loop or defers anything else,
// which would then happen at another time.
func iteration(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(e.Site))
	stmts, i := edit.Listed(path)
	if stmts == nil || i+1 >= len(stmts) || !loopBody(path, stmts) {
		return nil
	}
	lock, unlock := lockText(stmts[i])
	d, isDefer := stmts[i+1].(*ast.DeferStmt)
	if lock == "" || !isDefer || types.ExprString(d.Call.Fun) != unlock || !selfContained(stmts[i+2:]) {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message: "Run the iteration in its own function",
		TextEdits: []analysis.TextEdit{
			edit.Insert(stmts[i].Pos(), "func() {\n"),
			edit.Insert(stmts[len(stmts)-1].End(), "\n}()"),
		},
	}}
}

// loopBody reports whether a list of statements on the path is the body of a loop.
func loopBody(path []ast.Node, stmts []ast.Stmt) bool {
	for i, n := range path {
		b, ok := n.(*ast.BlockStmt)
		if !ok || len(b.List) == 0 || b.List[0] != stmts[0] || i+1 >= len(path) {
			continue
		}
		switch path[i+1].(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return true
		}
		return false
	}
	return false
}

// selfContained reports whether statements neither leave the list they stand in
// by a jump or return, nor defer or recover.
func selfContained(stmts []ast.Stmt) bool {
	ok := true
	var visit func(n ast.Node, loops, switches int)
	walk := func(n ast.Node, loops, switches int) {
		ast.Inspect(n, func(c ast.Node) bool {
			if c == nil || c == n {
				return c != nil
			}
			visit(c, loops, switches)
			return false
		})
	}
	visit = func(n ast.Node, loops, switches int) {
		switch n := n.(type) {
		case *ast.FuncLit:
			return
		case *ast.ReturnStmt, *ast.DeferStmt, *ast.LabeledStmt:
			ok = false
		case *ast.BranchStmt:
			switch {
			case n.Label != nil, n.Tok == token.GOTO, n.Tok == token.CONTINUE && loops == 0, n.Tok == token.BREAK && loops+switches == 0:
				ok = false
			}
		case *ast.CallExpr:
			if id, isIdent := n.Fun.(*ast.Ident); isIdent && id.Name == "recover" {
				ok = false
			}
			walk(n, loops, switches)
		case *ast.ForStmt, *ast.RangeStmt:
			walk(n, loops+1, switches)
		case *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			walk(n, loops, switches+1)
		default:
			walk(n, loops, switches)
		}
	}
	for _, s := range stmts {
		visit(s, 0, 0)
	}
	return ok
}
