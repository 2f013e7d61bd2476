package timeouts

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/model"
)

// A ResultWait is a receive of what a goroutine of the same function gets from
// the outside, with no limit on either side.
type ResultWait struct {
	Recv *ssa.UnOp
	Wait *Wait // in the goroutine
}

// ResultWaits lists the receives of fn that wait for an unbounded wait in a
// goroutine. HTTP requests are left out: those are reported themselves, wherever
// they run.
func (a *Analysis) ResultWaits(fn *ssa.Function) []ResultWait {
	var out []ResultWait
	each(fn, func(instr ssa.Instruction) {
		recv, ok := instr.(*ssa.UnOp)
		if !ok || recv.Op != token.ARROW || recv.CommaOk || !localChan(a.prog.Lexical(recv.X)) {
			return
		}
		ch := a.prog.Path(recv.X)
		for _, lit := range fn.AnonFuncs {
			if !a.started(lit) || !a.sendsOn(lit, ch) {
				continue
			}
			for i := range a.waits[lit] {
				w := &a.waits[lit][i]
				if w.Direct && w.Limit.Reach == model.Endless && (w.Effect.Blocking == api.Database || w.Effect.Blocking == api.Process || w.Effect.Blocking == api.Client && w.Effect.Bound == api.Unbounded) {
					out = append(out, ResultWait{Recv: recv, Wait: w})
					return
				}
			}
		}
	})
	return out
}

// started reports whether a literal is run by a go statement.
func (a *Analysis) started(lit *ssa.Function) bool {
	mk := a.prog.Maker(lit)
	if mk == nil {
		return false
	}
	for _, ref := range *mk.Referrers() {
		if _, ok := ref.(*ssa.Go); ok {
			return true
		}
	}
	return false
}

func (a *Analysis) sendsOn(fn *ssa.Function, ch *access.Path) bool {
	found := false
	each(fn, func(instr ssa.Instruction) {
		if s, ok := instr.(*ssa.Send); ok && a.prog.Path(s.Chan) == ch {
			found = true
		}
	})
	return found
}
