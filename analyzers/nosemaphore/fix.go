package nosemaphore

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/bounds"
)

// limit is the width that fixes choose: as many as can run at a time. Work that
// waits for something else can do with more; the number is easy to find and change.
const limit = "GOMAXPROCS(0)"

// fixes are the ways of giving a fan-out a limit.
func fixes(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	switch {
	case f.Kind == bounds.FollowsSize:
		return limitArgument(in, f)
	case f.Spawn == nil || !in.Bounds().Independent(f.Spawn) || locked(in, f):
		return nil
	case f.Task:
		return limitTask(in, f)
	case f.Unbound != nil:
		return append(limitGroup(in, f), eachWithLimit(in, f)...)
	case f.Helper == "":
		return takeToken(in, f)
	}
	return nil
}

// locked reports whether the loop may run under a lock: waiting there for a free
// place would make everybody who needs the lock wait too.
func locked(in *engine.Info, f *bounds.Fanout) bool {
	entry := in.Locks.Entry(f.Spawn.Fn)
	return len(in.Locks.HeldAt(f.Spawn.Site).May) > 0 || entry.Declared || len(entry.Must) > 0
}

// limitArgument replaces a limit that follows the size by one that does not. The
// same functions run, fewer of them at a time.
func limitArgument(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, f.Pos)
	call := innermostCall(path, f)
	if call == nil || len(call.Args) != 1 {
		return nil
	}
	name, edits, ok := edit.Import(file, in.Prog.Info.Scopes[file], f.Pos, "runtime")
	if !ok {
		return nil
	}
	edits = append(edits, edit.Replace(call.Args[0], name+"."+limit))
	return []analysis.SuggestedFix{{Message: "Limit the group to GOMAXPROCS goroutines", TextEdits: edits}}
}

func innermostCall(path []ast.Node, f *bounds.Fanout) *ast.CallExpr {
	for _, n := range path {
		if c, ok := n.(*ast.CallExpr); ok && c.Pos() == f.Pos {
			return c
		}
	}
	return nil
}

// limitGroup sets the limit of an error group before the loop. Go then waits for a
// free place instead of starting at once: the same functions run in the same
// order of starts. That is safe since the functions neither wait for each other
// (they use no channels and start no further members) nor are running already
// when the limit is set (the loop holds the only call of Go).
func limitGroup(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	if len(f.Unbound.Limits) > 0 || len(f.Unbound.Goes) != 1 {
		return nil
	}
	file, path := edit.Enclosing(in.Prog.Files, f.Pos)
	loop := outermostLoop(path)
	group := receiverOf(path)
	if loop == nil || group == nil {
		return nil
	}
	obj := in.Prog.Info.ObjectOf(group)
	if obj == nil || obj.Pos() > loop.Pos() {
		return nil // made anew in each iteration
	}
	name, edits, ok := edit.Import(file, in.Prog.Info.Scopes[file], loop.Pos(), "runtime")
	if !ok {
		return nil
	}
	edits = append(edits, edit.Insert(loop.Pos(), group.Name+".SetLimit("+name+"."+limit+")\n"))
	return []analysis.SuggestedFix{{Message: "Limit the group to GOMAXPROCS goroutines", TextEdits: edits}}
}

// outermostLoop is the outermost loop of the innermost function, as a labelled statement if it has a label.
func outermostLoop(path []ast.Node) ast.Stmt {
	var loop ast.Stmt
	for i, n := range path {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			loop = n.(ast.Stmt)
			if l, ok := path[min(i+1, len(path)-1)].(*ast.LabeledStmt); ok {
				loop = l
			}
		case *ast.FuncLit, *ast.FuncDecl:
			return loop
		}
	}
	return nil
}

// receiverOf is the variable whose method the call around a position is.
func receiverOf(path []ast.Node) *ast.Ident {
	for _, n := range path {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			id, _ := sel.X.(*ast.Ident)
			return id
		}
	}
	return nil
}

// takeToken makes a buffered channel the semaphore of the loop: a token is sent
// before the goroutine starts and received when it ends. The same goroutines run
// in the same order of starts; the loop waits while all tokens are out, and no
// goroutine waits for one that has not started, since none of them uses a channel.
func takeToken(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, f.Pos)
	loop := outermostLoop(path)
	stmt, lit := startOf(path)
	if loop == nil || lit == nil || len(lit.Body.List) == 0 {
		return nil
	}
	scope := in.Prog.Info.Scopes[file].Innermost(loop.Pos())
	if scope == nil || declared(scope, "sem") {
		return nil
	}
	name, edits, ok := edit.Import(file, in.Prog.Info.Scopes[file], loop.Pos(), "runtime")
	if !ok {
		return nil
	}
	edits = append(edits,
		edit.Insert(loop.Pos(), "sem := make(chan struct{}, "+name+"."+limit+")\n"),
		edit.Insert(stmt.Pos(), "sem <- struct{}{}\n"),
		edit.Insert(lit.Body.List[0].Pos(), "defer func() { <-sem }()\n"),
	)
	return []analysis.SuggestedFix{{Message: "Take a token for each goroutine", TextEdits: edits}}
}

// declared reports whether a name is visible in a scope or declared anywhere inside it.
func declared(scope *types.Scope, name string) bool {
	if _, obj := scope.LookupParent(name, scope.End()); obj != nil {
		return true
	}
	for i := range scope.NumChildren() {
		child := scope.Child(i)
		if child.Lookup(name) != nil || declaredBelow(child, name) {
			return true
		}
	}
	return false
}

func declaredBelow(scope *types.Scope, name string) bool {
	for i := range scope.NumChildren() {
		if child := scope.Child(i); child.Lookup(name) != nil || declaredBelow(child, name) {
			return true
		}
	}
	return false
}

// startOf is the statement that starts a function literal in a goroutine: go
// func(){…}() or wg.Go(func(){…}); lit is nil for other functions.
func startOf(path []ast.Node) (stmt ast.Stmt, lit *ast.FuncLit) {
	for _, n := range path {
		switch n := n.(type) {
		case *ast.GoStmt:
			lit, _ = n.Call.Fun.(*ast.FuncLit)
			return n, lit
		case *ast.ExprStmt:
			if call, ok := n.X.(*ast.CallExpr); ok && len(call.Args) == 1 {
				lit, _ = call.Args[0].(*ast.FuncLit)
			}
			return n, lit
		case ast.Stmt:
			return nil, nil
		}
	}
	return nil, nil
}
