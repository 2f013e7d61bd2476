package explore

// layout numbers the registers of a function anew so that a frame needs few: those
// that live across blocks share one if no block needs both, and those of one block
// share among themselves. Frames are copied with every fork and walked for every
// key, and functions of a thousand values are common. Registers of mere data share
// among themselves only.
func layout(f *Func) {
	liveIn := f.liveIn()
	across := newBitset(f.Regs)
	for _, live := range liveIn {
		across.union(live)
	}
	fixed := Reg(f.Params + f.Free)
	l := layouter{f: f, to: make([]Reg, f.Regs+1), plain: map[Reg]bool{}}
	for r := Reg(1); r <= fixed; r++ {
		l.to[r] = r
		if f.Plain[r] {
			l.plain[r] = true
		}
	}
	l.next = fixed + 1
	l.spread(across, fixed, f.needs(liveIn))
	for b := range f.Blocks {
		l.block(&f.Blocks[b], across, fixed)
	}
	f.Regs = int(l.next - 1)
	f.Plain, f.Data = l.plain, nil
}

// needs tells for each register the blocks that need it: where it lives on entry,
// is set or is read. What the block after a recovered panic needs, all do.
func (f *Func) needs(liveIn []bitset) []bitset {
	out := make([]bitset, f.Regs+1)
	for r := range out {
		out[r] = newBitset(len(f.Blocks))
	}
	for b := range f.Blocks {
		at := Reg(b + 1)
		note := func(r Reg) {
			if r > 0 {
				out[r].add(at)
			}
		}
		liveIn[b].each(note)
		for k := range f.Blocks[b].Instrs {
			f.Blocks[b].Instrs[k].names(note)
		}
	}
	if f.Recover >= 0 {
		liveIn[f.Recover].each(func(r Reg) {
			for b := range f.Blocks {
				out[r].add(Reg(b + 1))
			}
		})
	}
	return out
}

// maxShared bounds the registers of a kind that are tried for one more.
const maxShared = 200

// spread gives a register to each of those that live across blocks.
func (l *layouter) spread(across bitset, fixed Reg, needs []bitset) {
	type shared struct {
		reg  Reg
		used bitset // the blocks that need one of those it is given to
	}
	var have [2][]shared
	for r := fixed + 1; int(r) <= l.f.Regs; r++ {
		if !across.has(r) {
			continue
		}
		kind := &have[pool(l.f.Plain[r])]
		k := max(0, len(*kind)-maxShared)
		for k < len(*kind) && (*kind)[k].used.meets(needs[r]) {
			k++
		}
		if k == len(*kind) {
			*kind = append(*kind, shared{l.fresh(l.f.Plain[r]), newBitset(len(l.f.Blocks))})
		}
		(*kind)[k].used.union(needs[r])
		l.to[r] = (*kind)[k].reg
	}
}

type layouter struct {
	f     *Func
	to    []Reg
	next  Reg
	plain map[Reg]bool
	idle  [2][]Reg // shared registers that hold nothing: others, data
}

func (l *layouter) fresh(plain bool) Reg {
	r := l.next
	l.next++
	if plain {
		l.plain[r] = true
	}
	return r
}

func pool(plain bool) int {
	if plain {
		return 1
	}
	return 0
}

// block lays out the registers that live within one block only.
func (l *layouter) block(blk *Block, across bitset, fixed Reg) {
	local := func(r Reg) bool { return r > fixed && !across.has(r) }
	last := make(map[Reg]int)
	for k := range blk.Instrs {
		blk.Instrs[k].names(func(r Reg) {
			if local(r) {
				last[r] = k
			}
		})
	}
	// A block may run again: what it shares is idle when it begins.
	use := func(r Reg) Reg {
		if r <= 0 {
			return r
		}
		if l.to[r] == 0 && local(r) {
			p := pool(l.f.Plain[r])
			if n := len(l.idle[p]); n > 0 {
				l.to[r] = l.idle[p][n-1]
				l.idle[p] = l.idle[p][:n-1]
			} else {
				l.to[r] = l.fresh(l.f.Plain[r])
			}
		}
		return l.to[r]
	}
	for k := range blk.Instrs {
		in := &blk.Instrs[k]
		var done []Reg
		m := func(r Reg) Reg {
			to := use(r)
			if r > 0 && local(r) && last[r] == k {
				done = append(done, r)
			}
			return to
		}
		in.A, in.B, in.C = m(in.A), m(in.B), m(in.C)
		if len(in.Args) > 0 {
			args := make([]Reg, len(in.Args))
			for i, r := range in.Args {
				args[i] = m(r)
			}
			in.Args = args
		}
		if len(in.Cases) > 0 {
			cases := append([]Case(nil), in.Cases...)
			for i := range cases {
				cases[i].Chan, cases[i].Val = m(cases[i].Chan), m(cases[i].Val)
			}
			in.Cases = cases
		}
		for e := range in.Succs {
			mv := in.Succs[e].Moves
			for i := range mv {
				mv[i] = Move{m(mv[i].Dst), m(mv[i].Src)}
			}
		}
		in.Dst = m(in.Dst)
		for _, r := range done {
			if l.to[r] != 0 {
				p := pool(l.f.Plain[r])
				l.idle[p] = append(l.idle[p], l.to[r])
				l.to[r] = 0
			}
		}
	}
}
