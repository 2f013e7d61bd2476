package locks

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Lockset is what is held at an instruction.
type Lockset struct {
	Must  []model.LockOp // held in every state that reaches it, in the weakest mode
	May   []model.LockOp // held in some state
	Gone  []*access.Path // of the callers, given up in some state
	Known bool           // false if the function was too large to follow, or is never reached
}

// Holds reports whether the lock at path is certainly held, in mode or stronger.
func (l Lockset) Holds(path *access.Path, mode api.Mode) bool {
	for _, op := range l.Must {
		if op.Path == path && op.Mode >= mode {
			return true
		}
	}
	return false
}

// HeldAt is the lockset just before instr, by the function's own doing: locks of
// callers are not in it, see [Analysis.Entry]. The first question about a block
// replays it; later ones cost nothing.
func (a *Analysis) HeldAt(instr ssa.Instruction) Lockset {
	b := instr.Block()
	r := a.runs[b.Parent()]
	if r == nil { // the function does nothing to locks
		return Lockset{Known: true}
	}
	sets, ok := a.heldIn[b]
	if !ok {
		sets = a.replay(r, b)
		a.heldIn[b] = sets
	}
	for i, in := range b.Instrs {
		if in == instr {
			return sets[i]
		}
	}
	return Lockset{}
}

// replay computes the locksets before each instruction of a block, which are unknown if it is never reached.
func (a *Analysis) replay(r *run, b *ssa.BasicBlock) []Lockset {
	bs := &r.blocks[b.Index]
	if len(bs.order) == 0 {
		return make([]Lockset, len(b.Instrs))
	}
	cur, q := r.rewind(b)
	a.quiet = true
	defer func() { a.quiet = false }()
	sets := make([]Lockset, len(b.Instrs))
	for i, instr := range b.Instrs {
		if i > 0 && !r.matters(b.Instrs[i-1]) {
			sets[i] = sets[i-1]
		} else {
			sets[i] = lockset(cur, !r.over)
		}
		cur = q.step(cur, instr)
	}
	return sets
}

func lockset(states []*state, known bool) Lockset {
	out := Lockset{Known: known}
	for i, s := range states {
		for _, op := range s.released {
			if !slices.Contains(out.Gone, op.Path) {
				out.Gone = append(out.Gone, op.Path)
			}
		}
		var must []model.LockOp
		for _, h := range s.held {
			if h.Once || h.Mode == api.Token {
				continue
			}
			addOp(&out.May, h.LockOp)
			if i == 0 {
				must = append(must, h.LockOp)
				continue
			}
			for _, m := range out.Must {
				if m.Path == h.Path {
					must = append(must, model.LockOp{Path: m.Path, Mode: min(m.Mode, h.Mode)})
				}
			}
		}
		out.Must = must
	}
	return out
}

func addOp(ops *[]model.LockOp, op model.LockOp) {
	for i, o := range *ops {
		if o.Path == op.Path {
			(*ops)[i].Mode = max(o.Mode, op.Mode)
			return
		}
	}
	*ops = append(*ops, op)
}

// rewind returns the states at the entry of a block and a copy of the run to
// carry them on with, whose findings are thrown away.
func (r *run) rewind(b *ssa.BasicBlock) ([]*state, *run) {
	bs := &r.blocks[b.Index]
	cur := make([]*state, 0, len(bs.order))
	for _, k := range bs.order {
		cur = append(cur, bs.by[k])
	}
	q := *r
	q.events = make(map[eventKey]*Event)
	q.sum = model.Locks{}
	q.takeAt = make(map[takeKey]int)
	q.exitAt = make(map[exitKey]int)
	q.exits = nil
	q.loopEnds = nil
	return cur, &q
}

// LoopExit is where the iteration ends that leaves the lock of a relock in a
// loop held: the end of the first block that jumps back with it, nil if there is none.
func (a *Analysis) LoopExit(e *Event) ssa.Instruction {
	r := a.runs[e.Fn]
	site := e.Site.Block()
	var best ssa.Instruction
	if r == nil {
		return nil
	}
	a.quiet = true
	defer func() { a.quiet = false }()
	for _, b := range e.Fn.Blocks {
		back := false
		for _, s := range b.Succs {
			back = back || s.Dominates(b) && s.Dominates(site)
		}
		if !back {
			continue
		}
		cur, q := r.rewind(b)
		for _, instr := range b.Instrs {
			cur = q.step(cur, instr)
		}
		end := b.Instrs[len(b.Instrs)-1]
		for _, s := range cur {
			if s.find(e.Held.Path) >= 0 && (best == nil || ssabuild.InstrPos(end) < ssabuild.InstrPos(best)) {
				best = end
			}
		}
	}
	return best
}

// HeldAround reports whether a function may hold any lock at some point, or a caller of it
// one of that class, as far as is known: then taking that lock in the function could block
// for ever, or be the other half of an order.
func (a *Analysis) HeldAround(fn *ssa.Function, lock access.Class) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if len(a.HeldAt(instr).May) > 0 {
				return true
			}
		}
	}
	for _, site := range a.prog.Callers(fn) {
		set := a.HeldAt(site)
		if !set.Known {
			return true
		}
		for _, op := range append(set.May[:len(set.May):len(set.May)], a.Entry(site.Parent()).Must...) {
			if op.Path.Class() == lock {
				return true
			}
		}
	}
	return len(a.Entry(fn).Must) > 0
}
