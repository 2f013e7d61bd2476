package explore

import (
	"math/rand/v2"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// crowd starts workers that take steps in every order.
func crowd(w *world, workers, steps int) *Func {
	work := w.fn("work", 1, 0, func(b *Builder) {
		for range steps {
			send(b, b.Param(0))
			recv(b, b.Param(0))
		}
	})
	return w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "c", 50)
		done := w.mkchan(b, "done", 0)
		for range workers {
			start(b, work, ch)
		}
		send(b, done)
	})
}

// What shows early that it will not come to an end costs a part of the budget; what
// comes to an end is left alone.
func TestHopeless(t *testing.T) {
	explore := func(workers, steps, budget int) (Result, *Machine) {
		w := newWorld()
		m := NewMachine(w.p)
		m.Budget.Steps, m.Budget.States = budget, 1_000_000
		m.Options.NoCoarse, m.Options.NoSymmetry = true, true
		m.scope = &Scope{Entry: crowd(w, workers, steps)}
		return m.walkOnce(m.Budget.States, func() *state { return m.initial(m.scope) }), m
	}
	res, m := explore(6, 10, 20_000)
	assert.True(t, res.Over)
	assert.Less(t, m.steps, m.Budget.Steps*3/4)
	assert.GreaterOrEqual(t, res.States, fewStates)

	whole, m := explore(3, 4, 1_000_000)
	require.False(t, whole.Over)
	res, _ = explore(3, 4, m.steps+1)
	assert.False(t, res.Over, "it needs all of its budget and gets it")
	assert.Equal(t, render(whole), render(res))
}

// A deferred unlock of a package variable's lock gives the lock back: a loop that
// takes it comes back to where it was.
func TestDeferredUnlockOfVariable(t *testing.T) {
	w := newWorld()
	read := w.fn("read", 0, 0, func(b *Builder) {
		mu := b.Def(Instr{Op: OpGlobal, N: 4})
		lock(b, mu, RLock)
		b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: w.pre.RUnlock.ID, Args: []Reg{mu}})
		for range worthwhile {
			cond(b)
		}
		b.Emit(Instr{Op: OpRunDefers})
	})
	read.Creates = true // or the call would be left out
	work := w.fn("work", 1, 0, func(b *Builder) {
		loop := b.Block()
		b.Jump(loop)
		b.At(loop)
		recv(b, b.Param(0))
		call(b, read)
		b.Jump(loop)
		b.At(b.Block())
	})
	root := w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "c", 0)
		start(b, work, ch)
		loop := b.Block()
		b.Jump(loop)
		b.At(loop)
		send(b, ch)
		b.Jump(loop)
		b.At(b.Block())
	})
	m := NewMachine(w.p)
	res := m.Explore(&Scope{Entry: root})
	assert.Greater(t, res.States, 2)
	assert.False(t, res.Over)
	assert.Less(t, res.States, 20)
}

func TestLayoutSharesAcrossBlocks(t *testing.T) {
	w := newWorld()
	f := w.fn("f", 1, 0, func(b *Builder) {
		for range 40 {
			p := b.Def(Instr{Op: OpField, A: b.Param(0), N: 0})
			next := b.Block()
			b.Jump(next)
			b.At(next)
			send(b, b.Def(Instr{Op: OpLoad, A: p}))
		}
	})
	kept := w.fn("kept", 1, 0, func(b *Builder) {
		var all []Reg
		for range 40 {
			all = append(all, b.Def(Instr{Op: OpField, A: b.Param(0), N: 0}))
		}
		next := b.Block()
		b.Jump(next)
		b.At(next)
		b.Emit(Instr{Op: OpEscape, Args: all})
	})
	assert.LessOrEqual(t, w.p.variantOf(w.p.Ensure(f), asWritten, nil).Regs, 6)
	assert.GreaterOrEqual(t, w.p.variantOf(w.p.Ensure(kept), asWritten, nil).Regs, 41, "all are needed at once")
}

// Looking a symbol up finds what a walk over all facts would find.
func TestFactsAreFound(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		s := &state{}
		for range rng.IntN(200) {
			s.learn(rng.Int32N(300), Cmp(rng.Int32N(3)), Int(rng.IntN(5)))
		}
		for sym := range int32(300) {
			var want *fact
			about := false
			for f := s.facts; f != nil; f = f.prev {
				about = about || f.sym == sym
				if f.sym == sym && f.op == Eq && want == nil {
					want = f
				}
			}
			v, ok := s.valueOf(sym)
			assert.Equal(t, want != nil, ok)
			if ok {
				assert.Equal(t, want.val, v)
			}
			assert.True(t, !about || s.facts.about(sym))
		}
	}
}

func TestNumbering(t *testing.T) {
	var n numbering
	n.restart()
	for k, id := range []int32{70, 3, 500, 0} {
		assert.False(t, n.has(id))
		got, fresh := n.add(id)
		assert.True(t, fresh)
		assert.Equal(t, uint32(k+1), got)
	}
	got, fresh := n.add(3)
	assert.False(t, fresh)
	assert.Equal(t, uint32(2), got)
	n.restart()
	assert.False(t, n.has(3), "an earlier round does not count")
	got, _ = n.add(500)
	assert.Equal(t, uint32(1), got)
}

func TestFarOff(t *testing.T) {
	assert.False(t, farOff(1, 100, 1000, 1000), "one call says nothing")
	assert.False(t, farOff(10, 100, 100, 1000), "little was spent")
	assert.True(t, farOff(10, 100, 300, 1000))
	assert.False(t, farOff(10, 100, 200, 1000))
}
