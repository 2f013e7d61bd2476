package accesses

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// Who waits for goroutines may look, again and again, whether what they do under their lock has come about:
//
//	require.Eventually(t, func() bool {
//		mu.Lock()
//		defer mu.Unlock()
//		return len(results) == 3
//	}, time.Second, time.Millisecond)
//	check(results)
//
// From then on the goroutines have done, under the lock, what was waited for.

// polled reports whether one side of a meeting holds a lock in a goroutine, and the other comes after such a wait under the same lock.
func (a *Analysis) polled(m spawn.Meeting, x, y *Access) bool {
	return a.awaitedUnder(m.A, x, m.B, y) || a.awaitedUnder(m.B, y, m.A, x)
}

func (a *Analysis) awaitedUnder(goroutine *spawn.Footprint, x *Access, other *spawn.Footprint, y *Access) bool {
	if !goroutine.Async || other.Async {
		return false
	}
	held, known := a.lockset(goroutine, x)
	if !known || len(held) == 0 {
		return false
	}
	for p := other; p != nil; p = p.Prev() {
		place := p.Place(y.Instr)
		for _, w := range a.pollsIn(p.Fn) {
			if spawn.Dominates(w.call, place) && (p != other || spawn.Between(goroutine.At, w.call)) && anyLock(held, w.locks) {
				return true
			}
		}
	}
	return false
}

// A poll is a call that returns when a condition has become true which is tested under locks.
type poll struct {
	call  *ssa.Call
	locks []*access.Path
}

// maxPolls bounds the functions between a wait and its condition.
const maxPolls = 3

// pollsIn are the waits of a function, by itself or by functions of the package that it calls.
func (a *Analysis) pollsIn(fn *ssa.Function) []poll {
	if out, ok := a.polls[fn]; ok {
		return out
	}
	if a.polls == nil {
		a.polls = make(map[*ssa.Function][]poll)
	}
	a.polls[fn] = nil // functions that call themselves
	var out []poll
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if locks := a.pollOf(call); len(locks) > 0 {
				out = append(out, poll{call, locks})
			}
		}
	}
	a.polls[fn] = out
	return out
}

// pollOf are the locks under which a call tests its condition, in the caller's terms.
func (a *Analysis) pollOf(call *ssa.Call) []*access.Path {
	for _, arg := range call.Call.Args {
		sig, ok := arg.Type().Underlying().(*types.Signature)
		if !ok || !a.isCondition(call, arg, sig) {
			continue
		}
		for _, t := range a.prog.FuncsOf(arg) {
			if t.Fn != nil {
				return a.takenIn(t.Fn, 0)
			}
		}
	}
	targets := a.prog.Callees(call)
	if len(targets) != 1 || targets[0].Fn == nil {
		return nil
	}
	var out []*access.Path
	for _, w := range a.pollsIn(targets[0].Fn) {
		for _, lock := range w.locks {
			out = append(out, a.prog.Translate(lock, targets[0], call.Parent()))
		}
	}
	return out
}

// isCondition reports whether a call tests a function argument until it is content: it answers yes or no, or the call waits for
// what it runs elsewhere.
func (a *Analysis) isCondition(call *ssa.Call, arg ssa.Value, sig *types.Signature) bool {
	if sig.Results().Len() > 0 {
		b, ok := sig.Results().At(0).Type().Underlying().(*types.Basic)
		return ok && b.Kind() == types.Bool
	}
	for _, s := range a.spawn.SpawnsAt(call) {
		if s.Func == arg && s.Waited {
			return true
		}
	}
	return false
}

// takenIn are the locks that a function takes, itself or by functions of the package that it calls, in its own terms.
func (a *Analysis) takenIn(fn *ssa.Function, depth int) []*access.Path {
	var out []*access.Path
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if eff, ok := a.prog.Effect(call.Common()); ok {
				if recv := ssabuild.Receiver(call.Common()); eff.Op == api.Lock && recv != nil {
					out = append(out, a.prog.Path(recv))
				}
				continue
			}
			if depth >= maxPolls {
				continue
			}
			for _, t := range a.prog.Callees(call) {
				if t.Fn == nil {
					continue
				}
				for _, lock := range a.takenIn(t.Fn, depth+1) {
					out = append(out, a.prog.Translate(lock, t, fn))
				}
			}
		}
	}
	return out
}

// anyLock reports whether one of the locks held is among others, or of the class of one.
func anyLock(held []model.LockOp, locks []*access.Path) bool {
	for _, op := range held {
		for _, lock := range locks {
			if op.Path == lock || op.Path.Class() != "" && op.Path.Class() == lock.Class() {
				return true
			}
		}
	}
	return false
}
