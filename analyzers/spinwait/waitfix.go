package spinwait

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/polls"
)

// fixSleep waits for the goroutine that a sleep stands for. What it waits for ends:
// the goroutine waits for nobody and has no endless loop. It is no earlier than before where
// the goroutine is slower than the sleep, and no later where it is faster.
func fixSleep(in *engine.Info, w polls.Wait) []analysis.SuggestedFix {
	sleep, block := statementAt(in, w.Pos)
	start, lit, outer := startIn(in, w.Go, block)
	if sleep == nil || lit == nil || outer.Pos() > sleep.Pos() || !ends(in, w.Go, lit) {
		return nil
	}
	file, _ := edit.Enclosing(in.Prog.Files, w.Pos)
	scope := in.Prog.Info.Scopes[file]
	if obj := edit.Means(scope, sleep.Pos(), w.Name); obj == nil || isFlag(obj.Type()) {
		return nil // whether it has finished in time is perhaps the question
	}
	if edit.Means(scope, outer.Pos(), "wg") != nil || edit.Means(scope, lit.Body.List[0].Pos(), "wg") != nil {
		return nil
	}
	name, edits, ok := edit.Import(file, scope, outer.Pos(), "sync")
	if !ok {
		return nil
	}
	declare, add := "var wg "+name+".WaitGroup\n", "wg.Add(1)\n"
	if outer == ast.Stmt(start) {
		edits = append(edits, edit.Insert(start.Pos(), declare+add))
	} else {
		edits = append(edits, edit.Insert(outer.Pos(), declare), edit.Insert(start.Pos(), add))
	}
	edits = append(edits, edit.Insert(lit.Body.List[0].Pos(), "defer wg.Done()\n"), edit.Replace(sleep, "wg.Wait()"))
	edits = append(edits, edit.Unimport(file, in.Prog.Info, edit.Span{Pos: sleep.Pos(), End: sleep.End()})...)
	return fix("Wait for the goroutine", edits)
}

func isFlag(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsBoolean != 0 || types.TypeString(t, nil) == "sync/atomic.Bool"
}

// ends reports whether a goroutine ends by itself.
func ends(in *engine.Info, site *ssa.Go, lit *ast.FuncLit) bool {
	endless := false
	ast.Inspect(lit, func(n ast.Node) bool {
		if f, ok := n.(*ast.ForStmt); ok && f.Cond == nil {
			endless = true
		}
		return true
	})
	for _, s := range in.Spawn.SpawnsIn(site.Parent()) {
		if s.Site == ssa.CallInstruction(site) {
			return !endless && in.Bounds().Independent(s)
		}
	}
	return false
}

// statementAt is the statement at pos and the block that it is directly in.
func statementAt(in *engine.Info, pos token.Pos) (ast.Stmt, *ast.BlockStmt) {
	nodes := path(in, pos)
	for i, n := range nodes {
		if s, ok := n.(ast.Stmt); ok && i+1 < len(nodes) {
			block, _ := nodes[i+1].(*ast.BlockStmt)
			if block == nil {
				return nil, nil
			}
			return s, block
		}
	}
	return nil, nil
}

// startIn is the go statement of a site, the literal that it starts, and the statement of the
// block that it is or is a part of: at most one loop may be between.
func startIn(in *engine.Info, site *ssa.Go, block *ast.BlockStmt) (start *ast.GoStmt, lit *ast.FuncLit, outer ast.Stmt) {
	if block == nil {
		return nil, nil, nil
	}
	nodes := path(in, site.Pos())
	for i, n := range nodes {
		g, ok := n.(*ast.GoStmt)
		if !ok || i+1 >= len(nodes) {
			continue
		}
		lit, _ := g.Call.Fun.(*ast.FuncLit)
		if lit == nil || len(lit.Body.List) == 0 {
			return nil, nil, nil
		}
		if nodes[i+1] == ast.Node(block) {
			return g, lit, g
		}
		if i+3 < len(nodes) && nodes[i+3] == ast.Node(block) && bodyOf(asStmt(nodes[i+2])) == nodes[i+1] {
			return g, lit, asStmt(nodes[i+2])
		}
		return nil, nil, nil
	}
	return nil, nil, nil
}

func asStmt(n ast.Node) ast.Stmt {
	s, _ := n.(ast.Stmt)
	return s
}

// fixFlag makes a local flag a channel that is closed where the flag is set, and the
// loop a receive. Offered where that is all that is done with the flag: it is set once, in
// a goroutine that is not started in a loop, and looked at by this loop only.
func fixFlag(in *engine.Info, loop ast.Stmt) []analysis.SuggestedFix {
	l, ok := loop.(*ast.ForStmt)
	if !ok || l.Init != nil || l.Post != nil || !onlyWaits(in, l.Body) {
		return nil
	}
	file, nodes := edit.Enclosing(in.Prog.Files, l.Pos())
	rest := afterHead(in, file, l) // what is removed of the loop behind its head
	if edit.Commented(file, rest, l.Body.Rbrace) {
		return nil
	}
	id := flagOf(l.Cond)
	if id == nil {
		return nil
	}
	flag, ok := in.Prog.Info.Uses[id].(*types.Var)
	if !ok {
		return nil
	}
	_, body := edit.EnclosingFunc(nodes)
	u := usesOf(in, body, flag)
	if u.made == nil || len(u.sets) != 1 || u.looks != 1 || u.others || !runsOnce(in, u.sets[0].Pos(), body) {
		return nil
	}
	edits := []analysis.TextEdit{
		edit.Replace(u.made, id.Name+" := make(chan struct{})"),
		edit.Replace(u.sets[0], "close("+id.Name+")"),
		{Pos: l.Pos(), End: l.Body.Lbrace + 1, NewText: []byte("<-" + id.Name)},
		edit.Cut(rest, l.Body.Rbrace+1),
	}
	edits = append(edits, edit.Unimport(file, in.Prog.Info, edit.Span{Pos: u.made.Pos(), End: u.made.End()}, edit.Span{Pos: l.Pos(), End: l.End()})...)
	return fix("Make "+id.Name+" a channel and wait for its close", edits)
}

// afterHead is the end of the loop's first line: a comment there stays.
func afterHead(in *engine.Info, file *ast.File, l *ast.ForStmt) token.Pos {
	pos := l.Body.Lbrace + 1
	for _, g := range file.Comments {
		if in.Prog.Fset.Position(g.Pos()).Line == in.Prog.Fset.Position(pos).Line && pos < g.Pos() && g.Pos() < l.Body.Rbrace {
			pos = g.End()
		}
	}
	return pos
}

// flagOf is the variable that !v or !v.Load() looks at.
func flagOf(cond ast.Expr) *ast.Ident {
	not, ok := cond.(*ast.UnaryExpr)
	if !ok || not.Op != token.NOT {
		return nil
	}
	switch x := not.X.(type) {
	case *ast.Ident:
		return x
	case *ast.CallExpr:
		if sel, ok := x.Fun.(*ast.SelectorExpr); ok && sel.Sel.Name == "Load" && len(x.Args) == 0 {
			id, _ := sel.X.(*ast.Ident)
			return id
		}
	}
	return nil
}

// onlyWaits reports whether a loop does nothing but sleep and yield.
func onlyWaits(in *engine.Info, body *ast.BlockStmt) bool {
	for _, s := range body.List {
		e, ok := s.(*ast.ExprStmt)
		if !ok {
			return false
		}
		call, ok := e.X.(*ast.CallExpr)
		if !ok {
			return false
		}
		if eff, ok := in.Prog.EffectOfCall(call); !ok || eff.Op != api.Sleep && eff.Op != api.Gosched {
			return false
		}
	}
	return true
}

// uses is all that a function does with a flag.
type uses struct {
	made   ast.Stmt   // var f atomic.Bool, or f := false
	sets   []ast.Node // f.Store(true), or f = true
	looks  int        // !f.Load(), or !f
	others bool
}

func usesOf(in *engine.Info, body *ast.BlockStmt, flag *types.Var) (u uses) {
	is := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && in.Prog.Info.ObjectOf(id) == types.Object(flag)
	}
	known := 0
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.DeclStmt:
			gen, ok := n.Decl.(*ast.GenDecl)
			if !ok || len(gen.Specs) != 1 {
				break
			}
			if spec, ok := gen.Specs[0].(*ast.ValueSpec); ok && len(spec.Names) == 1 && is(spec.Names[0]) && len(spec.Values) == 0 {
				u.made, known = n, known+1
			}
		case *ast.AssignStmt:
			if len(n.Lhs) != 1 || len(n.Rhs) != 1 || !is(n.Lhs[0]) {
				break
			}
			value := types.ExprString(n.Rhs[0])
			switch {
			case n.Tok == token.DEFINE && value == "false":
				u.made, known = n, known+1
			case n.Tok == token.ASSIGN && value == "true":
				u.sets, known = append(u.sets, n), known+1
			}
		case *ast.CallExpr:
			sel, ok := n.Fun.(*ast.SelectorExpr)
			if ok && is(sel.X) && sel.Sel.Name == "Store" && len(n.Args) == 1 && types.ExprString(n.Args[0]) == "true" {
				u.sets, known = append(u.sets, n), known+1
			}
		case *ast.UnaryExpr:
			if id := flagOf(n); id != nil && is(id) {
				u.looks, known = u.looks+1, known+1
			}
		case *ast.Ident:
			if is(n) {
				known--
			}
		}
		return true
	})
	u.others = known != 0
	return u
}

// runsOnce reports whether what stands at pos runs once at most in each call of the function with the
// body: in the literal of a go statement, and in no loop.
func runsOnce(in *engine.Info, pos token.Pos, body *ast.BlockStmt) bool {
	nodes := path(in, pos)
	for i, n := range nodes {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			return false
		case *ast.FuncLit:
			if i+2 >= len(nodes) {
				return false
			}
			if g, ok := nodes[i+2].(*ast.GoStmt); !ok || g.Call.Fun != n {
				return false
			}
		}
		if n == ast.Node(body) {
			return true
		}
	}
	return false
}
