package spawn

import (
	"go/token"

	"golang.org/x/tools/go/ssa"
)

// Between reports whether control can go from just after from to just before to,
// both of one function, without executing an instruction of avoid. A loop around
// from counts: an instruction can lie between itself and itself. Cost is linear
// in the function's blocks.
func Between(from, to ssa.Instruction, avoid ...ssa.Instruction) bool {
	if from.Parent() != to.Parent() {
		return false
	}
	w := walk{to: to, avoid: avoid, seen: make([]bool, len(from.Parent().Blocks))}
	return w.from(from.Block(), indexOf(from)+1)
}

// FeasiblyBetween is Between without the ways that contradict a condition they depend on. Its cost is that of many
// walks: it is for what is about to be reported.
func FeasiblyBetween(from, to ssa.Instruction, avoid ...ssa.Instruction) bool {
	if !Between(from, to, avoid...) {
		return false
	}
	w := walk{to: to, avoid: avoid}
	return w.feasible(from.Block(), indexOf(from)+1)
}

// FromStart is Between from the entry of to's function.
func FromStart(to ssa.Instruction, avoid ...ssa.Instruction) bool {
	fn := to.Parent()
	w := walk{to: to, avoid: avoid, seen: make([]bool, len(fn.Blocks))}
	w.seen[0] = true
	return w.from(fn.Blocks[0], 0)
}

// ToReturn reports whether control can go from just after from to a return of
// its function without executing an instruction of avoid. Panics are no returns.
func ToReturn(from ssa.Instruction, avoid ...ssa.Instruction) bool {
	w := walk{avoid: avoid, seen: make([]bool, len(from.Parent().Blocks))}
	return w.from(from.Block(), indexOf(from)+1)
}

// StartToReturn is ToReturn from the entry of fn.
func StartToReturn(fn *ssa.Function, avoid ...ssa.Instruction) bool {
	w := walk{avoid: avoid, seen: make([]bool, len(fn.Blocks))}
	w.seen[0] = true
	return w.from(fn.Blocks[0], 0)
}

// A walk looks for an instruction, or for a return if to is nil.
type walk struct {
	to    ssa.Instruction
	avoid []ssa.Instruction
	seen  []bool
}

// through looks at the instructions of a block from i on.
func (w *walk) through(b *ssa.BasicBlock, i int) (arrived, ends bool) {
	for _, instr := range b.Instrs[i:] {
		if instr == w.to {
			return true, false
		}
		for _, a := range w.avoid {
			if a == instr {
				return false, true
			}
		}
		if _, isReturn := instr.(*ssa.Return); isReturn && w.to == nil {
			return true, false
		}
	}
	return false, false
}

func (w *walk) from(b *ssa.BasicBlock, i int) bool {
	if arrived, ends := w.through(b, i); arrived || ends {
		return arrived
	}
	for _, s := range b.Succs {
		if !w.seen[s.Index] {
			w.seen[s.Index] = true
			if w.from(s, 0) {
				return true
			}
		}
	}
	return false
}

func indexOf(instr ssa.Instruction) int {
	for i, in := range instr.Block().Instrs {
		if in == instr {
			return i
		}
	}
	return -1
}

// Dominates reports whether every way to b, in the same function, executes a first.
func Dominates(a, b ssa.Instruction) bool {
	if a.Parent() != b.Parent() || a == b {
		return false
	}
	if a.Block() == b.Block() {
		return indexOf(a) < indexOf(b)
	}
	return a.Block().Dominates(b.Block())
}

// inLoop reports whether instr can be executed more than once in one activation.
func inLoop(instr ssa.Instruction) bool { return Between(instr, instr) }

// runsOnce reports whether the only loop around instr has a counter that starts at
// zero, goes up by one and stays below one.
func runsOnce(instr ssa.Instruction) bool {
	for b := instr.Block(); b != nil; b = b.Idom() {
		for _, in := range b.Instrs {
			phi, ok := in.(*ssa.Phi)
			if !ok {
				break
			}
			if oneRound(b, phi) {
				return true
			}
		}
	}
	return false
}

func oneRound(header *ssa.BasicBlock, phi *ssa.Phi) bool {
	br, ok := header.Instrs[len(header.Instrs)-1].(*ssa.If)
	if !ok {
		return false
	}
	cmp, ok := br.Cond.(*ssa.BinOp)
	if !ok || cmp.Op != token.LSS || cmp.X != ssa.Value(phi) || !isOne(cmp.Y) {
		return false
	}
	for _, e := range phi.Edges {
		if k, ok := e.(*ssa.Const); ok && k.Value != nil && k.Value.ExactString() == "0" {
			return true
		}
	}
	return false
}
