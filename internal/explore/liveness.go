package explore

import "math/bits"

// bitset is a set of registers, or of blocks counted from one; bit 0 is never used.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, n/64+1) }

func (b bitset) has(r Reg) bool { return b[r>>6]&(1<<(uint(r)&63)) != 0 }

func (b bitset) add(r Reg) {
	if r > 0 {
		b[r>>6] |= 1 << (uint(r) & 63)
	}
}

func (b bitset) remove(r Reg) {
	if r > 0 {
		b[r>>6] &^= 1 << (uint(r) & 63)
	}
}

// union adds o and reports whether b changed.
func (b bitset) union(o bitset) bool {
	changed := false
	for i, w := range o {
		if w&^b[i] != 0 {
			b[i] |= w
			changed = true
		}
	}
	return changed
}

// meets reports whether b and o have a register in common.
func (b bitset) meets(o bitset) bool {
	for i, w := range o {
		if w&b[i] != 0 {
			return true
		}
	}
	return false
}

// each calls f for every register in b, in order.
func (b bitset) each(f func(Reg)) {
	for i, w := range b {
		for ; w != 0; w &= w - 1 {
			f(Reg(i*64 + bits.TrailingZeros64(w)))
		}
	}
}

// uses calls f for every register an instruction reads, edge moves excluded.
func (in *Instr) uses(f func(Reg)) {
	f(in.A)
	f(in.B)
	f(in.C)
	for _, r := range in.Args {
		f(r)
	}
	for _, c := range in.Cases {
		f(c.Chan)
		f(c.Val)
	}
}

// names calls f for every register an instruction reads or sets, edge moves included.
func (in *Instr) names(f func(Reg)) {
	f(in.Dst)
	in.uses(f)
	for _, e := range in.Succs {
		for _, m := range e.Moves {
			f(m.Src)
			f(m.Dst)
		}
	}
}

// scanLive walks block b backwards from what its successors need. With record
// set it notes, for every instruction at which a goroutine may rest, the
// registers that still matter.
func (f *Func) scanLive(liveIn []bitset, b int, record bool) bitset {
	blk := &f.Blocks[b]
	live := newBitset(f.Regs)
	for i := len(blk.Instrs) - 1; i >= 0; i-- {
		in := &blk.Instrs[i]
		for _, e := range in.Succs {
			through := append(bitset(nil), liveIn[e.Block]...)
			for _, m := range e.Moves {
				through.remove(m.Dst)
			}
			for _, m := range e.Moves {
				through.add(m.Src)
			}
			live.union(through)
		}
		live.remove(in.Dst)
		if rests(in) {
			if f.Recover >= 0 {
				live.union(liveIn[f.Recover])
			}
			if record {
				in.live = append(bitset(nil), live...)
			}
		}
		in.uses(live.add)
	}
	return live
}

// liveIn computes the registers each block needs on entry.
func (f *Func) liveIn() []bitset {
	n := len(f.Blocks)
	liveIn := make([]bitset, n)
	for i := range liveIn {
		liveIn[i] = newBitset(f.Regs)
	}
	for changed := true; changed; {
		changed = false
		for b := n - 1; b >= 0; b-- {
			if liveIn[b].union(f.scanLive(liveIn, b, false)) {
				changed = true
			}
		}
	}
	return liveIn
}

// liveness prepares a function for execution. Its precision is what lets the
// stuck test see that nobody can reach a channel any more.
func (f *Func) liveness() {
	liveIn := f.liveIn()
	edges := make([]int, len(f.Blocks))
	for b := range f.Blocks {
		f.scanLive(liveIn, b, true)
		f.Blocks[b].live = liveIn[b]
		for k := range f.Blocks[b].Instrs {
			for _, e := range f.Blocks[b].Instrs[k].Succs {
				edges[e.Block]++
			}
		}
	}
	for b := range f.Blocks {
		f.Blocks[b].join = edges[b] > 1
	}
	f.plain = newBitset(f.Regs)
	for r := range f.Plain {
		f.plain.add(r)
	}
	f.noteEndless()
}

// noteEndless marks the calls in loops that nothing counts: that can run again
// without passing a comparison that may bound a loop, or the next entry of a map.
func (f *Func) noteEndless() {
	var counted []bool
	for b := range f.Blocks {
		known, endless := false, false
		for k := range f.Blocks[b].Instrs {
			in := &f.Blocks[b].Instrs[k]
			if in.Op != OpCall {
				continue
			}
			if counted == nil {
				counted = f.counted()
			}
			if !known {
				known, endless = true, f.again(int32(b), counted)
			}
			in.endless = endless
		}
	}
}

// counted tells which blocks may bound a loop: a counter may live in memory, so any
// comparison of sizes counts.
func (f *Func) counted() []bool {
	out := make([]bool, len(f.Blocks))
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			in := &f.Blocks[b].Instrs[k]
			out[b] = out[b] || in.Op == OpNext || in.Op == OpBin && (in.Bound || in.N != Eq && in.N != Ne)
		}
	}
	return out
}

// again reports whether control can come back to a block without passing one that
// bounds a loop.
func (f *Func) again(to int32, counted []bool) bool {
	if counted[to] {
		return false
	}
	seen := make([]bool, len(f.Blocks))
	work := []int32{to}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		for k := range f.Blocks[b].Instrs {
			for _, e := range f.Blocks[b].Instrs[k].Succs {
				if e.Block == to {
					return true
				}
				if !counted[e.Block] && !seen[e.Block] {
					seen[e.Block] = true
					work = append(work, e.Block)
				}
			}
		}
	}
	return false
}

func rests(in *Instr) bool {
	return in.Op.visible() || in.Op == OpCall || in.Op == OpRunDefers
}
