package racyfield

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
)

// fixes offers to take the lock: around the whole body of a function that calls
// nothing, or around one statement that calls nothing. Then the lock can neither
// be held already, by this function or by callers in sight, nor can anything wait
// under it, so that nothing but the mutual exclusion changes.
func fixes(in *engine.Info, g *accesses.Guard, s *accesses.Site) []analysis.SuggestedFix {
	if s.Call != nil || s.Foreign != nil || s.Fn.Parent() != nil || in.Locks.HeldAround(s.Fn, g.Lock) {
		return nil
	}
	lock := g.LockName(s)
	_, path := edit.Enclosing(in.Prog.Files, s.Pos)
	if !names(in, s, lock, path) {
		return nil
	}
	if decl, ok := s.Fn.Syntax().(*ast.FuncDecl); ok && !calls(in, decl.Body) && ofSignature(in, decl, lock) {
		lockName, unlock := "Lock", "Unlock"
		if !writes(in, decl.Body) && has(in, decl.Body.Lbrace+1, lock+".RLock") {
			lockName, unlock = "RLock", "RUnlock"
		}
		return []analysis.SuggestedFix{{Message: "Hold " + lock + " in " + decl.Name.Name, TextEdits: []analysis.TextEdit{
			edit.Insert(decl.Body.Lbrace+1, "\n"+lock+"."+lockName+"()\ndefer "+lock+"."+unlock+"()\n"),
		}}}
	}
	list, at := edit.Listed(path)
	if list == nil {
		return nil
	}
	stmt := list[at]
	if calls(in, stmt) || !assigns(stmt) || !alone(in, s) {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Hold " + lock + " around the write", TextEdits: []analysis.TextEdit{
		edit.Insert(stmt.Pos(), lock+".Lock()\n"),
		edit.Insert(stmt.End(), "\n"+lock+".Unlock()"),
	}}}
}

// accessed is the last name in the expression of an access: of the field, or of the package variable; nil if there is none.
func accessed(in *engine.Info, s *accesses.Site) *ast.Ident {
	e := in.AccessExpr(s.Access)
	for {
		switch x := e.(type) {
		case *ast.IndexExpr:
			e = x.X
		case *ast.StarExpr:
			e = x.X
		case *ast.ParenExpr:
			e = x.X
		case *ast.SelectorExpr:
			return x.Sel
		case *ast.Ident:
			return x
		default:
			return nil
		}
	}
}

// alone reports whether an access is the only one of its function. With others
// beside it, a lock around one of them protects half of what belongs together.
func alone(in *engine.Info, s *accesses.Site) bool {
	id, syntax := accessed(in, s), s.Fn.Syntax()
	if id == nil || in.Prog.Info.Uses[id] == nil || syntax == nil {
		return false
	}
	uses := 0
	ast.Inspect(syntax, func(n ast.Node) bool {
		if other, ok := n.(*ast.Ident); ok && in.Prog.Info.Uses[other] == in.Prog.Info.Uses[id] {
			uses++
		}
		return true
	})
	return uses == 1
}

// names reports whether a lock's name means the guard at an access: a package
// variable, or a field of the very expression whose field is accessed there.
func names(in *engine.Info, s *accesses.Site, lock string, path []ast.Node) bool {
	if !has(in, s.Pos, lock+".Lock") || !has(in, s.Pos, lock+".Unlock") {
		return false
	}
	if s.Base == nil {
		scope := in.Prog.Types.Scope().Innermost(s.Pos)
		if scope == nil {
			return false
		}
		_, obj := scope.LookupParent(lock, s.Pos)
		return obj != nil && obj.Parent() == in.Prog.Types.Scope()
	}
	for _, n := range path {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			continue
		}
		if base, _, ok := cutLast(lock); ok && types.ExprString(sel.X) == base && base == s.Base.String() {
			return true
		}
	}
	return false
}

func cutLast(name string) (base, last string, ok bool) {
	i := strings.LastIndexByte(name, '.')
	if i < 0 {
		return "", "", false
	}
	return name[:i], name[i+1:], true
}

// has reports whether an expression has a type at a position.
func has(in *engine.Info, pos token.Pos, expr string) bool {
	tv, err := types.Eval(in.Prog.Fset, in.Prog.Types, pos, expr)
	return err == nil && tv.IsValue()
}

// ofSignature reports whether a lock's name starts with a parameter or the
// receiver, which mean the same all over the body, or with a package variable.
func ofSignature(in *engine.Info, decl *ast.FuncDecl, lock string) bool {
	first, _, _ := strings.Cut(lock, ".")
	scope := in.Prog.Types.Scope().Innermost(decl.Body.Lbrace + 1)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(first, decl.Body.Lbrace+1)
	if obj == nil {
		return false
	}
	if obj.Parent() == in.Prog.Types.Scope() {
		return true
	}
	reassigned := false
	ast.Inspect(decl.Body, func(n ast.Node) bool {
		if as, ok := n.(*ast.AssignStmt); ok {
			for _, lhs := range as.Lhs {
				id, ok := lhs.(*ast.Ident)
				reassigned = reassigned || ok && id.Name == first
			}
		}
		return true
	})
	return !reassigned && decl.Pos() <= obj.Pos() && obj.Pos() < decl.Body.Lbrace
}

// calls reports whether code calls anything but builtins and conversions, or waits.
func calls(in *engine.Info, n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CallExpr:
			tv := in.Prog.Info.Types[n.Fun]
			if id, ok := ast.Unparen(n.Fun).(*ast.Ident); ok && id.Name == "panic" || !tv.IsBuiltin() && !tv.IsType() {
				found = true
			}
		case *ast.FuncLit, *ast.GoStmt, *ast.DeferStmt, *ast.SendStmt, *ast.SelectStmt:
			found = true
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.RangeStmt:
			switch in.Prog.Info.TypeOf(n.X).Underlying().(type) {
			case *types.Chan, *types.Signature:
				found = true
			}
		}
		return !found
	})
	return found
}

// writes reports whether code changes anything but local variables.
func writes(in *engine.Info, n ast.Node) bool {
	found := false
	changes := func(e ast.Expr) {
		id, ok := ast.Unparen(e).(*ast.Ident)
		if !ok || id.Name != "_" && in.Prog.Info.ObjectOf(id) != nil && in.Prog.Info.ObjectOf(id).Parent() == in.Prog.Types.Scope() {
			found = true
		}
	}
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, lhs := range n.Lhs {
				if n.Tok != token.DEFINE {
					changes(lhs)
				}
			}
		case *ast.IncDecStmt:
			changes(n.X)
		case *ast.CallExpr:
			if id, ok := n.Fun.(*ast.Ident); ok && (id.Name == "delete" || id.Name == "clear" || id.Name == "copy") {
				found = true
			}
		}
		return !found
	})
	return found
}

// assigns reports whether a statement is an assignment to something that exists.
func assigns(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.IncDecStmt:
		return true
	case *ast.AssignStmt:
		return s.Tok != token.DEFINE
	}
	return false
}
