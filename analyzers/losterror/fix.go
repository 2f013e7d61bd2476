package losterror

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// fixes are the edits that bring a lost error back where there is one obvious way.
func fixes(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	switch l.Kind {
	case errs.WaitDropped:
		if f := returnWait(in, l.Pos, "Return the error of Wait"); f != nil {
			return f
		}
		if f := joinWait(in, l); f != nil {
			return f
		}
		return logError(in, l)
	case errs.Callback:
		return returnWait(in, l.At, "Return the error of "+l.Other)
	case errs.OuterCtx:
		return innerContext(in, l)
	case errs.Unread:
		return returnVariable(in, l)
	case errs.NoWait, errs.NoWaitPath:
		return waitBeforeReturn(in, l)
	case errs.FewSlots:
		return slotForEach(in, l)
	case errs.Raced:
		return lookAgain(in, l)
	case errs.Started, errs.Sole, errs.Blank:
		return logError(in, l)
	case errs.Forgotten:
		return logBefore(in, l)
	}
	return nil
}

// returnWait returns the error of a call that is a statement of its own. Nothing
// else changes: where it was nil, the function goes on as before. The error becomes
// the function's because so far it was taken for success.
func returnWait(in *engine.Info, pos token.Pos, title string) []analysis.SuggestedFix {
	_, path := edit.Enclosing(in.Prog.Files, pos)
	stmt := exprStmt(path)
	zeros, ok := errorReturn(in, path)
	if stmt == nil || !ok || edit.CleansUp(path, stmt.End()) {
		return nil
	}
	edits := checked(in, stmt, "return "+zeros+"err")
	if edits == nil {
		return nil
	}
	return []analysis.SuggestedFix{{Message: title, TextEdits: edits}}
}

// exprStmt is the statement that the innermost call of a path is, nil if it is another.
func exprStmt(path []ast.Node) *ast.ExprStmt {
	for i, n := range path {
		switch n := n.(type) {
		case *ast.ExprStmt:
			if !edit.Statement(path, i) {
				return nil
			}
			return n
		case ast.Stmt:
			return nil
		}
	}
	return nil
}

// errorReturn is what a return in the innermost function has to say before the
// error: zero values of the other results. ok is false if the last result is no error.
func errorReturn(in *engine.Info, path []ast.Node) (zeros string, ok bool) {
	ftype, _ := edit.EnclosingFunc(path)
	if ftype == nil || ftype.Results == nil {
		return "", false
	}
	var results []*types.Var
	for _, f := range ftype.Results.List {
		for range max(1, len(f.Names)) {
			results = append(results, types.NewVar(token.NoPos, nil, "", in.Prog.Info.TypeOf(f.Type)))
		}
	}
	return edit.BeforeError(types.NewTuple(results...))
}

// joinWait joins the error of a deferred Wait with the function's own, if that has a name.
func joinWait(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, l.Pos)
	ftype, _ := edit.EnclosingFunc(path)
	if _, ok := errorReturn(in, path); !ok {
		return nil
	}
	last := ftype.Results.List[len(ftype.Results.List)-1]
	for _, n := range path {
		d, ok := n.(*ast.DeferStmt)
		if !ok || len(last.Names) == 0 || literalIn(d.Call.Fun) {
			continue
		}
		result := last.Names[len(last.Names)-1]
		if result.Name == "_" || edit.Means(in.Prog.Info.Scopes[file], d.Pos(), result.Name) != in.Prog.Info.Defs[result] {
			return nil
		}
		name, edits, ok := edit.Import(file, in.Prog.Info.Scopes[file], d.Pos(), "errors")
		if !ok {
			return nil
		}
		edits = append(edits,
			edit.Insert(d.Call.Pos(), "func() { "+result.Name+" = "+name+".Join("+result.Name+", "),
			edit.Insert(d.Call.End(), ") }()"))
		return []analysis.SuggestedFix{{Message: "Return the error of Wait", TextEdits: edits}}
	}
	return nil
}

// innerContext gives a group's function the group's context. It is derived from
// the one in use, so values and deadline are the same; the difference is that it
// ends with the first error of the group, and with Wait, which waits for this function.
func innerContext(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, l.Pos)
	if file == nil || len(path) == 0 || !token.IsIdentifier(l.Other) {
		return nil
	}
	id, ok := path[0].(*ast.Ident)
	if !ok {
		return nil
	}
	scope := in.Prog.Info.Scopes[file].Innermost(id.Pos())
	if scope == nil {
		return nil
	}
	_, obj := scope.LookupParent(l.Other, id.Pos())
	if obj == nil || in.Prog.Place(obj.Pos()) != in.Prog.Place(l.At) {
		return nil // another variable has the name here
	}
	return []analysis.SuggestedFix{{Message: "Use the context of the group", TextEdits: []analysis.TextEdit{edit.Replace(id, l.Other)}}}
}

// returnVariable returns the variable right after the join that nobody followed
// by a look at it. All that changes is the case in which the goroutine failed.
func returnVariable(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	if !l.At.IsValid() || l.Spawn == nil {
		return nil
	}
	file, path := edit.Enclosing(in.Prog.Files, l.At)
	stmt := exprStmt(path)
	zeros, ok := errorReturn(in, path)
	if stmt == nil || !ok || ssabuild.IsRangeBody(l.Spawn.Fn) || edit.CleansUp(path, stmt.End()) {
		return nil
	}
	scope := in.Prog.Info.Scopes[file].Innermost(stmt.Pos())
	if scope == nil {
		return nil
	}
	_, here := scope.LookupParent(l.Name, stmt.Pos())
	inner := in.Prog.Info.Scopes[file].Innermost(l.Pos)
	if inner == nil {
		return nil
	}
	if _, there := inner.LookupParent(l.Name, l.Pos); here == nil || here != there {
		return nil
	}
	text := "\nif " + l.Name + " != nil {\nreturn " + zeros + l.Name + "\n}"
	return []analysis.SuggestedFix{{Message: "Return " + l.Name + " after the wait", TextEdits: []analysis.TextEdit{edit.Insert(stmt.End(), text)}}}
}

// waitBeforeReturn makes the returns that forget the group wait for it and return its
// error beside their own. They take as long as the group's functions do; that these end is
// certain enough where they wait for nobody.
func waitBeforeReturn(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	if s := spawnAt(in, l); s == nil || !in.Bounds().Independent(s) {
		return nil
	}
	file, path := edit.Enclosing(in.Prog.Files, l.Pos)
	ftype, body := edit.EnclosingFunc(path)
	if _, ok := errorReturn(in, path); !ok || inLoop(path) {
		return nil
	}
	scope := in.Prog.Info.Scopes[file]
	group, _, _ := strings.Cut(l.Name, ".")
	obj := edit.Means(scope, l.Pos, group)
	name, edits, ok := edit.Import(file, scope, l.Pos, "errors")
	if obj == nil || !ok {
		return nil
	}
	joined := false
	for _, ret := range returnsAfter(body, l.Pos, l.Name) {
		if len(ret.Results) != ftype.Results.NumFields() || edit.Means(scope, ret.Pos(), group) != obj {
			return nil
		}
		own := ret.Results[len(ret.Results)-1]
		if types.ExprString(own) == "nil" {
			edits = append(edits, edit.Replace(own, l.Name+"()"))
			continue
		}
		joined = true
		edits = append(edits, edit.Insert(own.Pos(), name+".Join("), edit.Insert(own.End(), ", "+l.Name+"())"))
	}
	if !joined { // errors is not needed
		edits = slices.DeleteFunc(edits, func(e analysis.TextEdit) bool { return strings.Contains(string(e.NewText), `"errors"`) })
	}
	if len(edits) == 0 {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Wait for the group before returning", TextEdits: edits}}
}

// spawnAt is the goroutine that the loss's call of Go starts.
func spawnAt(in *engine.Info, l *errs.Loss) *spawn.Spawn {
	for _, s := range in.Spawn.SpawnsIn(l.Fn) {
		if ssa.Instruction(s.Site) == l.Instr {
			return s
		}
	}
	return nil
}

func inLoop(path []ast.Node) bool {
	for _, n := range path {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return true
		case *ast.FuncDecl:
			return false
		}
	}
	return false
}

// returnsAfter are the function's own returns between pos and the first call of wait, or the end.
func returnsAfter(body *ast.BlockStmt, pos token.Pos, wait string) (returns []*ast.ReturnStmt) {
	first := body.End()
	ast.Inspect(body, func(n ast.Node) bool {
		if call, ok := n.(*ast.CallExpr); ok && call.Pos() > pos && call.Pos() < first && types.ExprString(call.Fun) == wait {
			first = call.Pos()
		}
		return true
	})
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			if n.Pos() > pos && n.End() < first {
				returns = append(returns, n)
			}
		}
		return true
	})
	return returns
}

// slotForEach gives the channel as many slots as there are senders, so that each
// can leave its error and end. What is received stays the first error that arrives.
func slotForEach(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	if !token.IsIdentifier(l.Name) || !token.IsIdentifier(l.Size) {
		return nil
	}
	file, _ := edit.Enclosing(in.Prog.Files, l.Pos)
	scope := in.Prog.Info.Scopes[file]
	ch := edit.Means(scope, l.Pos, l.Name)
	size, ok := edit.Means(scope, l.Pos, l.Size).(*types.Var)
	if ch == nil || !ok || !edit.SetOnce(in.Prog.Info, in.Prog.Files, size) || loopsSince(in, l.Pos, ch.Pos()) > 1 {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, ch.Pos())
	for _, n := range path {
		def, ok := n.(*ast.AssignStmt)
		if !ok {
			continue
		}
		call, ok := onlyCall(def)
		if !ok || types.ExprString(call.Fun) != "make" || edit.Means(scope, call.Pos(), l.Size) != types.Object(size) {
			return nil
		}
		pos := call.Args[0].End() // a second argument is the old number of slots
		return []analysis.SuggestedFix{{Message: "Give " + l.Name + " a slot for each goroutine", TextEdits: []analysis.TextEdit{
			{Pos: pos, End: call.Rparen, NewText: []byte(", len(" + l.Size + ")")},
		}}}
	}
	return nil
}

// loopsSince counts the loops around a position that begin after another.
func loopsSince(in *engine.Info, pos, since token.Pos) (n int) {
	_, path := edit.Enclosing(in.Prog.Files, pos)
	for _, node := range path {
		switch node.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if node.Pos() > since {
				n++
			}
		}
	}
	return n
}

// lookAgain looks for an error once more when all is done: both were ready, and
// select took the other one. Without an error nothing changes.
func lookAgain(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, l.Pos)
	zeros, ok := errorReturn(in, path)
	if !ok || !token.IsIdentifier(l.Name) {
		return nil
	}
	for _, n := range path {
		clause, ok := n.(*ast.CommClause)
		if !ok {
			continue
		}
		if len(clause.Body) == 0 || edit.Means(in.Prog.Info.Scopes[file], clause.Body[0].Pos(), l.Name) == nil {
			return nil
		}
		text := "select {\ncase err := <-" + l.Name + ":\nif err != nil {\nreturn " + zeros + "err\n}\ndefault:\n}\n"
		return []analysis.SuggestedFix{{Message: "Look for an error when all is done", TextEdits: []analysis.TextEdit{edit.Insert(clause.Body[0].Pos(), text)}}}
	}
	return nil
}
