package explore

// thread shortens the way through what simplification has emptied: edges lead past
// blocks that only jump on, and a block whose only way in is a jump joins its
// predecessor. Blocks keep their numbers.
func thread(f *Func) {
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			succs := f.Blocks[b].Instrs[k].Succs
			for e := range succs {
				succs[e].Block = f.past(succs[e].Block)
			}
		}
	}
	in := make([]int, len(f.Blocks))
	in[0]++
	if f.Recover >= 0 {
		in[f.Recover]++
	}
	reached := f.reached()
	for b := range f.Blocks {
		if !reached[b] {
			f.Blocks[b].Instrs = nil
			continue
		}
		for k := range f.Blocks[b].Instrs {
			for _, e := range f.Blocks[b].Instrs[k].Succs {
				in[e.Block]++
			}
		}
	}
	for b := range f.Blocks {
		for {
			ins := f.Blocks[b].Instrs
			if len(ins) == 0 {
				break
			}
			last := &ins[len(ins)-1]
			if last.Op != OpJump || len(last.Succs[0].Moves) > 0 || in[last.Succs[0].Block] != 1 || int(last.Succs[0].Block) == b {
				break
			}
			next := last.Succs[0].Block
			f.Blocks[b].Instrs = append(ins[:len(ins)-1], f.Blocks[next].Instrs...)
			f.Blocks[next].Instrs = nil
		}
	}
}

// past follows blocks that only jump on.
func (f *Func) past(b int32) int32 {
	for range f.Blocks {
		ins := f.Blocks[b].Instrs
		if len(ins) != 1 || ins[0].Op != OpJump || len(ins[0].Succs[0].Moves) > 0 {
			break
		}
		b = ins[0].Succs[0].Block
	}
	return b
}

func (f *Func) reached() []bool {
	seen := make([]bool, len(f.Blocks))
	work := []int32{0}
	if f.Recover >= 0 {
		work = append(work, f.Recover)
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[b] {
			continue
		}
		seen[b] = true
		for k := range f.Blocks[b].Instrs {
			for _, e := range f.Blocks[b].Instrs[k].Succs {
				work = append(work, e.Block)
			}
		}
	}
	return seen
}
