package unreleased

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// beforeContinue releases the lock before the continue by which an iteration
// ends with it held. Nothing runs between the two, so only the lock differs.
func beforeContinue(in *engine.Info, e *locks.Event, exit ssa.Instruction) []analysis.SuggestedFix {
	site, ok := e.Held.Site.(*ssa.Call)
	if !ok || len(e.Held.Chain) != 1 {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(site))
	call := lockCall(statement(path))
	cont := continueAt(in, exit)
	if call == nil || cont == nil {
		return nil
	}
	owner, unlock := types.ExprString(call.Fun.(*ast.SelectorExpr).X), unlockName(e.Held.Mode)
	if !sameName(in, owner, call.Pos(), cont.Pos()) {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message:   "Release the lock before this continue",
		TextEdits: []analysis.TextEdit{edit.Insert(cont.Pos(), owner+"."+unlock+"()\n")},
	}}
}

// continueAt is the plain continue statement that the end of an iteration stands for.
func continueAt(in *engine.Info, exit ssa.Instruction) *ast.BranchStmt {
	if br, ok := exit.(*ssa.If); ok && !br.Block().Succs[0].Dominates(br.Block()) {
		return nil
	}
	br := branchAt(in, exit, 0)
	if br == nil || br.Tok != token.CONTINUE || br.Label != nil {
		return nil
	}
	return br
}
