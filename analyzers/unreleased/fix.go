package unreleased

import (
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// fixes offers, for a path that leaves a lock held, to defer the Unlock where
// that changes nothing else, and otherwise the missing Unlock on the path. For a lock
// that a helper took, or one of several, it is the call that the other paths make.
func fixes(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	site, ok := e.Held.Site.(*ssa.Call)
	if !ok {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(site))
	lock := statement(path)
	call := lockCall(lock)
	if call == nil || len(e.Held.Chain) != 1 {
		return likeOthers(in, e, site, giving{what: "Release the lock", paired: e.Leak.Paired})
	}
	unlock := unlockName(e.Held.Mode)
	owner := types.ExprString(call.Fun.(*ast.SelectorExpr).X)
	var out []analysis.SuggestedFix
	if fix, ok := deferred(in.Pass.TypesInfo, path, lock, owner, unlock); ok && (!e.Leak.Paired || releasedBelow(in, e, exitPos(e.Leak.Exit))) {
		out = append(out, fix)
	}
	return append(out, leaving(in, e, giving{what: "Release the lock", stmt: owner + "." + unlock + "()", owner: owner, paired: e.Leak.Paired})...)
}

// likeOthers gives back on the faulty path by the call that other paths make.
func likeOthers(in *engine.Info, e *locks.Event, site *ssa.Call, g giving) []analysis.SuggestedFix {
	call := edit.CallOrDefer(in.Prog.Files, ssabuild.InstrPos(site))
	if call == nil {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !steady(in, sel.X) {
		return nil
	}
	g.stmt, g.owner, g.expr = counterpart(in, e, site, sel.X), types.ExprString(sel.X), sel.X
	if g.stmt == "" {
		return nil
	}
	return leaving(in, e, g)
}

// onlyDeferred offers to defer the Unlock, which then runs when something panics too.
func onlyDeferred(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	site, ok := e.Held.Site.(*ssa.Call)
	if !ok || len(e.Held.Chain) != 1 {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(site))
	lock := statement(path)
	call := lockCall(lock)
	if call == nil {
		return nil
	}
	fix, ok := deferred(in.Pass.TypesInfo, path, lock, types.ExprString(call.Fun.(*ast.SelectorExpr).X), unlockName(e.Held.Mode))
	if !ok {
		return nil
	}
	return []analysis.SuggestedFix{fix}
}

func unlockName(m api.Mode) string {
	if m == api.Read {
		return "RUnlock"
	}
	return "Unlock"
}

// statement is the expression statement at the start of a path, nil if it is another.
func statement(path []ast.Node) *ast.ExprStmt {
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

// lockCall is the call x.Lock() of a statement whose x is a chain of names, so
// that evaluating it again gives the same lock and has no effects.
func lockCall(s *ast.ExprStmt) *ast.CallExpr {
	if s == nil {
		return nil
	}
	call, ok := s.X.(*ast.CallExpr)
	if !ok {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !edit.Plain(sel.X) {
		return nil
	}
	return call
}

// deferred defers the Unlock right after the Lock and drops the written ones.
//
// It is offered only if nothing can tell the difference: the Lock stands in the
// function's outermost block, where it runs once, and each Unlock of the lock in
// the function is the last statement before a return or the end of the function,
// with a return whose operands do nothing. Then each path releases the lock at
// the point where it did before, and the faulty ones release it too. A panic in
// between now releases the lock as well, which the title need not say: the
// process ends, or whoever recovers finds the lock usable.
func deferred(info *types.Info, path []ast.Node, lock *ast.ExprStmt, owner, unlock string) (analysis.SuggestedFix, bool) {
	_, body := edit.EnclosingFunc(path)
	if body == nil || !slices.Contains(body.List, ast.Stmt(lock)) {
		return analysis.SuggestedFix{}, false
	}
	edits := []analysis.TextEdit{edit.Insert(lock.End(), "\ndefer "+owner+"."+unlock+"()")}
	ok, seen := true, 0
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.DeferStmt, *ast.GoStmt:
			ok = ok && !mentions(n, owner, unlock)
			return false
		case *ast.BlockStmt:
			ok = ok && list(info, n.List, n == body, owner, unlock, &edits, &seen)
		case *ast.CaseClause:
			ok = ok && list(info, n.Body, false, owner, unlock, &edits, &seen)
		case *ast.CommClause:
			ok = ok && list(info, n.Body, false, owner, unlock, &edits, &seen)
		case *ast.CallExpr:
			if sel, isSel := n.Fun.(*ast.SelectorExpr); isSel && types.ExprString(sel.X) == owner && n.Pos() != lock.Pos() && sel.Sel.Name != unlock {
				ok = false // locked again, tried, or used in another mode
			}
		}
		return true
	})
	return analysis.SuggestedFix{Message: "Defer the " + unlock + " after the lock", TextEdits: edits}, ok && seen > 0
}

// list checks the unlocks in one list of statements and removes them.
func list(info *types.Info, stmts []ast.Stmt, outermost bool, owner, unlock string, edits *[]analysis.TextEdit, seen *int) bool {
	for i, s := range stmts {
		if !isUnlock(s, owner, unlock) {
			continue
		}
		*seen++
		switch {
		case i+1 < len(stmts):
			ret, isReturn := stmts[i+1].(*ast.ReturnStmt)
			if !isReturn || !edit.Inert(info, ret) {
				return false
			}
			*edits = append(*edits, analysis.TextEdit{Pos: s.Pos(), End: ret.Pos()})
		case outermost:
			from := s.Pos()
			if i > 0 {
				from = stmts[i-1].End()
			}
			*edits = append(*edits, analysis.TextEdit{Pos: from, End: s.End()})
		default:
			return false
		}
	}
	return true
}

func isUnlock(s ast.Stmt, owner, unlock string) bool {
	es, ok := s.(*ast.ExprStmt)
	if !ok {
		return false
	}
	call, ok := es.X.(*ast.CallExpr)
	return ok && len(call.Args) == 0 && types.ExprString(call.Fun) == owner+"."+unlock
}

func mentions(n ast.Node, owner, unlock string) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		if e, ok := n.(ast.Expr); ok && types.ExprString(e) == owner+"."+unlock {
			found = true
		}
		return !found
	})
	return found
}

// sameName reports whether the first name of owner means the same at both places.
func sameName(in *engine.Info, owner string, p, q token.Pos) bool {
	root, _, _ := strings.Cut(owner, ".")
	scope := in.Pass.Pkg.Scope()
	obj := edit.Means(scope, p, root)
	return obj != nil && obj == edit.Means(scope, q, root)
}

// independent reports whether the operands of a return mention neither the
// object that owns the lock nor any other memory reached through a pointer.
func independent(ret *ast.ReturnStmt, owner string) bool {
	root := owner
	for i, c := range owner {
		if c == '.' {
			root = owner[:i]
			break
		}
	}
	ok := true
	for _, e := range ret.Results {
		ast.Inspect(e, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.Ident:
				ok = ok && n.Name != root
			case *ast.StarExpr, *ast.IndexExpr, *ast.FuncLit:
				ok = false
			case *ast.UnaryExpr:
				ok = ok && n.Op != token.ARROW
			}
			return ok
		})
	}
	return ok
}
