package locks

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// spawn applies a go statement: the new goroutine starts without locks, but if it
// releases one that is held here, the lock is handed over to it.
func (r *run) spawn(s *state, g *ssa.Go) *state {
	for _, t := range r.a.prog.Callees(g) {
		s = r.handOverTo(s, g, t)
	}
	return s
}

func (r *run) handOver(s *state, site ssa.Instruction, fn ssa.Value) *state {
	if fn == nil {
		return s
	}
	for _, t := range r.a.prog.FuncsOf(fn) {
		s = r.handOverTo(s, site, t)
	}
	return s
}

func (r *run) handOverTo(s *state, site ssa.Instruction, t ssabuild.Target) *state {
	s = r.handOverPart(s, site, t)
	sum := r.a.summaryOf(t)
	if sum == nil {
		return s
	}
	give := func(ops []model.LockOp) {
		for _, op := range ops {
			op = r.translate(op, t)
			if j := s.find(op.Path); j >= 0 {
				r.noteRelease(op.Path, site)
				s = s.remove(j)
			}
		}
	}
	for i := range sum.Outcomes {
		give(sum.Outcomes[i].Released)
	}
	for i := range sum.Takes { // given up and taken again: a mutex used as a gate between the two
		give(sum.Takes[i].Before)
	}
	for i := range sum.Calls { // go withRecover(func() { … })
		if p := sum.Calls[i].Param; p < len(t.Args) && t.Args[p] != nil {
			s = r.handOver(s, site, t.Args[p])
		}
	}
	return s
}

// handOverPart hands over the locks that a new goroutine releases on some of its
// ways out and not on others, which is its fault, and nothing its summary says.
func (r *run) handOverPart(s *state, site ssa.Instruction, t ssabuild.Target) *state {
	body := r.a.runs[t.Fn]
	if t.Fn == nil || body == nil || body.over {
		return s
	}
	for _, h := range s.held {
		path := h.Path
		var with, without []*exit
		for i := range body.exits {
			e := &body.exits[i]
			if _, isReturn := e.instr.(*ssa.Return); !isReturn {
				continue
			}
			if slices.ContainsFunc(e.state.released, func(op model.LockOp) bool { return r.translate(op, t).Path == path }) {
				with = append(with, e)
			} else {
				without = append(without, e)
			}
		}
		if len(with) == 0 || len(without) == 0 {
			continue
		}
		r.noteRelease(path, site)
		if j := s.find(path); j >= 0 {
			s = s.remove(j)
		}
		if r.a.quiet {
			continue
		}
		for _, e := range without {
			if !body.correlated(e, with) {
				r.a.leaks = append(r.a.leaks, leak{run: body, exit: e.instr, held: h, balanced: true, someNeutral: true, handed: site})
			}
		}
	}
	return s
}

// correlated reports whether an exit is told apart from each of the others by a
// flag of the function around, which may well mirror the lock.
func (r *run) correlated(e *exit, others []*exit) bool {
	conds := r.exitConds(r.exitAt[exitKey{e.instr, e.state.key()}])
	for _, o := range others {
		if !separates(conds, r.exitConds(r.exitAt[exitKey{o.instr, o.state.key()}])) {
			return false
		}
	}
	return true
}

// passOn hands over the locks that the arguments of a call release when somebody calls them; called tells those that
// the callee calls itself.
func (r *run) passOn(s *state, site ssa.CallInstruction, called []model.ParamCall) *state {
	for i, arg := range site.Common().Args {
		if !slices.ContainsFunc(called, func(pc model.ParamCall) bool { return pc.Param == i }) {
			s = r.releasedElsewhere(s, site, arg)
		}
	}
	return s
}

// releasedElsewhere hands over the locks that a function value releases, which is kept by somebody who calls it when it
// is time: a hook that says that a server has started. Of locks that are taken later, it remembers that others release them.
func (r *run) releasedElsewhere(s *state, site ssa.Instruction, fn ssa.Value) *state {
	if _, isFunc := fn.Type().Underlying().(*types.Signature); !isFunc {
		return s
	}
	for _, t := range r.a.prog.FuncsOf(fn) {
		sum := r.a.summaryOf(t)
		if sum == nil || t.Fn != nil && ssabuild.IsRangeBody(t.Fn) {
			continue
		}
		for i := range sum.Outcomes {
			for _, op := range sum.Outcomes[i].Released {
				path := r.translate(op, t).Path
				if slices.ContainsFunc(sum.Takes, func(k model.Take) bool { return k.Path == op.Path && len(k.Before) == 0 }) {
					continue // it takes the lock first: what it releases is its own
				}
				if r.hooked == nil {
					r.hooked = make(map[*access.Path]bool)
				}
				r.hooked[path] = true
				if j := s.find(path); j >= 0 {
					r.noteRelease(path, site)
					s = s.remove(j)
				}
			}
		}
	}
	return s
}
