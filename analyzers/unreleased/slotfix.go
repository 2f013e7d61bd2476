package unreleased

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// slotFixes offer to give back a slot, or a lock that was handed over, on the path
// that forgot it: just before its return or continue, where nothing else happens.
func slotFixes(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	what := "Give the slot back"
	if e.Held.Mode != api.Token && isCall(e.Held.Site) {
		what = "Release the lock"
	}
	owner, release := "", ""
	if len(e.Held.Chain) == 1 {
		owner, release = giveBack(in, e)
	}
	if release == "" {
		if site, ok := e.Held.Site.(*ssa.Call); ok && !e.Leak.Loop {
			return likeOthers(in, e, site, giving{what: what})
		}
		return nil
	}
	if e.Leak.Loop {
		cont := continueAt(in, e.Leak.Exit)
		if cont == nil || !sameName(in, owner, ssabuild.InstrPos(e.Held.Site), cont.Pos()) {
			return nil
		}
		return []analysis.SuggestedFix{{Message: what + " before this continue", TextEdits: []analysis.TextEdit{edit.Insert(cont.Pos(), release+"\n")}}}
	}
	return leaving(in, e, giving{what: what, stmt: release, owner: owner})
}

// giveBack is the statement that undoes an acquisition, and the names it starts
// with; "" if the syntax does not show how.
func giveBack(in *engine.Info, e *locks.Event) (owner, release string) {
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(e.Held.Site))
	switch site := e.Held.Site.(type) {
	case *ssa.Send:
		for _, n := range path {
			if s, ok := n.(*ast.SendStmt); ok && edit.Plain(s.Chan) {
				owner = types.ExprString(s.Chan)
				return owner, "<-" + owner
			}
		}
	case *ssa.UnOp:
		for _, n := range path {
			u, ok := n.(*ast.UnaryExpr)
			if ok && u.Op == token.ARROW && edit.Plain(u.X) && isEmptyStruct(site.Type()) {
				owner = types.ExprString(u.X)
				return owner, owner + " <- struct{}{}"
			}
		}
	case *ssa.Select:
		for _, n := range path {
			if s, ok := n.(*ast.SelectStmt); ok {
				return sentIn(s, e.Held.Path.String())
			}
		}
	case *ssa.Call:
		return released(in, e, site)
	}
	return "", ""
}

func isEmptyStruct(t types.Type) bool {
	st, ok := t.Underlying().(*types.Struct)
	return ok && st.NumFields() == 0
}

// sentIn finds the case of a select that sends on the channel of that name.
func sentIn(s *ast.SelectStmt, name string) (owner, release string) {
	for _, c := range s.Body.List {
		if send, ok := c.(*ast.CommClause).Comm.(*ast.SendStmt); ok && edit.Plain(send.Chan) && types.ExprString(send.Chan) == name {
			return name, "<-" + name
		}
	}
	return "", ""
}

// released is the call that gives back what a call took: of the same mutex in the
// same mode, or as many units of the same semaphore.
func released(in *engine.Info, e *locks.Event, site *ssa.Call) (owner, release string) {
	call := edit.CallOrDefer(in.Prog.Files, ssabuild.InstrPos(site))
	if call == nil {
		return "", ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !edit.Plain(sel.X) {
		return "", ""
	}
	owner = types.ExprString(sel.X)
	eff, ok := in.Prog.Effect(site.Common())
	switch {
	case !ok:
		return "", ""
	case eff.Op == api.Lock:
		return owner, owner + "." + unlockName(e.Held.Mode) + "()"
	case eff.Arg == api.None || eff.Arg >= len(call.Args):
		return owner, owner + ".Release()"
	}
	switch n := call.Args[eff.Arg].(type) {
	case *ast.BasicLit:
		return owner, owner + ".Release(" + n.Value + ")"
	case *ast.Ident:
		return owner, owner + ".Release(" + n.Name + ")"
	}
	return "", ""
}
