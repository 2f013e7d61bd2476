package explore

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// mixed is a worker that fills a buffer with values of many kinds, reads as many
// flags as it takes to run out of budget, and is left alone when root gives up.
func mixed(w *world) *Func {
	work := w.fn("work", 2, 0, func(b *Builder) {
		for range 6 {
			a, c, next := b.Block(), b.Block(), b.Block()
			b.If(cond(b), a, c, 0)
			b.At(a)
			b.Emit(Instr{Op: OpSend, A: b.Param(0), B: b.Const(Str(1))})
			b.Jump(next)
			b.At(c)
			b.Emit(Instr{Op: OpSend, A: b.Param(0), B: b.Const(Str(2))})
			b.Jump(next)
			b.At(next)
		}
		send(b, b.Param(1))
		b.Return()
	})
	return w.fn("root", 0, 0, func(b *Builder) {
		buf, res := w.mkchan(b, "buf", 6), w.mkchan(b, "res", 0)
		start(b, work, buf, res)
		leave, wait := b.Block(), b.Block()
		b.If(cond(b), leave, wait, 0)
		b.At(wait)
		recv(b, res)
		b.Jump(leave)
		b.At(leave)
		b.Return()
	})
}

func TestCoarse(t *testing.T) {
	explore := func(o Options, states int) Result {
		w := newWorld()
		m := NewMachine(w.p)
		m.Budget.States, m.Options = states, o
		return m.Explore(&Scope{Entry: mixed(w)})
	}
	whole := explore(Options{}, 4000)
	require.False(t, whole.Coarse)
	require.Equal(t, []string{"stuck send@work"}, render(whole))

	res := explore(Options{}, 60)
	assert.True(t, res.Coarse)
	assert.False(t, res.Over || res.Narrow || res.Early)
	assert.Less(t, res.States, whole.States)
	require.Equal(t, render(whole), render(res))
	assert.False(t, res.Findings[0].Sliced, "what is found is a run like any other")

	res = explore(Options{NoCoarse: true}, 60)
	assert.True(t, res.Narrow)
	assert.False(t, res.Coarse || res.Early)
}

// A search with less detail that has little left when its steps run out goes on; one in the middle does not.
func TestCoarseNearTheEnd(t *testing.T) {
	explore := func(o Options, steps int) Result {
		w := newWorld()
		m := NewMachine(w.p)
		m.Budget.Steps, m.Options = steps, o
		return m.Explore(&Scope{Entry: mixed(w)})
	}
	need := explore(Options{Coarse: true}, 1_000_000).Steps
	require.Less(t, need*98/100/5*5, need)
	require.False(t, explore(Options{}, 1_000_000).Coarse)
	assert.True(t, explore(Options{}, need*98/100/5).Coarse)
	assert.False(t, explore(Options{}, need*6/10/5).Coarse)
}

// A constructor that starts workers and registers what it made is not worth its
// states; what the root itself leaks is found all the same.
func TestPublished(t *testing.T) {
	w := newWorld()
	worker := w.fn("worker", 1, 0, func(b *Builder) {
		for range 3 {
			send(b, b.Param(0))
		}
	})
	leak := w.fn("leak", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
	setup := w.fn("setup", 1, 0, func(b *Builder) {
		for i := range 3 {
			ch := w.mkchan(b, fmt.Sprint("inner", i), 0)
			start(b, worker, ch)
			b.Emit(Instr{Op: OpStore, A: b.Def(Instr{Op: OpField, A: b.Param(0), N: int32(i)}), B: ch})
		}
	})
	setup.Creates = true
	from := w.pos + 1
	root := w.fn("root", 1, 0, func(b *Builder) {
		call(b, setup, b.Param(0))
		start(b, leak, b.Def(Instr{Op: OpMakeChan, A: b.Const(Int(0)), N: w.p.AddSite(Site{Name: "own", Sync: true, Pos: from})}))
	})
	explore := func(states int) Result {
		m := NewMachine(w.p)
		m.Budget.States = states
		m.Options.NoAmple, m.Options.NoSymmetry = true, true
		return m.Explore(&Scope{Entry: root, From: from, To: w.pos})
	}
	res := explore(4000)
	require.Contains(t, render(res), "stuck send@leak")
	require.False(t, res.Early || res.Coarse)

	res = explore(8)
	assert.True(t, res.Early, "%+v", res)
	assert.False(t, res.Over || res.Narrow)
	k := slices.Index(render(res), "stuck send@leak")
	require.GreaterOrEqual(t, k, 0)
}

// The states that a scope of many values costs in full and with data left out.
func BenchmarkNarrower(b *testing.B) {
	for _, coarse := range []bool{false, true} {
		b.Run(fmt.Sprintf("coarse=%v", coarse), func(b *testing.B) {
			states := 0
			for b.Loop() {
				w := newWorld()
				m := NewMachine(w.p)
				m.Options.Coarse = coarse
				states = m.Explore(&Scope{Entry: mixed(w)}).States
			}
			b.ReportMetric(float64(states), "states")
		})
	}
}
