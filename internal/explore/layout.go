package explore

// layout numbers the registers of a function anew so that a frame needs few: those
// that live across blocks keep one of their own, the others share. Frames are
// copied with every fork, and functions of a thousand values are common. Registers
// of mere data share among themselves only.
func layout(f *Func) {
	across := newBitset(f.Regs)
	for _, live := range f.liveIn() {
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
	for r := fixed + 1; int(r) <= f.Regs; r++ {
		if across.has(r) {
			l.to[r] = l.fresh(f.Plain[r])
		}
	}
	for b := range f.Blocks {
		l.block(&f.Blocks[b], across, fixed)
	}
	f.Regs = int(l.next - 1)
	f.Plain, f.Data = l.plain, nil
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
		in := &blk.Instrs[k]
		note := func(r Reg) {
			if local(r) {
				last[r] = k
			}
		}
		note(in.Dst)
		in.uses(note)
		for _, e := range in.Succs {
			for _, m := range e.Moves {
				note(m.Src)
				note(m.Dst)
			}
		}
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
