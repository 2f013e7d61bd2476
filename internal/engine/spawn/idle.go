package spawn

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// A worker does nothing before it has received work. Who makes the channel, starts the worker and goes on to prepare what it will
// need, sends later, or lets others send who do not know the channel yet.
//
//	p := &pool{work: make(chan item)}
//	go p.run()              // for it := range p.work { use(p.table) }
//	p.table = makeTable()
//	return p

// idle reports whether the goroutine of a footprint executes x only after a receive from a channel on which nothing is sent between
// its start and y.
func (a *Analysis) idle(goroutine *Footprint, x ssa.Instruction, other *Footprint, y ssa.Instruction) bool {
	if !goroutine.Async || other.Async || goroutine.prev == nil || !writes(y) {
		return false
	}
	chain := []*Footprint{}
	for p := goroutine; p != nil; p = p.prev {
		chain = append(chain, p)
		if p == goroutine {
			continue // what comes before the start does not count
		}
		quiet := func(path *access.Path) bool {
			ch := a.liftBy(chain, path)
			return a.madeIn(ch, goroutine) && onlyHere(ch.Root().Owner.(ssa.Value), goroutine.At, at(other, y)) && a.nothingSent(ch, goroutine, other, y)
		}
		place := at(p, x)
		for _, j := range a.joins[p.Fn] {
			if j.Op == model.SignalSend && j.Defer == nil && a.passed(point{instr: j.Instr, path: j.Path}, place) && quiet(j.Path) {
				return true
			}
		}
		if a.afterSelect(place, quiet) {
			return true
		}
	}
	return false
}

// afterSelect reports whether an instruction comes after a select that waits for channels of a kind only.
func (a *Analysis) afterSelect(in ssa.Instruction, kind func(*access.Path) bool) bool {
	for b := in.Block(); b != nil; b = b.Idom() {
		for _, instr := range b.Instrs {
			sel, ok := instr.(*ssa.Select)
			if !ok || !sel.Blocking || len(sel.States) == 0 || !Dominates(sel, in) {
				continue
			}
			if !slices.ContainsFunc(sel.States, func(st *ssa.SelectState) bool {
				return st.Dir != types.RecvOnly || !kind(a.prog.Path(st.Chan))
			}) {
				return true
			}
		}
	}
	return false
}

// liftBy renames a path of the last footprint's function into the terms of the first one's.
func (a *Analysis) liftBy(chain []*Footprint, path *access.Path) *access.Path {
	for i := len(chain) - 2; i >= 0; i-- {
		path = a.prog.Translate(path, chain[i].target, chain[i].Fn)
	}
	return path
}

// madeIn reports whether a channel is made in the function of a goroutine's start, or is a field, which nobody fills with channels
// from out of sight, of an object that is made there.
func (a *Analysis) madeIn(ch *access.Path, goroutine *Footprint) bool {
	switch v := ch.Root().Owner.(type) {
	case *ssa.MakeChan:
		return v.Parent() == goroutine.Fn && ch.Depth() == 0
	case *ssa.Alloc:
		return v.Parent() == goroutine.Fn && ch.Depth() > 0 && a.locks.ChanCapacity(ch) >= 0
	case *ssa.Call:
		return v.Parent() == goroutine.Fn && ch.Depth() > 0 && a.locks.Fresh(v, 0) && a.locks.ChanCapacity(ch) >= 0
	}
	return false
}

// onlyHere reports whether a channel, or the object that it belongs to, is given to nobody but the goroutine before an instruction.
func onlyHere(v ssa.Value, start, place ssa.Instruction) bool {
	return !slices.ContainsFunc(*v.Referrers(), func(ref ssa.Instruction) bool {
		if ref == start || ref == place || ref.Parent() != place.Parent() || !Between(ref, place) {
			return false
		}
		switch ref := ref.(type) {
		case *ssa.ChangeType:
			return !onlyHere(ref, start, place)
		case *ssa.UnOp:
			return ref.Op == token.MUL && !onlyHere(ref, start, place)
		case *ssa.Store:
			if field, ok := ref.Addr.(*ssa.FieldAddr); ok && ref.Val == v {
				return !onlyHere(field.X, start, place)
			}
			cell, ok := ref.Addr.(*ssa.Alloc)
			return ref.Val == v && !(ok && onlyHere(cell, start, place))
		case *ssa.FieldAddr, *ssa.DebugRef, *ssa.If, *ssa.BinOp:
			return false
		case *ssa.MakeClosure:
			return ref != startedBy(start)
		}
		return true
	})
}

// startedBy is the literal that a go statement or call starts, nil if it is none.
func startedBy(start ssa.Instruction) ssa.Instruction {
	call, ok := start.(ssa.CallInstruction)
	if !ok {
		return nil
	}
	for _, op := range append([]ssa.Value{call.Common().Value}, call.Common().Args...) {
		if mk, ok := op.(*ssa.MakeClosure); ok {
			return mk
		}
	}
	return nil
}

// nothingSent reports whether no send or close on a channel of the goroutine's function comes between the start and y, there or in
// the functions that lead to y.
func (a *Analysis) nothingSent(ch *access.Path, goroutine, other *Footprint, y ssa.Instruction) bool {
	chain := []*Footprint{}
	for p := other; p != nil; p = p.prev {
		chain = append(chain, p)
		place := at(p, y)
		for _, m := range a.marks[p.Fn] {
			if m.sig.Op != model.SignalSend && m.sig.Op != model.SignalClose || !sameLocation(a.liftBy(chain, m.sig.Path), ch) {
				continue
			}
			if _, deferred := m.instr.(*ssa.Defer); deferred || m.instr == place && p.prev != nil {
				continue // later, or looked at one level down
			}
			if Between(m.instr, place) && (p != other || Between(goroutine.At, m.instr)) {
				return false
			}
		}
		for _, s := range a.byFn[p.Fn] {
			if Between(s.Site, place) && slices.ContainsFunc(s.Signals, func(g model.Signal) bool {
				return (g.Op == model.SignalSend || g.Op == model.SignalClose) && sameLocation(a.liftBy(chain, g.Path), ch)
			}) {
				return false
			}
		}
	}
	return true
}

// writes reports whether an instruction stores something, or calls what may.
func writes(in ssa.Instruction) bool {
	switch in := in.(type) {
	case *ssa.UnOp:
		return in.Op != token.MUL
	case *ssa.Lookup, *ssa.Range, *ssa.Next:
		return false
	}
	return true
}
