package losterror

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// fixes are the edits that bring a lost error back where there is one obvious way.
func fixes(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	switch l.Kind {
	case errs.WaitDropped:
		return returnWait(in, l)
	case errs.OuterCtx:
		return innerContext(in, l)
	case errs.Unread:
		return returnVariable(in, l)
	}
	return nil
}

// returnWait returns the error of a Wait that is a statement of its own. Nothing
// else changes: where Wait returned nil, the function goes on as before. The error
// becomes the function's because so far it was taken for success.
func returnWait(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	_, path := edit.Enclosing(in.Prog.Files, l.Pos)
	stmt := exprStmt(path)
	zeros, ok := errorReturn(in, path)
	if stmt == nil || !ok {
		return nil
	}
	text := "if err := " + types.ExprString(stmt.X) + "; err != nil {\nreturn " + zeros + "err\n}"
	if strings.Contains(text, "func(") {
		return nil // printing a literal would lose its comments and lines
	}
	return []analysis.SuggestedFix{{Message: "Return the error of Wait", TextEdits: []analysis.TextEdit{edit.Replace(stmt, text)}}}
}

// exprStmt is the statement that the innermost call of a path is, nil if it is another.
func exprStmt(path []ast.Node) *ast.ExprStmt {
	for _, n := range path {
		switch n := n.(type) {
		case *ast.ExprStmt:
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
	var results []types.Type
	for _, f := range ftype.Results.List {
		for range max(1, len(f.Names)) {
			results = append(results, in.Prog.Info.TypeOf(f.Type))
		}
	}
	last := results[len(results)-1]
	if !types.Identical(last, types.Universe.Lookup("error").Type()) {
		return "", false
	}
	for _, t := range results[:len(results)-1] {
		z, ok := edit.Zero(t)
		if !ok {
			return "", false
		}
		zeros += z + ", "
	}
	return zeros, true
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
	if stmt == nil || !ok || ssabuild.IsRangeBody(l.Spawn.Fn) {
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
