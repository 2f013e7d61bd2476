package unreleased

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// keepContract makes a path leave the lock as the annotation says: it releases it before the return, as other paths of
// the function do, or no longer releases it there.
func keepContract(in *engine.Info, e *locks.Event) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, exitPos(e.Site))
	list, at := edit.Listed(path)
	if list == nil {
		return nil
	}
	ret, ok := list[at].(*ast.ReturnStmt)
	if !ok || !edit.Inert(in.Prog.Info, ret) {
		return nil
	}
	for _, call := range unlocksOf(in, e) {
		sel := call.Fun.(*ast.SelectorExpr)
		switch {
		case e.Promise == annotations.Releases && sameNames(in, sel.X, ret.Pos()):
			return []analysis.SuggestedFix{{Message: "Release the lock before this return", TextEdits: []analysis.TextEdit{edit.Insert(ret.Pos(), types.ExprString(call)+"\n")}}}
		case e.Promise == annotations.Holds && at > 0 && list[at-1].Pos() == call.Pos() && !edit.Commented(file, call.Pos(), ret.Pos()):
			return []analysis.SuggestedFix{{Message: "Keep the lock as the caller expects", TextEdits: []analysis.TextEdit{edit.Cut(call.Pos(), ret.Pos())}}}
		}
	}
	return nil
}

// unlocksOf are the calls x.Unlock() by which the function of an event releases its lock.
func unlocksOf(in *engine.Info, e *locks.Event) []*ast.CallExpr {
	var calls []*ast.CallExpr
	for _, b := range e.Fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			eff, ok := in.Prog.Effect(site.Common())
			if !ok || eff.Op != api.Unlock || in.Prog.Path(ssabuild.Receiver(site.Common())) != e.Op.Path {
				continue
			}
			if call, _ := edit.CallAt(in.Prog.Files, ssabuild.InstrPos(site)); call != nil {
				if sel, ok := call.Fun.(*ast.SelectorExpr); ok && edit.Plain(sel.X) {
					calls = append(calls, call)
				}
			}
		}
	}
	return calls
}
