// Package loops finds the natural loops of functions and what does not change in them.
package loops

import (
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// A Loop is a natural loop: a block that all its repetitions go through, and the
// blocks from which that block is reached again.
type Loop struct {
	Head   *ssa.BasicBlock
	Blocks []*ssa.BasicBlock // by index, the head among them
	in     map[*ssa.BasicBlock]bool
}

// Has reports whether b belongs to the loop.
func (l *Loop) Has(b *ssa.BasicBlock) bool { return l.in[b] }

// Of lists the loops of fn, by the index of their heads.
func Of(fn *ssa.Function) []*Loop {
	var out []*Loop
	for _, b := range fn.Blocks {
		for _, h := range b.Succs {
			if !h.Dominates(b) {
				continue
			}
			i := slices.IndexFunc(out, func(l *Loop) bool { return l.Head == h })
			if i < 0 {
				i = len(out)
				out = append(out, &Loop{Head: h, in: map[*ssa.BasicBlock]bool{h: true}})
			}
			out[i].add(b)
		}
	}
	for _, l := range out {
		for _, b := range fn.Blocks {
			if l.in[b] {
				l.Blocks = append(l.Blocks, b)
			}
		}
	}
	slices.SortFunc(out, func(a, b *Loop) int { return a.Head.Index - b.Head.Index })
	return out
}

func (l *Loop) add(b *ssa.BasicBlock) {
	if l.in[b] {
		return
	}
	l.in[b] = true
	for _, p := range b.Preds {
		l.add(p)
	}
}

// Innermost is the smallest of the loops that holds b, nil if none does.
func Innermost(all []*Loop, b *ssa.BasicBlock) *Loop {
	var best *Loop
	for _, l := range all {
		if l.Has(b) && (best == nil || len(l.Blocks) < len(best.Blocks)) {
			best = l
		}
	}
	return best
}

// Pos is the position of the loop statement, or the nearest that is known.
func (l *Loop) Pos() token.Pos {
	for _, b := range append([]*ssa.BasicBlock{l.Head}, l.Blocks...) {
		for _, instr := range b.Instrs {
			if p := instr.Pos(); p.IsValid() {
				return p
			}
		}
	}
	return token.NoPos
}

// Exits lists the conditions on which the loop is left, in order of their blocks.
func (l *Loop) Exits() []*ssa.If {
	var out []*ssa.If
	for _, b := range l.Blocks {
		if cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok && (!l.in[b.Succs[0]] || !l.in[b.Succs[1]]) {
			out = append(out, cond)
		}
	}
	return out
}

// Invariant reports whether v, an address or what was loaded from one, names
// the same location in every iteration: no part of it is chosen by the loop.
func (l *Loop) Invariant(v ssa.Value) bool {
	instr, ok := v.(ssa.Instruction)
	if !ok || !l.in[instr.Block()] {
		return true
	}
	switch v := v.(type) {
	case *ssa.FieldAddr:
		return l.Invariant(v.X)
	case *ssa.Field:
		return l.Invariant(v.X)
	case *ssa.IndexAddr:
		return l.Invariant(v.X) && l.Invariant(v.Index)
	case *ssa.UnOp:
		return v.Op == token.MUL && l.Invariant(v.X)
	case *ssa.ChangeType:
		return l.Invariant(v.X)
	case *ssa.ChangeInterface:
		return l.Invariant(v.X)
	case *ssa.MakeInterface:
		return l.Invariant(v.X)
	case *ssa.Convert:
		return l.Invariant(v.X)
	}
	return false
}
