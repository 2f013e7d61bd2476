package spawn

import (
	"fmt"
	"go/constant"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A way that control can take in the graph need not be one that it can take at all: what is started under a condition is awaited under the
// same condition further down, or under a flag, or where the channel is not nil. Here a walk remembers what the conditions around
// its start say of values, and what the merges on its way choose.

// maxFeasible bounds the states of a walk. A walk with more is taken to arrive.
const maxFeasible = 512

// facts are truths of boolean values, and whether others are not nil. Under a variable that lives in memory stands what is known of
// its content; the variable itself is never asked for.
type facts map[ssa.Value]bool

// factsAt are those that hold before instruction i of a block because of the branches that lead to it and of what was assigned
// in it before.
func factsAt(b *ssa.BasicBlock, i int) facts {
	f := make(facts)
	defer func() { f.assign(b.Instrs[:i]) }()
	for d := b.Idom(); d != nil; d = d.Idom() {
		br, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		for i, s := range d.Succs {
			if len(s.Preds) == 1 && s.Dominates(b) {
				f.learn(br.Cond, i == 0)
			}
		}
	}
	return f
}

// learn notes that a condition came out as it did.
func (f facts) learn(cond ssa.Value, truth bool) {
	if _, known := f[cond]; !known {
		f[cond] = truth
	}
	switch c := cond.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			f.learn(c.X, !truth)
		}
	case *ssa.BinOp:
		if x, ok := againstNil(c); ok {
			if _, known := f[x]; !known {
				f[x] = truth == (c.Op == token.NEQ)
			}
		}
	}
}

// assign notes what instructions store in variables of the function that nobody else assigns.
func (f facts) assign(instrs []ssa.Instruction) {
	for _, instr := range instrs {
		st, ok := instr.(*ssa.Store)
		if !ok {
			continue
		}
		cell, ok := st.Addr.(*ssa.Alloc)
		if !ok {
			continue
		}
		delete(f, cell)
		if truth, known := f.of(st.Val); known && assignedHere(cell) {
			f[cell] = truth
		}
	}
}

// assignedHere reports whether only the function that declares a variable assigns it: literals that share it read it.
func assignedHere(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.Store:
			if ref.Val == v || ref.Parent() != v.Parent() {
				return false
			}
			if _, captured := v.(*ssa.FreeVar); captured {
				return false
			}
		case *ssa.MakeClosure:
			for i, b := range ref.Bindings {
				if b == v && !assignedHere(ref.Fn.(*ssa.Function).FreeVars[i]) {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// againstNil is the value that a comparison holds against nil.
func againstNil(c *ssa.BinOp) (ssa.Value, bool) {
	if c.Op != token.EQL && c.Op != token.NEQ {
		return nil, false
	}
	if k, ok := c.Y.(*ssa.Const); ok && k.IsNil() {
		return c.X, true
	}
	if k, ok := c.X.(*ssa.Const); ok && k.IsNil() {
		return c.Y, true
	}
	return nil, false
}

// of is what is known of a value: the truth of a boolean, that another is not nil.
func (f facts) of(v ssa.Value) (truth, known bool) {
	if truth, known := f[v]; known {
		return truth, true
	}
	switch v := v.(type) {
	case *ssa.Const:
		if v.IsNil() {
			return false, true
		}
		if v.Value != nil && v.Value.Kind() == constant.Bool {
			return constant.BoolVal(v.Value), true
		}
	case *ssa.MakeChan, *ssa.MakeClosure, *ssa.MakeMap, *ssa.Function:
		return true, true
	case *ssa.UnOp:
		switch v.Op {
		case token.NOT:
			truth, known := f.of(v.X)
			return !truth, known
		case token.MUL:
			if cell, ok := v.X.(*ssa.Alloc); ok {
				truth, known := f[cell]
				return truth, known
			}
		}
	case *ssa.BinOp:
		if x, ok := againstNil(v); ok {
			notNil, known := f.of(x)
			return notNil == (v.Op == token.NEQ), known
		}
		return compare(v.Op, number(v.X), number(v.Y))
	}
	return false, false
}

// number is the integer that a value always is, nil if it is no constant one.
func number(v ssa.Value) constant.Value {
	if k, ok := v.(*ssa.Const); ok && k.Value != nil && k.Value.Kind() == constant.Int {
		return k.Value
	}
	return nil
}

// compare is how a comparison of two numbers comes out, if both are known.
func compare(op token.Token, x, y constant.Value) (truth, known bool) {
	if x == nil || y == nil {
		return false, false
	}
	switch op {
	case token.LSS, token.LEQ, token.GTR, token.GEQ, token.EQL, token.NEQ:
		return constant.Compare(x, op, y), true
	}
	return false, false
}

// enter are the facts after the edge from b to its successor s: its merges choose, and what is computed anew is unknown.
func (f facts) enter(b, s *ssa.BasicBlock, pred int) facts {
	out := make(facts, len(f))
	for v, truth := range f {
		_, isVar := v.(*ssa.Alloc)
		if instr, ok := v.(ssa.Instruction); isVar || !ok || instr.Block() != s {
			out[v] = truth
		}
	}
	for _, instr := range s.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		if truth, known := f.of(phi.Edges[pred]); known {
			out[phi] = truth
		}
	}
	out.compute(s, pred)
	return out
}

// compute notes the comparisons of a block that come out by constants alone when it is entered from a predecessor: whether a loop
// that counts up to a constant has a first round.
func (f facts) compute(s *ssa.BasicBlock, pred int) {
	numbers := make(map[ssa.Value]constant.Value)
	value := func(v ssa.Value) constant.Value {
		if k := number(v); k != nil {
			return k
		}
		return numbers[v]
	}
	for _, instr := range s.Instrs {
		switch instr := instr.(type) {
		case *ssa.Phi:
			if k := value(instr.Edges[pred]); k != nil {
				numbers[instr] = k
			}
		case *ssa.BinOp:
			x, y := value(instr.X), value(instr.Y)
			if truth, known := compare(instr.Op, x, y); known {
				f[instr] = truth
			} else if (instr.Op == token.ADD || instr.Op == token.SUB) && x != nil && y != nil {
				numbers[instr] = constant.BinaryOp(x, instr.Op, y)
			}
		}
	}
}

// key is a canonical text of the facts.
func (f facts) key() string {
	parts := make([]string, 0, len(f))
	for v, truth := range f {
		parts = append(parts, fmt.Sprintf("%p%t", v, truth))
	}
	slices.Sort(parts)
	return strings.Join(parts, " ")
}

// feasible is walk.from for ways that the facts do not exclude.
func (w *walk) feasible(b *ssa.BasicBlock, i int) bool {
	type state struct {
		block *ssa.BasicBlock
		f     facts
	}
	seen := make(map[string]bool)
	todo := []state{{b, factsAt(b, i)}}
	for first := true; len(todo) > 0; first = false {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		start := 0
		if first {
			start = i
		}
		arrived, ends := w.through(s.block, start)
		if arrived {
			return true
		}
		if ends {
			continue
		}
		s.f.assign(s.block.Instrs[start:])
		succs := s.block.Succs
		only := -1
		if br, ok := s.block.Instrs[len(s.block.Instrs)-1].(*ssa.If); ok {
			if truth, known := s.f.of(br.Cond); known {
				only = 1
				if truth {
					only = 0
				}
			}
		}
		for k, next := range succs {
			if only >= 0 && k != only {
				continue
			}
			f := s.f.enter(s.block, next, ssabuild.PredIndex(s.block, k))
			key := fmt.Sprint(next.Index, " ", f.key())
			if seen[key] {
				continue
			}
			if len(seen) >= maxFeasible {
				return true
			}
			seen[key] = true
			todo = append(todo, state{next, f})
		}
	}
	return false
}

// feasiblyToReturn is ToReturn for ways that the facts do not exclude.
func feasiblyToReturn(from ssa.Instruction, avoid ...ssa.Instruction) bool {
	if !ToReturn(from, avoid...) {
		return false
	}
	w := walk{avoid: avoid}
	return w.feasible(from.Block(), indexOf(from)+1)
}
