package locks

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A slotOp is an operation on a channel that serves as a lock or semaphore.
type slotOp struct {
	op    model.LockOp
	takes bool
}

// slotOp says what a send or receive on a channel does to the slots, if it has any.
func (r *run) slotOp(ch ssa.Value, send bool) (slotOp, bool) {
	if len(r.a.slots) == 0 {
		return slotOp{}, false
	}
	p := r.a.prog.Path(ch)
	s, ok := r.a.slots[slotKey(p)]
	if !ok {
		return slotOp{}, false
	}
	mode := api.Token
	if s.one {
		mode = api.Write
	}
	return slotOp{model.LockOp{Path: p, Mode: mode}, send != s.receives}, true
}

// slotWaits reports whether a send or receive may wait for somebody other than the
// holder of a lock: giving back a slot waits for nobody, and taking the only one
// is locking.
func (r *run) slotWaits(ch ssa.Value, send bool) bool {
	o, ok := r.slotOp(ch, send)
	return !ok || o.takes && o.op.Mode == api.Token
}

// hasSlotOps reports whether an instruction works on such a channel.
func (a *Analysis) hasSlotOps(instr ssa.Instruction) bool {
	if len(a.slots) == 0 {
		return false
	}
	is := func(ch ssa.Value) bool { _, ok := a.slots[slotKey(a.prog.Path(ch))]; return ok }
	switch instr := instr.(type) {
	case *ssa.Send:
		return is(instr.Chan)
	case *ssa.UnOp:
		return instr.Op == token.ARROW && is(instr.X)
	case *ssa.Select:
		for _, st := range instr.States {
			if is(st.Chan) {
				return true
			}
		}
	}
	return false
}

// exchange applies a send or receive.
func (r *run) exchange(s *state, instr ssa.Instruction, ch ssa.Value, send bool) *state {
	o, ok := r.slotOp(ch, send)
	if !ok || r.fills(instr, send) {
		return s
	}
	if !o.takes {
		return r.unlock(s, instr, o.op, false)
	}
	if o.op.Mode == api.Token {
		return r.takeToken(s, instr, o.op)
	}
	return r.lock(s, instr, o.op)
}

// fills reports whether a send fills a channel that the function has just made.
func (r *run) fills(instr ssa.Instruction, send bool) bool {
	st, ok := instr.(*ssa.Send)
	return ok && send && r.fresh(r.a.prog.Path(st.Chan))
}

// takeToken takes one of several units. It never waits for itself, so it is
// neither a relock nor an edge of the lock order.
func (r *run) takeToken(s *state, site ssa.Instruction, op model.LockOp) *state {
	return s.acquire(Held{LockOp: op, Site: site, Chain: []model.Hop{r.hop(site)}})
}

// choose applies a select: one way per case, told apart by the index that the
// code goes on to test. Taking a slot in one case of several waits for nothing
// that another case cannot end.
func (r *run) choose(s *state, sel *ssa.Select) []*state {
	if !r.a.hasSlotOps(sel) {
		return []*state{s}
	}
	i, tracked := r.tracked(condKey{v: sel, idx: 0})
	var out []*state
	for n, st := range sel.States {
		u := s
		if tracked {
			u = u.set(i, model.Val{Kind: model.Eq, N: int64(n)})
		}
		if o, ok := r.slotOp(st.Chan, st.Dir == types.SendOnly); ok {
			if o.takes {
				u = r.takeToken(u, sel, o.op)
			} else {
				u = r.unlock(u, sel, o.op, false)
			}
		}
		out = append(out, u)
	}
	if !sel.Blocking {
		u := s
		if tracked {
			u = u.set(i, model.Val{Kind: model.Eq, N: -1})
		}
		out = append(out, u)
	}
	return out
}

// semaphore applies Acquire, TryAcquire or Release of a semaphore that the table
// knows. Units are told apart by their number: what is taken as two is given back as two.
func (r *run) semaphore(s *state, site ssa.CallInstruction, common *ssa.CallCommon, eff api.Effect) []*state {
	op := model.LockOp{Path: r.lockPath(ssabuild.Receiver(common)), Mode: api.Token}
	if op.Path.Root().Kind == access.Unknown {
		return []*state{s}
	}
	if eff.Op == api.SemRelease {
		return []*state{r.unlock(s, site, op, false)}
	}
	won := r.takeToken(s, site, op)
	call, ok := site.(*ssa.Call)
	if !ok {
		return []*state{s}
	}
	i, tracked := r.tracked(condKey{v: call})
	yes, no := model.Val{Kind: model.Nil}, model.Val{Kind: model.NonNil}
	if eff.Op == api.SemTry {
		yes, no = model.Val{Kind: model.True}, model.Val{Kind: model.False}
	}
	if !tracked {
		return []*state{won}
	}
	return []*state{won.set(i, yes), s.set(i, no)}
}
