package unreleased

import (
	"go/ast"
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
	"github.com/conclint/conclint/internal/model"
)

// rename replaces the method of a lock that a statement calls, where it is
// written as x.Method(), by the one that was meant: the other method of the pair
// cannot have been, as it ends the process or waits for itself.
func rename(in *engine.Info, site ssa.Instruction, method string) []analysis.SuggestedFix {
	call := edit.CallOrDefer(in.Prog.Files, ssabuild.InstrPos(site))
	if call == nil {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name == method {
		return nil
	}
	if _, ok := site.(*ssa.Defer); ok && calledBelow(in, call, types.ExprString(sel.X)+"."+method) {
		return nil // then it would be called twice
	}
	if eff, ok := in.Prog.EffectOfCall(call); !ok || eff.Op != api.Lock && eff.Op != api.Unlock {
		return nil // of a wrapper, whose counterpart has another name
	}
	return []analysis.SuggestedFix{{Message: "Call " + method, TextEdits: []analysis.TextEdit{edit.Replace(sel.Sel, method)}}}
}

// calledBelow reports whether the function of a call has one of the other function, as it is written, further down.
func calledBelow(in *engine.Info, call *ast.CallExpr, fun string) (found bool) {
	_, path := edit.Enclosing(in.Prog.Files, call.Pos())
	_, body := edit.EnclosingFunc(path)
	if body == nil {
		return false
	}
	ast.Inspect(body, func(n ast.Node) bool {
		c, ok := n.(*ast.CallExpr)
		found = found || ok && c.Pos() > call.Pos() && types.ExprString(c.Fun) == fun
		return true
	})
	return found
}

// dropUnlock removes an Unlock that ends the process, a statement of its own. Where another way leads to it with the lock,
// it is that way's only one.
func dropUnlock(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	if d, ok := e.Site.(*ssa.Defer); ok {
		return dropWritten(in, d)
	}
	if slices.ContainsFunc(in.Locks.HeldAt(e.Site).May, func(op model.LockOp) bool { return op.Path == e.Op.Path }) {
		return nil
	}
	call, path := edit.CallAt(in.Prog.Files, ssabuild.InstrPos(e.Site))
	if call == nil || len(path) < 3 {
		return nil
	}
	stmt, ok := path[1].(*ast.ExprStmt)
	if !ok {
		return nil
	}
	list := edit.Statements(path[2])
	for i, s := range list {
		if s != ast.Stmt(stmt) {
			continue
		}
		from, to := stmt.Pos(), stmt.End()
		switch {
		case i+1 < len(list):
			to = list[i+1].Pos()
		case i > 0:
			from = list[i-1].End()
		default:
			return nil
		}
		if file, _ := edit.Enclosing(in.Prog.Files, from); file == nil || edit.Commented(file, from, to) {
			return nil
		}
		return []analysis.SuggestedFix{{Message: "Drop the second unlock", TextEdits: []analysis.TextEdit{edit.Cut(from, to)}}}
	}
	return nil
}

// dropWritten removes the unlocks that a deferred one makes a second one of. It is offered if each of those below the defer
// statement stands just before a return whose operands do nothing: the deferred call then releases the lock at the
// same point. Of others, either may be the wrong one.
func dropWritten(in *engine.Info, d *ssa.Defer) []analysis.SuggestedFix {
	call := edit.CallOrDefer(in.Prog.Files, ssabuild.InstrPos(d))
	if call == nil || len(call.Args) > 0 {
		return nil
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !edit.Plain(sel.X) {
		return nil
	}
	lock := types.ExprString(sel.X) + "." + strings.TrimSuffix(sel.Sel.Name, "Unlock") + "Lock"
	cuts, ok := edit.LeaveToDefer(in.Prog.Info, in.Prog.Files, call)
	if !ok || calledBelow(in, call, lock) {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Leave the unlock to the deferred call", TextEdits: cuts}}
}
