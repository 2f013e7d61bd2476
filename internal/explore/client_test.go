package explore

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// loopType is a type with a run loop that Stop ends, and an Ask that may or may
// not notice.
func loopType(w *world, askNotices bool) (entry *Func, ask, stop Call) {
	field := func(b *Builder, p Reg, n int32) Reg {
		return b.Def(Instr{Op: OpLoad, A: b.Def(Instr{Op: OpField, A: p, N: n}), Zero: Nil()})
	}
	run := w.fn("run", 1, 0, func(b *Builder) {
		head, end := b.Block(), b.Block()
		b.Jump(head)
		b.At(head)
		got := b.Def(Instr{Op: OpSelect, Cases: []Case{{Chan: field(b, b.Param(0), 0)}, {Chan: field(b, b.Param(0), 1)}}})
		asked := b.Def(Instr{Op: OpBin, N: Eq, A: b.Def(Instr{Op: OpExtract, A: got}), B: b.Const(Int(0))})
		b.If(asked, head, end, 0)
		b.At(end)
	})
	entry = w.fn("new", 0, 0, func(b *Builder) {
		p := w.alloc(b, "p")
		for n := int32(0); n < 2; n++ {
			b.Emit(Instr{Op: OpStore, A: b.Def(Instr{Op: OpField, A: p, N: n}), B: w.mkchan(b, "c", 0)})
		}
		start(b, run, p)
		b.Emit(Instr{Op: OpKeep, A: p})
	})
	ask.Func = w.fn("Ask", 1, 0, func(b *Builder) {
		if askNotices {
			b.Emit(Instr{Op: OpSelect, Cases: []Case{{Send: true, Chan: field(b, b.Param(0), 0), Val: b.Const(Int(1))}, {Chan: field(b, b.Param(0), 1)}}})
			return
		}
		send(b, field(b, b.Param(0), 0))
	})
	stop.Func = w.fn("Stop", 1, 0, func(b *Builder) { b.Emit(Instr{Op: OpClose, A: field(b, b.Param(0), 1)}) })
	stop.Closes = true
	return entry, ask, stop
}

func TestClientOfAType(t *testing.T) {
	for _, notices := range []bool{false, true} {
		w := newWorld()
		entry, ask, stop := loopType(w, notices)
		m := NewMachine(w.p)
		var got []string
		for _, r := range m.ExploreClient(Scope{Entry: entry, Rescue: []*Func{ask.Func, stop.Func}}, []Call{ask, stop}) {
			for _, f := range r.Findings {
				if f.Kind == Stuck {
					assert.False(t, f.AfterClose, "Ask may have begun before Stop")
					got = append(got, f.Blocked[0].Frames[0].Func.Name)
				}
			}
		}
		if notices {
			assert.Empty(t, got)
		} else {
			assert.Contains(t, got, "Ask")
			assert.NotContains(t, got, "run", "a later Stop frees the loop")
		}
	}
}

func TestSimplifySkipsWhatDoesNothing(t *testing.T) {
	build := func() *Builder {
		b := NewBuilder("f", 1, 0)
		yes, no, end := b.Block(), b.Block(), b.Block()
		x, y := b.Reg(), b.Reg()
		b.F.Plain = map[Reg]bool{y: true}
		b.If(b.Def(Instr{Op: OpOpaque}), yes, no, 0)
		b.At(yes)
		b.Emit(Instr{Op: OpArith, Dst: x, A: b.Const(Int(1)), B: b.Const(Int(1))})
		b.Emit(Instr{Op: OpJump, Succs: []Edge{{Block: end, Moves: []Move{{y, x}}}}})
		b.At(no)
		b.Emit(Instr{Op: OpJump, Succs: []Edge{{Block: end, Moves: []Move{{y, b.Const(Int(3))}}}}})
		b.At(end)
		return b
	}
	// A branch that only chooses a number becomes a jump; the number is unknown.
	b := build()
	b.Return(Reg(3))
	Simplify(b.F)
	assert.Equal(t, OpReturn, b.F.Blocks[0].Instrs[len(b.F.Blocks[0].Instrs)-1].Op, "and what follows joins it")

	// A branch around an operation stays.
	b = build()
	b.At(1)
	b.F.Blocks[1].Instrs = append([]Instr{{Op: OpClose, A: b.Param(0)}}, b.F.Blocks[1].Instrs...)
	b.At(3)
	b.Return(Reg(3))
	Simplify(b.F)
	assert.Equal(t, OpIf, b.F.Blocks[0].Instrs[len(b.F.Blocks[0].Instrs)-1].Op)
}
