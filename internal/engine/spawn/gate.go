package spawn

import (
	"go/constant"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A flag may say that what goroutines need is not there yet: none is started until
// it is set the other way, and what they need is assigned where that is done.
//
//	start := func() {
//		if restoring { return }
//		go func() { use(store) }()
//	}
//	case <-restored:
//		restoring = false
//		store = lookup()

// Gated reports whether one side of a meeting is a goroutine that is started only under a boolean variable, and the other
// comes right after the only place that sets it so. That the place is reached once is not known.
func (a *Analysis) Gated(m Meeting, x, y ssa.Instruction) bool {
	return a.gated(m.A, m.B, y) || a.gated(m.B, m.A, x)
}

func (a *Analysis) gated(goroutine, other *Footprint, in ssa.Instruction) bool {
	if !goroutine.Async || other.Async {
		return false
	}
	place := at(other, in)
	for p := goroutine; p != nil && p.Async && p.At != nil; p = p.prev {
		for v, truth := range factsAt(p.At.Block(), 0) {
			load, ok := v.(*ssa.UnOp)
			if !ok {
				continue
			}
			if flag, ok := a.prog.Lexical(load.X).(*ssa.Alloc); ok && a.opens(flag, truth, place) {
				return true
			}
		}
	}
	return false
}

// opens reports whether an instruction comes after the only stores that give a flag its value, while others give it
// the opposite one before.
func (a *Analysis) opens(flag *ssa.Alloc, truth bool, place ssa.Instruction) bool {
	opened, closed := false, false
	for _, st := range a.prog.StoresTo(flag) {
		k, ok := st.Val.(*ssa.Const)
		if ok && k.Value != nil && k.Value.Kind() == constant.Bool && constant.BoolVal(k.Value) == truth {
			if !Dominates(st, place) || slices.Contains(st.Block().Instrs[:indexOf(st)], ssa.Instruction(flag)) {
				return false
			}
			opened = true
			continue
		}
		if Between(place, st) || st.Parent() != place.Parent() {
			return false
		}
		closed = true
	}
	return opened && (closed || truth)
}
