package explore

import "slices"

// Simplify cuts a skeleton down to what the machine needs: branches whose arms
// do nothing that matters are skipped, and values that nobody uses are dropped.
// Most of the time of an exploration is spent between operations, so this
// decides its cost.
func Simplify(f *Func) {
	for skipRegions(f) {
	}
	dropDead(f)
	thread(f)
}

// inert reports whether an instruction has no effect beyond its result.
func inert(in *Instr) bool {
	switch in.Op {
	case OpNop, OpMove, OpOpaque, OpClosure, OpField, OpIndexAddr, OpFieldVal, OpLoad, OpGlobal, OpBin, OpArith, OpNot,
		OpIface, OpExtract, OpTuple, OpUnknowns, OpLen, OpSlice, OpJump, OpIf, OpCtxDone, OpReadLocker, OpMapGet, OpAlloc, OpMakeChan,
		OpMakeMap, OpMakeSlice, OpAppend, OpAppendSlice, OpCtxNew, OpCancelFunc, OpTimer, OpRange:
		return true
	case OpAssert:
		return in.CommaOk
	}
	return false
}

// used marks the registers that what a function does may depend on: those of
// instructions with an effect, and what these are computed from. A counter that
// only counts itself is not among them.
func (f *Func) used(used bitset) {
	clear(used)
	fresh := true
	use := func(r Reg) {
		if r > 0 && !used.has(r) {
			used.add(r)
			fresh = true
		}
	}
	for fresh {
		fresh = false
		for b := len(f.Blocks) - 1; b >= 0; b-- {
			ins := f.Blocks[b].Instrs
			for k := len(ins) - 1; k >= 0; k-- {
				in := &ins[k]
				for _, e := range in.Succs {
					for _, m := range e.Moves {
						if used.has(m.Dst) {
							use(m.Src)
						}
					}
				}
				if in.Op != OpNop && (in.Dst <= 0 || !inert(in) || used.has(in.Dst)) {
					in.uses(use)
				}
			}
		}
	}
}

// dropDead removes inert instructions whose result is never used.
func dropDead(f *Func) {
	used := newBitset(f.Regs)
	count := func() { f.used(used) }
	for changed := true; changed; {
		changed = dropStores(f)
		count()
		for b := range f.Blocks {
			for k := range f.Blocks[b].Instrs {
				in := &f.Blocks[b].Instrs[k]
				for s := range in.Succs {
					e := &in.Succs[s]
					kept := e.Moves[:0]
					for _, m := range e.Moves {
						if used.has(m.Dst) {
							kept = append(kept, m)
						} else {
							changed = true
						}
					}
					e.Moves = kept
				}
				if in.Dst > 0 && in.Op != OpNop && inert(in) && !used.has(in.Dst) {
					*in = Instr{Op: OpNop}
					changed = true
				}
			}
		}
	}
	for b := range f.Blocks {
		kept := f.Blocks[b].Instrs[:0]
		for _, in := range f.Blocks[b].Instrs {
			if in.Op != OpNop {
				kept = append(kept, in)
			}
		}
		f.Blocks[b].Instrs = kept
	}
}

// dropStores removes stores into objects made here that nothing ever reads: their
// addresses are used for nothing but more addresses and stores.
func dropStores(f *Func) (changed bool) {
	read := newBitset(f.Regs) // registers whose object may be read
	from := make(map[Reg]Reg) // address -> what it was selected from
	made := newBitset(f.Regs)
	stores := false
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			in := &f.Blocks[b].Instrs[k]
			switch in.Op {
			case OpAlloc:
				made.add(in.Dst)
			case OpField, OpIndexAddr:
				from[in.Dst] = in.A
				read.add(in.B)
			case OpStore:
				stores = true
				read.add(in.B)
			default:
				in.uses(read.add)
			}
			for _, e := range in.Succs {
				for _, m := range e.Moves {
					read.add(m.Src)
					read.add(m.Dst)
				}
			}
		}
	}
	if !stores {
		return false
	}
	for again := true; again; {
		again = false
		for a, base := range from {
			if base > 0 && read.has(a) && !read.has(base) {
				read.add(base)
				again = true
			}
		}
	}
	unread := func(r Reg) bool {
		for r > 0 && !read.has(r) {
			if made.has(r) {
				return true
			}
			r = from[r]
		}
		return false
	}
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			if in := &f.Blocks[b].Instrs[k]; in.Op == OpStore && unread(in.A) {
				*in = Instr{Op: OpNop}
				changed = true
			}
		}
	}
	return changed
}

// skipRegions replaces one kind of branch: if nothing between a branch and the
// block where its arms meet again has an effect, the branch becomes a jump. It
// reports whether something changed.
func skipRegions(f *Func) bool {
	dropDead(f)
	n := len(f.Blocks)
	term := func(b int) *Instr {
		ins := f.Blocks[b].Instrs
		if len(ins) == 0 {
			return nil
		}
		return &ins[len(ins)-1]
	}
	pdom := postDominators(f, term)
	liveIn := f.liveIn()
	changed := false
	for b := 0; b < n; b++ {
		t := term(b)
		if t == nil || t.Op != OpIf || pdom[b] < 0 || pdom[b] == b {
			continue
		}
		join := pdom[b]
		region, ok := inertRegion(f, b, join)
		if !ok {
			continue
		}
		kept := commonMoves(f, b, join, region)
		set, ok := regionValues(f, b, region, liveIn[join], kept)
		if !ok {
			continue
		}
		ins := f.Blocks[b].Instrs
		ins = ins[:len(ins)-1]
		for _, r := range set {
			ins = append(ins, Instr{Op: OpOpaque, Dst: r, N: int32(FDerived)})
		}
		f.Blocks[b].Instrs = append(ins, Instr{Op: OpJump, Succs: []Edge{{Block: int32(join), Moves: kept}}, Pos: t.Pos})
		changed = true
	}
	return changed
}

// inertRegion collects the blocks between b and join; ok if all are inert.
func inertRegion(f *Func, b, join int) (region map[int]bool, ok bool) {
	region = map[int]bool{}
	work := []int{b}
	first := true
	for len(work) > 0 {
		at := work[len(work)-1]
		work = work[:len(work)-1]
		ins := f.Blocks[at].Instrs
		if !first || at != b {
			for k := range ins {
				if !inert(&ins[k]) {
					return nil, false
				}
			}
		}
		first = false
		for _, e := range ins[len(ins)-1].Succs {
			to := int(e.Block)
			if dies(f, to) || to == join || region[to] {
				continue
			}
			region[to] = true
			work = append(work, to)
		}
	}
	if region[b] {
		for k := range f.Blocks[b].Instrs {
			if !inert(&f.Blocks[b].Instrs[k]) {
				return nil, false
			}
		}
	}
	return region, true
}

// dies reports whether a block only leads to the end of the process.
func dies(f *Func, b int) bool {
	ins := f.Blocks[b].Instrs
	for k := range ins {
		switch {
		case ins[k].Op == OpExit || ins[k].Op == OpPanic:
			return true
		case !inert(&ins[k]):
			return false
		}
	}
	return false
}

// commonMoves lists the moves that all edges from a region to the block behind it
// agree on, and whose sources the region does not set: an inner loop may go without
// its outer loop losing count.
func commonMoves(f *Func, b, join int, region map[int]bool) []Move {
	sets := map[Reg]bool{}
	var kept []Move
	first := true
	for at := range f.Blocks {
		if at != b && !region[at] {
			continue
		}
		ins := f.Blocks[at].Instrs
		for k := range ins {
			if at != b || region[b] {
				sets[ins[k].Dst] = true
			}
			for _, e := range ins[k].Succs {
				if int(e.Block) != join {
					for _, m := range e.Moves {
						sets[m.Dst] = true
					}
					continue
				}
				if first {
					kept = append(kept, e.Moves...)
					first = false
					continue
				}
				kept = slices.DeleteFunc(kept, func(m Move) bool { return !slices.Contains(e.Moves, m) })
			}
		}
	}
	return slices.DeleteFunc(kept, func(m Move) bool { return sets[m.Src] })
}

// regionValues lists the registers that the region sets and the rest needs, but for
// those of the moves that are kept; ok if all of them are mere data.
func regionValues(f *Func, b int, region map[int]bool, live bitset, kept []Move) (set []Reg, ok bool) {
	seen := map[Reg]bool{}
	for _, m := range kept {
		seen[m.Dst] = true
	}
	need := func(r Reg) bool {
		if r <= 0 || !live.has(r) || seen[r] {
			return true
		}
		seen[r] = true
		set = append(set, r)
		return f.Plain[r]
	}
	visit := func(at int, whole bool) bool {
		ins := f.Blocks[at].Instrs
		for k := range ins {
			if whole && !need(ins[k].Dst) {
				return false
			}
			for _, e := range ins[k].Succs {
				for _, m := range e.Moves {
					if !need(m.Dst) {
						return false
					}
				}
			}
		}
		return true
	}
	if !visit(b, region[b]) {
		return nil, false
	}
	for at := 0; at < len(f.Blocks); at++ {
		if region[at] && at != b && !visit(at, true) {
			return nil, false
		}
	}
	return set, true
}

// postDominators returns the immediate post-dominator of each block, -1 if the
// arms never meet. Blocks that end the process do not count.
func postDominators(f *Func, term func(int) *Instr) []int {
	n := len(f.Blocks)
	exit := n
	succ := make([][]int, n+1)
	for b := 0; b < n; b++ {
		t := term(b)
		if t == nil {
			continue
		}
		for _, e := range t.Succs {
			if !dies(f, int(e.Block)) {
				succ[b] = append(succ[b], int(e.Block))
			}
		}
		if len(t.Succs) == 0 && !dies(f, b) {
			succ[b] = []int{exit}
		}
	}
	// Order of a depth-first walk against the edges, from the exit.
	pred := make([][]int, n+1)
	for b, ss := range succ {
		for _, s := range ss {
			pred[s] = append(pred[s], b)
		}
	}
	num := make([]int, n+1)
	for i := range num {
		num[i] = -1
	}
	var post []int
	var walk func(b int)
	walk = func(b int) {
		num[b] = 0
		for _, p := range pred[b] {
			if num[p] < 0 {
				walk(p)
			}
		}
		post = append(post, b)
	}
	walk(exit)
	for i, b := range post {
		num[b] = i
	}
	idom := make([]int, n+1)
	for i := range idom {
		idom[i] = -1
	}
	idom[exit] = exit
	meet := func(a, b int) int {
		for a != b {
			for num[a] < num[b] {
				a = idom[a]
			}
			for num[b] < num[a] {
				b = idom[b]
			}
		}
		return a
	}
	for changed := true; changed; {
		changed = false
		for i := len(post) - 2; i >= 0; i-- {
			b := post[i]
			d := -1
			for _, s := range succ[b] {
				if idom[s] < 0 {
					continue
				}
				if d < 0 {
					d = s
				} else {
					d = meet(d, s)
				}
			}
			if d >= 0 && idom[b] != d {
				idom[b] = d
				changed = true
			}
		}
	}
	out := make([]int, n)
	for b := range out {
		out[b] = idom[b]
		if out[b] == exit {
			out[b] = -1
		}
	}
	return out
}
