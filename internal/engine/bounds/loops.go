package bounds

import (
	"go/constant"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"
)

// LoopKind says what keeps a loop going.
type LoopKind uint8

// The kinds of loops.
const (
	Other      LoopKind = iota // a condition of its own
	OverData                   // the elements of Over
	Counted                    // an index up to the length of Over
	Few                        // bounded by the program's text
	OverStream                 // until a stream ends
)

// A Loop is a natural loop of a function.
type Loop struct {
	Head   *ssa.BasicBlock
	Blocks []*ssa.BasicBlock // those from which control can come back to Head, by index
	Kind   LoopKind
	Over   ssa.Value       // the container
	Stream ssa.Instruction // the receive or the call that asks for the next message; nil if it has to be looked for
}

// Has reports whether a block is in the loop.
func (l *Loop) Has(b *ssa.BasicBlock) bool { return slices.Contains(l.Blocks, b) }

// loopsAround lists the loops that contain a block, innermost first.
func (a *Analysis) loopsAround(b *ssa.BasicBlock) []*Loop {
	fn := b.Parent()
	if _, done := a.loops[fn]; !done {
		a.loops[fn] = findLoops(fn)
		for _, l := range a.loops[fn] {
			a.classify(l)
		}
	}
	var out []*Loop
	for _, l := range a.loops[fn] {
		if l.Has(b) {
			out = append(out, l)
		}
	}
	slices.SortStableFunc(out, func(x, y *Loop) int { return len(x.Blocks) - len(y.Blocks) })
	return out
}

// findLoops finds the natural loops: one per block to which a block that it dominates jumps back.
func findLoops(fn *ssa.Function) []*Loop {
	var out []*Loop
	for _, head := range fn.Blocks {
		var in []*ssa.BasicBlock
		for _, p := range head.Preds {
			if !head.Dominates(p) {
				continue
			}
			if in == nil {
				in = append(in, head)
			}
			stack := []*ssa.BasicBlock{p}
			for len(stack) > 0 {
				b := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if slices.Contains(in, b) {
					continue
				}
				in = append(in, b)
				stack = append(stack, b.Preds...)
			}
		}
		if in != nil {
			slices.SortFunc(in, func(x, y *ssa.BasicBlock) int { return x.Index - y.Index })
			out = append(out, &Loop{Head: head, Blocks: in})
		}
	}
	return out
}

// classify reads the condition at the head of the loop.
func (a *Analysis) classify(l *Loop) {
	iff, ok := l.Head.Instrs[len(l.Head.Instrs)-1].(*ssa.If)
	if !ok {
		l.Kind = OverStream // for { … }: what it waits for is in its body
		return
	}
	if l.Has(l.Head.Succs[0]) && l.Has(l.Head.Succs[1]) {
		l.Kind = OverStream
		return
	}
	switch cond := iff.Cond.(type) {
	case *ssa.Extract:
		switch t := cond.Tuple.(type) {
		case *ssa.Next:
			if r, ok := t.Iter.(*ssa.Range); ok {
				l.Kind, l.Over = OverData, r.X
			}
		case *ssa.UnOp:
			if t.Op == token.ARROW {
				l.Kind, l.Stream = OverStream, t
			}
		case *ssa.Call:
			l.Kind, l.Stream = OverStream, t
		}
	case *ssa.Call:
		l.Kind, l.Stream = OverStream, cond
	case *ssa.BinOp:
		a.counted(l, cond)
	}
}

// counted reads conditions of the form i < n, where i rises by one.
func (a *Analysis) counted(l *Loop, cond *ssa.BinOp) {
	if cond.Op != token.LSS && cond.Op != token.LEQ && cond.Op != token.NEQ || !risesByOne(cond.X) {
		return
	}
	switch n := cond.Y.(type) {
	case *ssa.Const:
		l.Kind = Few
	case *ssa.Call:
		if x := lenOf(n); x != nil {
			l.Kind, l.Over = Counted, x
		}
	}
}

// lenOf is x of a call len(x), nil if the call is another.
func lenOf(v ssa.Value) ssa.Value {
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if b, ok := call.Common().Value.(*ssa.Builtin); ok && b.Name() == "len" {
		return call.Common().Args[0]
	}
	return nil
}

// risesByOne reports whether v is a loop variable whose every step adds one.
func risesByOne(v ssa.Value) bool {
	if add, ok := v.(*ssa.BinOp); ok { // range loops compare the next index
		return isOne(add)
	}
	phi, ok := v.(*ssa.Phi)
	if !ok {
		// A loop variable that closures capture is a cell, copied per iteration.
		load, ok := v.(*ssa.UnOp)
		return ok && load.Op == token.MUL
	}
	for _, e := range phi.Edges {
		if add, ok := e.(*ssa.BinOp); ok && !isOne(add) {
			return false
		}
	}
	return true
}

func isOne(add *ssa.BinOp) bool {
	k, ok := add.Y.(*ssa.Const)
	if !ok || add.Op != token.ADD || k.Value == nil || k.Value.Kind() != constant.Int {
		return false
	}
	n, _ := constant.Int64Val(k.Value)
	return n == 1
}
