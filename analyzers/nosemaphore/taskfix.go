package nosemaphore

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/bounds"
)

// limitTask gives a group of the runtime a limit where it is made. Go then waits
// for a free place, outside of the group's tasks; the same functions run.
func limitTask(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, f.Pos)
	group := receiverOf(path)
	if group == nil {
		return nil
	}
	obj := in.Prog.Info.ObjectOf(group)
	call := making(in, path, obj)
	if call == nil || call.Ellipsis.IsValid() {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return nil
	}
	name, edits, ok := edit.Import(file, in.Prog.Info.Scopes[file], call.Pos(), "runtime")
	if !ok {
		return nil
	}
	edits = append(edits, edit.Insert(call.Args[len(call.Args)-1].End(), ", "+types.ExprString(sel.X)+".Limit("+name+"."+limit+")"))
	return []analysis.SuggestedFix{{Message: "Limit the group to GOMAXPROCS goroutines", TextEdits: edits}}
}

// making is the call of task.Run whose function has the group as its parameter, or the
// call of task.New that is the variable's value.
func making(in *engine.Info, path []ast.Node, group types.Object) *ast.CallExpr {
	for i, n := range path {
		switch n := n.(type) {
		case *ast.FuncLit:
			if len(n.Type.Params.List) != 1 || len(n.Type.Params.List[0].Names) != 1 || in.Prog.Info.Defs[n.Type.Params.List[0].Names[0]] != group {
				continue
			}
			call, ok := path[i+1].(*ast.CallExpr)
			if !ok || len(call.Args) != 2 || call.Args[1] != ast.Expr(n) {
				return nil // with options of its own, or given to somebody else
			}
			return call
		case *ast.FuncDecl:
			return madeIn(in, n, group)
		}
	}
	return nil
}

func madeIn(in *engine.Info, fn *ast.FuncDecl, group types.Object) (made *ast.CallExpr) {
	ast.Inspect(fn, func(n ast.Node) bool {
		def, ok := n.(*ast.AssignStmt)
		if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 1 || len(def.Rhs) != 1 {
			return true
		}
		if id, ok := def.Lhs[0].(*ast.Ident); ok && in.Prog.Info.Defs[id] == group {
			if call, ok := def.Rhs[0].(*ast.CallExpr); ok && len(call.Args) == 1 {
				made = call
			}
		}
		return true
	})
	return made
}

// eachWithLimit rewrites a group that runs one literal per element and is waited for
// right after the loop:
//
//	g, ctx := errgroup.WithContext(parent)
//	for _, x := range xs {
//		g.Go(func() error { … })
//	}
//	return g.Wait()
//
// The literals become one function of the element. It gets the context that the group
// had, the first error cancels it and is returned, and the end of the function waits
// for all that was started. Other than in the group, elements that are not yet
// started when one fails are left out: they would have been given a context that has ended.
func eachWithLimit(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, f.Pos)
	l, ok := groupLoopOf(in, path)
	if !ok {
		return nil
	}
	scope := in.Prog.Info.Scopes[file]
	var edits []analysis.TextEdit
	var names [4]string
	for i, p := range [...]string{edit.RuntimeModule + "/task", "slices", "context", "runtime"} {
		name, add, ok := edit.Import(file, scope, l.loop.Pos(), p)
		if !ok {
			return nil
		}
		names[i], edits = name, append(edits, add...)
	}
	if edit.Commented(file, l.group.Pos(), l.lit.Body.Pos()) || edit.Commented(file, l.lit.Body.End(), l.wait.End()) {
		return nil
	}
	typ, ok := edit.TypeName(in.Prog.Types, scope, l.loop.Pos(), in.Prog.Info.TypeOf(l.elem))
	items := edit.Source(l.loop.X)
	if !ok || items == "" {
		return nil
	}
	head := names[0] + ".Each(" + l.parent + ", " + names[1] + ".Values(" + items + "), func(" + l.ctx + " " + names[2] + ".Context, " + l.elem.Name + " " + typ + ") error "
	tail := ", " + names[0] + ".Limit(" + names[3] + "." + limit + "))"
	edits = append(edits,
		// What stands before Wait in its statement now stands before Each, the group is gone.
		analysis.TextEdit{Pos: l.group.Pos(), End: l.lit.Body.Pos(), NewText: []byte(l.before + head)},
		analysis.TextEdit{Pos: l.lit.Body.End(), End: l.wait.End(), NewText: []byte(tail)},
	)
	edits = append(edits, edit.Unimport(file, in.Prog.Info, edit.Span{Pos: l.group.Pos(), End: l.lit.Body.Pos()}, edit.Span{Pos: l.lit.Body.End(), End: l.wait.End()})...)
	return []analysis.SuggestedFix{{Message: "Use task.Each with a limit", TextEdits: edits}}
}

// A groupLoop is a group, the loop that starts its functions, and the statement that waits for them.
type groupLoop struct {
	group       ast.Stmt
	loop        *ast.RangeStmt
	lit         *ast.FuncLit
	elem        *ast.Ident
	wait        *ast.CallExpr
	ctx, parent string // the group's context, and the one it is derived from
	before      string // what stands before Wait in its statement
}

func groupLoopOf(in *engine.Info, path []ast.Node) (l groupLoop, ok bool) {
	var block *ast.BlockStmt
	for i, n := range path {
		if loop, isLoop := n.(*ast.RangeStmt); isLoop && i+1 < len(path) {
			l.loop = loop
			block, _ = path[i+1].(*ast.BlockStmt)
			break
		}
	}
	if block == nil || l.loop.Tok != token.DEFINE || l.loop.Value == nil || len(l.loop.Body.List) != 1 {
		return l, false
	}
	if key, isIdent := l.loop.Key.(*ast.Ident); !isIdent || key.Name != "_" {
		return l, false
	}
	if _, isSlice := in.Prog.Info.TypeOf(l.loop.X).Underlying().(*types.Slice); !isSlice {
		return l, false
	}
	l.elem, _ = l.loop.Value.(*ast.Ident)
	call := callOf(l.loop.Body.List[0])
	if l.elem == nil || call == nil || len(call.Args) != 1 {
		return l, false
	}
	l.lit, _ = call.Args[0].(*ast.FuncLit)
	i := indexOf(block.List, l.loop)
	if l.lit == nil || i < 1 || i+1 >= len(block.List) {
		return l, false
	}
	group := receiverOf(path)
	return l, group != nil && l.derived(in, block.List[i-1], group.Name) && l.waited(block.List[i+1], group.Name) && !usedAfter(in, block, l.wait.End(), in.Prog.Info.ObjectOf(group))
}

// derived reads g, ctx := errgroup.WithContext(parent), or what the table says is like it.
func (l *groupLoop) derived(in *engine.Info, stmt ast.Stmt, group string) bool {
	def, ok := stmt.(*ast.AssignStmt)
	if !ok || def.Tok != token.DEFINE || len(def.Lhs) != 2 || len(def.Rhs) != 1 || types.ExprString(def.Lhs[0]) != group {
		return false
	}
	call, ok := def.Rhs[0].(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	if eff, ok := in.Prog.EffectOfCall(call); !ok || eff.Op != api.GroupNew || eff.Ctx != 0 {
		return false
	}
	l.group, l.ctx, l.parent = def, types.ExprString(def.Lhs[1]), edit.Source(call.Args[0])
	id, ok := def.Lhs[1].(*ast.Ident)
	// The context is the parameter of the function from now on: nobody else may look at it.
	return ok && l.parent != "" && onlyIn(in, id, def.End(), l.lit)
}

// onlyIn reports whether a variable is used in a literal only, after a position.
func onlyIn(in *engine.Info, id *ast.Ident, after token.Pos, lit *ast.FuncLit) bool {
	obj := in.Prog.Info.ObjectOf(id) // a parameter of the function may be given the group's context
	if obj == nil {
		return id.Name == "_"
	}
	for use, o := range in.Prog.Info.Uses {
		if o == obj && use.Pos() > after && (use.Pos() < lit.Pos() || lit.End() < use.End()) {
			return false
		}
	}
	return true
}

// waited reads return g.Wait(), err := g.Wait(), or if err := g.Wait(); ….
func (l *groupLoop) waited(stmt ast.Stmt, group string) bool {
	var e ast.Expr
	switch s := stmt.(type) {
	case *ast.ReturnStmt:
		if len(s.Results) == 1 {
			e, l.before = s.Results[0], "return "
		}
	case *ast.AssignStmt:
		if len(s.Lhs) == 1 && len(s.Rhs) == 1 {
			e, l.before = s.Rhs[0], types.ExprString(s.Lhs[0])+" "+s.Tok.String()+" "
		}
	case *ast.IfStmt:
		if init, ok := s.Init.(*ast.AssignStmt); ok && len(init.Lhs) == 1 && len(init.Rhs) == 1 {
			e, l.before = init.Rhs[0], "if "+types.ExprString(init.Lhs[0])+" "+init.Tok.String()+" "
		}
	}
	l.wait, _ = e.(*ast.CallExpr)
	return l.wait != nil && types.ExprString(l.wait.Fun) == group+".Wait"
}

// usedAfter reports whether a variable is used in a block behind a position.
func usedAfter(in *engine.Info, block *ast.BlockStmt, pos token.Pos, obj types.Object) (used bool) {
	ast.Inspect(block, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && id.Pos() > pos && in.Prog.Info.Uses[id] == obj {
			used = true
		}
		return true
	})
	return used
}

func callOf(stmt ast.Stmt) *ast.CallExpr {
	if s, ok := stmt.(*ast.ExprStmt); ok {
		call, _ := s.X.(*ast.CallExpr)
		return call
	}
	return nil
}

func indexOf(list []ast.Stmt, stmt ast.Stmt) int {
	for i, s := range list {
		if s == stmt {
			return i
		}
	}
	return -1
}
