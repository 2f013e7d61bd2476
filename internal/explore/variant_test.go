package explore

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
)

func ops(f *Func) []Op {
	var out []Op
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			out = append(out, f.Blocks[b].Instrs[k].Op)
		}
	}
	return out
}

// big is a function that sends on its first parameter, between calls and lock
// operations that concern its second.
func big(w *world) *Func {
	callee := w.fn("callee", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
	callee.Touches = true
	return w.fn("big", 2, 0, func(b *Builder) {
		for range 4 {
			b.Emit(Instr{Op: OpCall, Call: CallStatic, N: callee.ID, Args: []Reg{b.Param(1)}})
			b.Emit(Instr{Op: OpLock, A: b.Param(1), N: Lock})
			b.Emit(Instr{Op: OpLock, A: b.Param(1), N: Unlock})
		}
		send(b, b.Param(0))
	})
}

func TestVariantKeepsWhatIsFollowed(t *testing.T) {
	w := newWorld()
	f := big(w)
	w.p.Ensure(f)

	first := ops(w.p.variantOf(f, "T.", nil))
	assert.Contains(t, first, OpSend, "an operation on what is followed")
	assert.NotContains(t, first, OpCall, "a call that is given nothing")
	assert.NotContains(t, first, OpLock, "a lock of somebody else")

	second := ops(w.p.variantOf(f, ".T", nil))
	assert.NotContains(t, second, OpSend)
	assert.Contains(t, second, OpCall)
	assert.Contains(t, second, OpLock)

	assert.Same(t, w.p.variantOf(f, "T.", nil), w.p.variantOf(f, "T.", nil), "built once")
	assert.Contains(t, ops(f), OpCall, "the function itself stays whole")
}

func TestVariantFollowsWhatIsPutIntoAnObject(t *testing.T) {
	w := newWorld()
	callee := w.fn("callee", 1, 0, func(b *Builder) { b.Return() })
	f := w.fn("f", 2, 0, func(b *Builder) {
		for range 8 {
			b.Emit(Instr{Op: OpNop})
		}
		field := b.Def(Instr{Op: OpField, A: b.Param(1), N: 0})
		b.Emit(Instr{Op: OpStore, A: field, B: b.Param(0)})
		b.Emit(Instr{Op: OpCall, Call: CallStatic, N: callee.ID, Args: []Reg{b.Param(1)}})
		b.Return()
	})
	w.p.Ensure(f)
	assert.Contains(t, ops(w.p.variantOf(f, "To", nil)), OpCall, "the object holds the channel by then")
	assert.NotContains(t, ops(w.p.variantOf(f, "T.", nil)), OpCall, "what belongs to unknown code is not entered")
}

func TestVariantKeepsCallsThatMayBeRecovered(t *testing.T) {
	w := newWorld()
	shield := w.fn("shield", 0, 0, func(b *Builder) { b.Return() })
	shield.Recovers = true
	f := w.fn("f", 1, 0, func(b *Builder) {
		b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: shield.ID})
		for range 8 {
			b.Emit(Instr{Op: OpCall, Call: CallUnknown, Args: []Reg{b.Param(0)}})
		}
		b.Return()
	})
	w.p.Ensure(f)
	n := 0
	for _, op := range ops(w.p.variantOf(f, ".", nil)) {
		if op == OpCall {
			n++
		}
	}
	assert.Equal(t, 9, n)
}

func TestLayoutSharesRegisters(t *testing.T) {
	w := newWorld()
	f := w.fn("f", 1, 0, func(b *Builder) {
		for range 50 {
			p := b.Def(Instr{Op: OpField, A: b.Param(0), N: 0})
			send(b, b.Def(Instr{Op: OpLoad, A: p}))
		}
		b.Return()
	})
	w.p.Ensure(f)
	v := w.p.variantOf(f, asWritten, nil)
	assert.GreaterOrEqual(t, f.Regs, 100)
	assert.LessOrEqual(t, v.Regs, 6, "what lives within a block shares")
	// Every register is set before it is read.
	set := []Reg{1}
	for _, in := range v.Blocks[0].Instrs {
		in.uses(func(r Reg) {
			if r > 0 {
				assert.Contains(t, set, r)
			}
		})
		if in.Dst > 0 && !slices.Contains(set, in.Dst) {
			set = append(set, in.Dst)
		}
	}
}

func TestThreadLeadsPastEmptyBlocks(t *testing.T) {
	w := newWorld()
	f := w.fn("f", 1, 0, func(b *Builder) {
		for range 20 {
			next := b.Block()
			b.Emit(Instr{Op: OpJump, Succs: []Edge{{Block: next}}})
			b.At(next)
		}
		send(b, b.Param(0))
		b.Return()
	})
	Simplify(f)
	assert.Equal(t, []Op{OpSend, OpReturn}, ops(f))
}

// A scope that is too large is followed slice by slice, and what is found is marked.
func TestSlices(t *testing.T) {
	w := newWorld()
	two := w.fn("two", 1, 0, func(b *Builder) { send(b, b.Param(0)); send(b, b.Param(0)); b.Return() })
	one := w.fn("one", 1, 0, func(b *Builder) { recv(b, b.Param(0)); b.Return() })
	root := w.fn("root", 0, 0, func(b *Builder) {
		for i := range 3 {
			ch := w.mkchan(b, string(rune('a'+i)), 0)
			start(b, two, ch)
			start(b, one, ch)
		}
		b.Return()
	})
	m := NewMachine(w.p)
	m.Budget.States = 2
	m.Options.NoAmple = true
	res := m.Explore(&Scope{Entry: root})
	assert.True(t, res.Narrow)
	assert.False(t, res.Over, "each slice is small")
	assert.NotEmpty(t, res.Findings)
	assert.True(t, slices.ContainsFunc(res.Findings, func(f *Finding) bool { return f.Sliced }))
}
