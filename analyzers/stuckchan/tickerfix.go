package stuckchan

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
)

// endWithTicker ends a goroutine that ranges over the ticks of a local ticker when that is stopped: Stop closes no channel,
// so a channel of its own is closed beside it. The loop is the last thing that the goroutine does, so that leaving the loop
// and leaving the goroutine are one.
func endWithTicker(in *engine.Info, f *skeleton.Finding) []analysis.SuggestedFix {
	b := &f.Blocked[0]
	if b.Instr.Op != explore.OpRecv || !b.Stopped || f.Assumed() {
		return nil
	}
	loop, ok := in.Operations().Node(explore.Pos(engine.PlaceOf(b))).(*ast.RangeStmt)
	if !ok || loop.Key != nil {
		return nil
	}
	sel, ok := loop.X.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	file, v := local(in, sel.X)
	_, path := edit.Enclosing(in.Prog.Files, loop.Pos())
	_, body := edit.EnclosingFunc(path)
	if v == nil || body == nil || body.List[len(body.List)-1] != ast.Stmt(loop) || edit.Commented(file, loop.Pos(), loop.Body.Lbrace) {
		return nil
	}
	made, stop := tickerOf(in, file, v, sel)
	done := freeName(in, file, v)
	if made == nil || stop == nil || done == "" {
		return nil
	}
	closing := "\nclose(" + done + ")"
	if _, deferred := stop.(*ast.DeferStmt); deferred {
		closing = "\ndefer close(" + done + ")"
	}
	ticks := types.ExprString(loop.X)
	return []analysis.SuggestedFix{{Message: "End the goroutine when " + v.Name() + " is stopped", TextEdits: []analysis.TextEdit{
		edit.Insert(made.End(), "\n"+done+" := make(chan struct{})"),
		{Pos: loop.Pos(), End: loop.Body.Lbrace + 1, NewText: []byte("for {\nselect {\ncase <-" + ticks + ":\ncase <-" + done + ":\nreturn\n}")},
		edit.Insert(stop.End(), closing),
	}}}
}

// tickerOf finds the statement that makes the ticker in a list of statements, and the one that stops it, outside loops and
// literals; nil if it is used in any other way than there and in the loop over its ticks.
func tickerOf(in *engine.Info, file *ast.File, v *types.Var, ticks *ast.SelectorExpr) (made, stop ast.Stmt) {
	ok := true
	eachName(in, file, v, func(id *ast.Ident, stack []ast.Node) {
		if in.Prog.Info.Defs[id] == v {
			if a, isAssign := parent(stack).(*ast.AssignStmt); isAssign && len(a.Lhs) == 1 && edit.Statements(stack[len(stack)-3]) != nil {
				made = a
			}
			return
		}
		sel, isSel := parent(stack).(*ast.SelectorExpr)
		if !isSel || len(stack) < 5 {
			ok = false
			return
		}
		if sel == ticks {
			return
		}
		call, isCall := stack[len(stack)-3].(*ast.CallExpr)
		stmt, isStmt := stack[len(stack)-4].(ast.Stmt)
		if !isCall || !isStmt || sel.Sel.Name != "Stop" || call.Fun != ast.Expr(sel) || stop != nil || edit.Statements(stack[len(stack)-5]) == nil ||
			inLiteralSince(stack, v.Pos()) || inLoopSince(stack, v.Pos()) {
			ok = false
			return
		}
		stop = stmt
	})
	if !ok {
		return nil, nil
	}
	return made, stop
}

// freeName is a name for the new channel that means nothing where the ticker is made, and that nothing else in its function
// has.
func freeName(in *engine.Info, file *ast.File, v *types.Var) string {
	_, path := edit.Enclosing(in.Prog.Files, v.Pos())
	_, body := edit.EnclosingFunc(path)
	if body == nil {
		return ""
	}
	for _, name := range []string{"done", "stopped", v.Name() + "Done"} {
		if edit.Means(in.Prog.Info.Scopes[file], v.Pos(), name) == nil && !named(body, name) {
			return name
		}
	}
	return ""
}

func named(n ast.Node, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}
