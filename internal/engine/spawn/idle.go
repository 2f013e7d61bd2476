package spawn

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
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
	if !goroutine.Async || other.Async || goroutine.prev == nil {
		return false
	}
	chain := []*Footprint{}
	for p := goroutine; p != nil; p = p.prev {
		chain = append(chain, p)
		if p.Async {
			continue
		}
		place := at(p, x)
		for _, j := range a.joins[p.Fn] {
			if j.Op != model.SignalSend || j.Defer != nil || !a.passed(point{instr: j.Instr, path: j.Path}, place) {
				continue
			}
			if ch := a.liftBy(chain, j.Path); a.madeIn(ch, goroutine.Fn) && a.nothingSent(ch, goroutine, other, y) {
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

// madeIn reports whether a channel, or the object that it belongs to, is made in fn, itself or by a constructor in sight, and the
// channel is not given to code out of sight.
func (a *Analysis) madeIn(ch *access.Path, fn *ssa.Function) bool {
	switch v := ch.Root().Owner.(type) {
	case *ssa.MakeChan:
		return v.Parent() == fn && ch.Depth() == 0 && !a.lent(v)
	case *ssa.Alloc:
		return v.Parent() == fn && ch.Depth() > 0
	case *ssa.Call:
		targets := a.prog.Callees(v)
		return v.Parent() == fn && ch.Depth() > 0 && len(targets) == 1 && targets[0].Fn != nil
	}
	return false
}

// lent reports whether a channel is an argument of a call in its function whose callee is out of sight.
func (a *Analysis) lent(ch ssa.Value) bool {
	return slices.ContainsFunc(*ch.Referrers(), func(ref ssa.Instruction) bool {
		switch ref := ref.(type) {
		case *ssa.ChangeType:
			return a.lent(ref)
		case *ssa.UnOp:
			return ref.Op == token.MUL && a.lent(ref)
		case *ssa.Store:
			cell, ok := ref.Addr.(*ssa.Alloc)
			return ok && ref.Val == ch && a.lent(cell)
		case ssa.CallInstruction:
			if _, builtin := ref.Common().Value.(*ssa.Builtin); builtin {
				return false
			}
			targets := a.prog.Callees(ref)
			return len(targets) == 0 || slices.ContainsFunc(targets, func(t ssabuild.Target) bool { return t.Fn == nil })
		}
		return false
	})
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
