package racycounter

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/model"
)

// wrap offers to take, around the unguarded update, the lock that another access
// of the variable holds. It is offered only for a statement of its own that calls
// nothing, in a place where the lock is surely free and can be named: then
// nothing but the mutual exclusion changes.
func wrap(in *engine.Info, race *accesses.Race, c *accesses.Conflict) []analysis.SuggestedFix {
	if fix := wrapOne(in, race, c.X); fix != nil {
		return fix
	}
	return wrapOne(in, race, c.Y)
}

func wrapOne(in *engine.Info, race *accesses.Race, x *accesses.Access) []analysis.SuggestedFix {
	if x.Update != model.IncDec && x.Update != model.OpAssign {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, x.Pos)
	stmt, target := update(path)
	if stmt == nil || calls(stmt) {
		return nil
	}
	for _, y := range race.Group.Accesses {
		for _, op := range in.Locks.HeldAt(y.Instr).Must {
			lock, ok := nameHere(in, x, y, op.Path, target)
			if !ok || op.Mode != api.Write || holdsClass(in, x, op.Path.Class()) {
				continue
			}
			return []analysis.SuggestedFix{{Message: "Hold " + lock + " around the update", TextEdits: []analysis.TextEdit{
				edit.Insert(stmt.Pos(), lock+".Lock()\n"),
				edit.Insert(stmt.End(), "\n"+lock+".Unlock()"),
			}}}
		}
	}
	return nil
}

// update is the increment or assignment around a position, if it stands in a
// list of statements, and what it changes.
func update(path []ast.Node) (ast.Stmt, ast.Expr) {
	for i, n := range path {
		var target ast.Expr
		switch n := n.(type) {
		case *ast.IncDecStmt:
			target = n.X
		case *ast.AssignStmt:
			if len(n.Lhs) != 1 {
				return nil, nil
			}
			target = n.Lhs[0]
		case ast.Stmt:
			return nil, nil
		default:
			continue
		}
		if i+1 < len(path) {
			switch path[i+1].(type) {
			case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
				return n.(ast.Stmt), target
			}
		}
		return nil, nil
	}
	return nil, nil
}

func calls(n ast.Node) bool {
	found := false
	ast.Inspect(n, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CallExpr, *ast.FuncLit:
			found = true
		}
		return !found
	})
	return found
}

// nameHere is the lock that guards access y, as an expression at access x. A
// field's lock is the field of the same object; a local lock is named by itself.
func nameHere(in *engine.Info, x, y *accesses.Access, lock *access.Path, target ast.Expr) (string, bool) {
	if sel, ok := target.(*ast.SelectorExpr); ok {
		base, isName := sel.X.(*ast.Ident)
		if isName && lock.Parent() != nil && lock.Parent() == y.Path.Parent() && x.Path.Class() == y.Path.Class() {
			return base.Name + "." + lock.Selector(), true
		}
		return "", false
	}
	if _, ok := target.(*ast.Ident); !ok || lock.Depth() > 0 || x.Path != y.Path {
		return "", false
	}
	scope := in.Prog.Types.Scope().Innermost(x.Pos)
	if scope == nil {
		return "", false
	}
	_, obj := scope.LookupParent(lock.String(), x.Pos)
	v, ok := obj.(*types.Var)
	if !ok {
		return "", false
	}
	switch owner := lock.Root().Owner.(type) {
	case *ssa.Alloc:
		return v.Name(), owner.Pos() == v.Pos()
	case *ssa.Parameter:
		return v.Name(), owner.Pos() == v.Pos()
	}
	return v.Name(), lock.Root().Kind == access.Global && v.Parent() == in.Prog.Types.Scope()
}

// holdsClass reports whether a lock of the class may be held at x already.
func holdsClass(in *engine.Info, x *accesses.Access, class access.Class) bool {
	held := in.Locks.HeldAt(x.Instr).May
	held = append(held[:len(held):len(held)], in.Locks.Entry(x.Fn).Must...)
	for _, op := range held {
		if op.Path.Class() == class {
			return true
		}
	}
	return false
}
