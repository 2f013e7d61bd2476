package racycapture

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/spawn"
)

// fixes offers to give the goroutine a variable of its own, by := instead of =.
// It is offered only if the goroutine assigns before it reads, all its uses lie in
// the scope of that assignment, and nobody else can have wanted the value: the
// function around it writes the variable anew before it reads it again.
func fixes(in *engine.Info, c *accesses.Conflict) []analysis.SuggestedFix {
	v, thread := variable(c), c.Meeting.A.Thread
	if v == nil || thread == nil || c.X.Fn.Parent() != v.Parent() || thread.Fn != v.Parent() || isResult(v) {
		return nil
	}
	lit, ok := c.X.Fn.Syntax().(*ast.FuncLit)
	if !ok || !forgotten(v, c.X.Fn, thread.Site) {
		return nil
	}
	obj := object(in, v)
	if obj == nil {
		return nil
	}
	assign := firstUse(in, lit, obj)
	if assign == nil {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Declare " + obj.Name() + " in the goroutine", TextEdits: []analysis.TextEdit{
		{Pos: assign.TokPos, End: assign.TokPos + 1, NewText: []byte(":=")},
	}}}
}

// object is the variable that an allocation is, nil if the syntax does not name it.
func object(in *engine.Info, v *ssa.Alloc) *types.Var {
	for _, n := range in.Enclosing(v.Pos()) {
		if id, ok := n.(*ast.Ident); ok {
			obj, _ := in.Prog.Info.Defs[id].(*types.Var)
			return obj
		}
	}
	return nil
}

// forgotten reports whether the value that a goroutine leaves in v is read by
// nobody else: only this literal captures v, and where the function that declares
// v reads it after the start of the goroutine, it has written it in between.
func forgotten(v *ssa.Alloc, lit *ssa.Function, start ssa.Instruction) bool {
	var loads, stores []ssa.Instruction
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			loads = append(loads, ref)
		case *ssa.Store:
			if ref.Val == ssa.Value(v) {
				return false
			}
			stores = append(stores, ref)
		case *ssa.MakeClosure:
			if ref.Fn != lit {
				return false
			}
		case *ssa.DebugRef:
		default:
			return false
		}
	}
	for _, load := range loads {
		if !spawn.Between(start, load) {
			continue
		}
		anew := false
		for _, st := range stores {
			anew = anew || spawn.Dominates(start, st) && spawn.Dominates(st, load)
		}
		if !anew {
			return false
		}
	}
	return true
}

// firstUse is the assignment with which a literal's uses of a variable begin, nil
// if they begin otherwise or if := there would not cover them all.
func firstUse(in *engine.Info, lit *ast.FuncLit, obj *types.Var) *ast.AssignStmt {
	var uses []*ast.Ident
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && in.Prog.Info.Uses[id] == obj {
			uses = append(uses, id)
		}
		return true
	})
	if len(uses) < 2 {
		return nil // := would declare a variable that nobody reads
	}
	_, path := edit.Enclosing(in.Prog.Files, uses[0].Pos())
	for i, n := range path {
		assign, ok := n.(*ast.AssignStmt)
		if !ok {
			continue
		}
		if assign.Tok != token.ASSIGN || len(assign.Lhs) != 1 || assign.Lhs[0] != ast.Expr(uses[0]) || i+1 >= len(path) {
			return nil
		}
		scope := path[i+1]
		switch scope := scope.(type) {
		case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		case *ast.IfStmt:
			if scope.Init != ast.Stmt(assign) {
				return nil
			}
		default:
			return nil
		}
		if !covered(in, uses, assign, scope) {
			return nil
		}
		return assign
	}
	return nil
}

// covered reports whether all further uses lie behind the assignment, in its
// scope, and one of them reads.
func covered(in *engine.Info, uses []*ast.Ident, assign *ast.AssignStmt, scope ast.Node) bool {
	reads := false
	for _, id := range uses[1:] {
		if id.Pos() < assign.End() || id.Pos() > scope.End() {
			return false
		}
		reads = reads || !assigned(in, id)
	}
	return reads
}

// assigned reports whether an identifier is only written where it stands.
func assigned(in *engine.Info, id *ast.Ident) bool {
	_, path := edit.Enclosing(in.Prog.Files, id.Pos())
	for _, n := range path {
		if as, ok := n.(*ast.AssignStmt); ok {
			for _, lhs := range as.Lhs {
				if lhs == ast.Expr(id) {
					return true
				}
			}
			return false
		}
	}
	return false
}
