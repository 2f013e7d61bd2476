package locks

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// redefine forgets what was known of the results of an instruction that runs again.
func (r *run) redefine(s *state, v ssa.Value) *state {
	if len(s.facts) == 0 {
		return s
	}
	return s.drop(func(key int) bool {
		k := r.subject(key)
		if k.v != nil {
			return k.v == v && k.idx >= 0
		}
		if slices.Contains(ssabuild.Owners(k.path), v) {
			return true
		}
		q, ok := k.with.(*access.Path)
		return ok && slices.Contains(ssabuild.Owners(q), v)
	})
}

// stale renames locks that depend on v, whose instruction runs again in a loop:
// they belong to the previous iteration's object and are only known by class.
func (r *run) stale(s *state, v ssa.Value) *state {
	for i, h := range s.held {
		if slices.Contains(ssabuild.Owners(h.Path), v) {
			return r.stale(r.forgetInstance(s, i), v)
		}
	}
	return s
}

// forgetInstance keeps only the class of the held lock at index i.
func (r *run) forgetInstance(s *state, i int) *state {
	h := s.held[i]
	c := s.remove(i)
	h.Path = r.a.prog.Paths.Unknown(h.Path.Class())
	if h.Path.Class() != "" && c.find(h.Path) < 0 {
		c.held = append(c.held, h)
	}
	return c
}

// endIteration handles the edge from pred back to the loop header b: a lock of an
// object that belongs to the iteration, still held here, is out of reach from now on.
func (r *run) endIteration(s *state, b, pred *ssa.BasicBlock) *state {
	if !b.Dominates(pred) {
		return s
	}
	for i, h := range s.held {
		if h.Mode == api.Token && h.Site.Parent() == r.fn && b.Dominates(h.Site.Block()) {
			return r.endIteration(r.carryToken(s, i, b, pred), b, pred)
		}
		for _, v := range ssabuild.Owners(h.Path) {
			instr, ok := v.(ssa.Instruction)
			if !ok || instr.Parent() != r.fn || !b.Dominates(instr.Block()) {
				continue
			}
			if !h.Once && !r.a.quiet {
				r.loopEnds = append(r.loopEnds, loopEnd{h, pred.Instrs[len(pred.Instrs)-1], b})
			}
			return r.endIteration(r.forgetInstance(s, i), b, pred)
		}
	}
	return s
}

// carryToken lets go of a unit that an iteration took and did not give back. If
// the iteration gives it back on other ways, this one forgot; otherwise the loop
// takes units to have them all, and how many are held no state tells.
func (r *run) carryToken(s *state, i int, header, pred *ssa.BasicBlock) *state {
	h := s.held[i]
	if !r.a.quiet {
		r.loopEnds = append(r.loopEnds, loopEnd{h, pred.Instrs[len(pred.Instrs)-1], header})
	}
	return s.remove(i)
}

// loopBody is the set of blocks of the natural loops that start at header.
func loopBody(header *ssa.BasicBlock) map[*ssa.BasicBlock]bool {
	body := map[*ssa.BasicBlock]bool{header: true}
	var work []*ssa.BasicBlock
	for _, p := range header.Preds {
		if header.Dominates(p) {
			work = append(work, p)
		}
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if !body[b] {
			body[b] = true
			work = append(work, b.Preds...)
		}
	}
	return body
}

// stored applies a store: the fact of the value goes to the memory, facts of parts are forgotten.
func (r *run) stored(s *state, st *ssa.Store) *state {
	if _, isVar := r.a.prog.Lexical(st.Addr).(*ssa.Alloc); !isVar {
		s = r.releasedElsewhere(s, st, st.Val)
	}
	k, ok := r.addrKey(st.Addr)
	if !ok {
		return s
	}
	val := r.eval(s, st.Val)
	if b := st.Block(); val.Kind == model.NoVal && r.contextError(st.Val) {
		if _, returns := b.Instrs[len(b.Instrs)-1].(*ssa.Return); returns {
			val.Kind = model.NonNil // return ctx.Err() through a named result
		}
	}
	if k.path != nil {
		s = s.drop(func(key int) bool {
			return r.subject(key).within(k.path)
		})
	}
	if i, tracked := r.tracked(k); tracked {
		s = s.set(i, val)
	}
	return s
}

// zeroed applies the making of a variable: it has its zero value.
func (r *run) zeroed(s *state, a *ssa.Alloc) *state {
	i, ok := r.tracked(condKey{v: a, idx: -1})
	if !ok {
		return s
	}
	var val model.Val
	switch t := a.Type().Underlying().(*types.Pointer).Elem().Underlying().(type) {
	case *types.Basic:
		switch {
		case t.Info()&types.IsBoolean != 0:
			val.Kind = model.False
		case t.Info()&types.IsInteger != 0:
			val.Kind = model.Eq
		case t.Info()&types.IsString != 0:
			val = model.Val{Kind: model.Eq, N: stringNumber("")}
		}
	case *types.Pointer, *types.Interface, *types.Map, *types.Slice, *types.Chan, *types.Signature:
		val.Kind = model.Nil
	}
	return s.set(i, val)
}

// relocked forgets facts about fields of the object whose lock was just taken:
// others may have changed them. Facts about other objects stay; forgetting all at
// every Lock caused false alarms, forgetting none would hide double-checked locking.
func (r *run) relocked(s *state, lock *access.Path) *state {
	owner := lock.Parent()
	if owner == nil {
		return s
	}
	return s.drop(func(key int) bool {
		k := r.subject(key)
		return k.path != owner && k.within(owner)
	})
}
