package wgmisuse

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
)

// fixes offers the move that mends the finding, where it is certain.
func fixes(in *engine.Info, f *skeleton.Finding, code string) []analysis.SuggestedFix {
	pos := engine.PlaceOf(&f.Blocked[0])
	file, _ := edit.Enclosing(in.Prog.Files, pos)
	if file == nil {
		return nil
	}
	switch code {
	case "wgmisuse/addinside":
		return moveAdd(in, file, pos)
	case "wgmisuse/missingdone", "wgmisuse/notdeferred":
		return deferDone(in, file, pos)
	}
	return nil
}

// moveAdd moves wg.Add(1), the first statement of a goroutine, before the go
// statement. Nothing runs between the two places in the goroutine, so all that
// changes is that the count is there in time.
func moveAdd(in *engine.Info, file *ast.File, add token.Pos) []analysis.SuggestedFix {
	var fix []analysis.SuggestedFix
	ast.Inspect(file, func(n ast.Node) bool {
		g, ok := n.(*ast.GoStmt)
		if !ok {
			return true
		}
		lit, ok := g.Call.Fun.(*ast.FuncLit)
		if !ok || len(lit.Body.List) < 2 {
			return true
		}
		first, ok := lit.Body.List[0].(*ast.ExprStmt)
		if !ok {
			return true
		}
		call, ok := first.X.(*ast.CallExpr)
		if !ok || call.Lparen != add || len(call.Args) != 1 {
			return true
		}
		if _, ok := call.Args[0].(*ast.BasicLit); !ok {
			return true
		}
		text, end := types.ExprString(call), lit.Body.List[1].Pos()
		if edit.Commented(file, first.End(), end) {
			end = first.End()
		}
		fix = []analysis.SuggestedFix{{
			Message: "Move " + text + " before the go statement",
			TextEdits: []analysis.TextEdit{
				{Pos: g.Pos(), End: g.Pos(), NewText: []byte(text + "\n")},
				{Pos: first.Pos(), End: end},
			},
		}}
		return false
	})
	return fix
}

// deferDone makes the only Done of a goroutine, its last statement, a deferred
// one at the start, so that no return can skip it. It also runs when the
// goroutine panics, which the title says.
func deferDone(in *engine.Info, file *ast.File, wait token.Pos) []analysis.SuggestedFix {
	subject := in.Operations().Subject(explore.Pos(wait))
	if subject == "" {
		return nil
	}
	var fix []analysis.SuggestedFix
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		g, ok := n.(*ast.GoStmt)
		if !ok {
			return true
		}
		lit, ok := g.Call.Fun.(*ast.FuncLit)
		if !ok || len(lit.Body.List) < 2 || !within(file, g, wait) {
			return true
		}
		last, ok := lit.Body.List[len(lit.Body.List)-1].(*ast.ExprStmt)
		if !ok || !isDone(last.X, subject) || countDone(lit.Body, subject) != 1 {
			return true
		}
		found++
		from := lit.Body.List[len(lit.Body.List)-2].End()
		if edit.Commented(file, from, last.Pos()) {
			from = last.Pos()
		}
		start := lit.Body.List[0].Pos()
		fix = []analysis.SuggestedFix{{
			Message: "Defer " + subject + ".Done, also for panics",
			TextEdits: []analysis.TextEdit{
				{Pos: start, End: start, NewText: []byte("defer " + subject + ".Done()\n")},
				{Pos: from, End: last.End()},
			},
		}}
		return true
	})
	if found != 1 {
		return nil
	}
	return fix
}

// deferHere defers the Done of a function literal whose last statement it is. It
// also runs when the literal panics, which the title says and the finding is about.
func deferHere(in *engine.Info, sk owners.SkippedDone) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, sk.Done.Pos())
	if file == nil {
		return nil
	}
	_, body := edit.EnclosingFunc(path)
	if body == nil || len(body.List) < 2 {
		return nil
	}
	last, ok := body.List[len(body.List)-1].(*ast.ExprStmt)
	if !ok || last.Pos() > sk.Done.Pos() || sk.Done.Pos() > last.End() {
		return nil
	}
	from := body.List[len(body.List)-2].End()
	if edit.Commented(file, from, last.Pos()) {
		from = last.Pos()
	}
	text := types.ExprString(last.X)
	return []analysis.SuggestedFix{{
		Message: "Defer " + text + ", also for panics",
		TextEdits: []analysis.TextEdit{
			{Pos: body.List[0].Pos(), End: body.List[0].Pos(), NewText: []byte("defer " + text + "\n")},
			{Pos: from, End: last.End()},
		},
	}}
}

// within reports whether the go statement and the wait lie in one declaration.
func within(file *ast.File, g *ast.GoStmt, wait token.Pos) bool {
	for _, d := range file.Decls {
		if d.Pos() <= g.Pos() && g.End() <= d.End() {
			return d.Pos() <= wait && wait <= d.End()
		}
	}
	return false
}

func isDone(x ast.Expr, subject string) bool {
	call, ok := x.(*ast.CallExpr)
	if !ok {
		return false
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	return ok && sel.Sel.Name == "Done" && types.ExprString(sel.X) == subject
}

func countDone(body *ast.BlockStmt, subject string) int {
	n := 0
	ast.Inspect(body, func(x ast.Node) bool {
		if e, ok := x.(ast.Expr); ok && isDone(e, subject) {
			n++
		}
		return true
	})
	return n
}
