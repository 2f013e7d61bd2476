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

// continueAt is the plain continue statement that the end of an iteration stands
// for: the first statement of an if whose condition ends the block, or the one
// after the block's last statement.
func continueAt(in *engine.Info, exit ssa.Instruction) *ast.BranchStmt {
	_, path := edit.Enclosing(in.Prog.Files, exitPos(exit))
	for i, n := range path {
		s, ok := n.(ast.Stmt)
		if !ok {
			continue
		}
		if cond, isIf := s.(*ast.IfStmt); isIf {
			br, ok := exit.(*ssa.If)
			if !ok || len(cond.Body.List) == 0 || !br.Block().Succs[0].Dominates(br.Block()) {
				return nil
			}
			return plainContinue(cond.Body.List[0])
		}
		if _, isJump := exit.(*ssa.Jump); !isJump || i+1 >= len(path) {
			return nil
		}
		list := edit.Statements(path[i+1])
		for k, t := range list {
			if t == s && k+1 < len(list) {
				return plainContinue(list[k+1])
			}
		}
		return nil
	}
	return nil
}

func plainContinue(s ast.Stmt) *ast.BranchStmt {
	br, ok := s.(*ast.BranchStmt)
	if !ok || br.Tok != token.CONTINUE || br.Label != nil {
		return nil
	}
	return br
}
