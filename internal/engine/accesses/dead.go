package accesses

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// liveBlocks marks the blocks of a function that control can reach when
// conditions between constants, and on variables that only ever hold constants,
// are decided. The compiler does as much, and code behind a constant false does not race.
func (a *Analysis) liveBlocks(fn *ssa.Function) []bool {
	live := make([]bool, len(fn.Blocks))
	work := []*ssa.BasicBlock{fn.Blocks[0]}
	if fn.Recover != nil {
		work = append(work, fn.Recover)
	}
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if live[b.Index] {
			continue
		}
		live[b.Index] = true
		succs := b.Succs
		if br, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
			if v, known := a.decide(br.Cond); known {
				if v {
					succs = succs[:1]
				} else {
					succs = succs[1:]
				}
			}
		}
		work = append(work, succs...)
	}
	return live
}

// decide evaluates a comparison whose outcome is the same for all values that its
// operands can have.
func (a *Analysis) decide(cond ssa.Value) (value, known bool) {
	cmp, ok := cond.(*ssa.BinOp)
	if !ok {
		return false, false
	}
	switch cmp.Op {
	case token.EQL, token.NEQ, token.LSS, token.LEQ, token.GTR, token.GEQ:
	default:
		return false, false
	}
	xs, ys := a.constants(cmp.X), a.constants(cmp.Y)
	for i, x := range xs {
		for j, y := range ys {
			if x.Kind() != y.Kind() {
				return false, false
			}
			r := constant.Compare(x, cmp.Op, y)
			if (i > 0 || j > 0) && r != value {
				return false, false
			}
			value, known = r, true
		}
	}
	return value, known
}

// constants lists all values that v can have, none if that is not known.
func (a *Analysis) constants(v ssa.Value) []constant.Value {
	switch v := v.(type) {
	case *ssa.Const:
		if v.Value != nil {
			return []constant.Value{v.Value}
		}
	case *ssa.UnOp:
		al, ok := a.prog.Lexical(v.X).(*ssa.Alloc)
		if v.Op != token.MUL || !ok {
			return nil
		}
		zero := zeroOf(v.Type())
		if zero != nil && untouchedBetween(al, v) {
			return []constant.Value{zero}
		}
		return a.stored(al, zero)
	}
	return nil
}

// stored lists the constants that are stored into a local variable, its zero
// value among them; none if anything else is, or if its address goes elsewhere.
func (a *Analysis) stored(al *ssa.Alloc, zero constant.Value) []constant.Value {
	if zero == nil || !a.onlyLoadedAndStored(al) {
		return nil
	}
	out := []constant.Value{zero}
	for i, st := range a.prog.StoresTo(al) {
		c, ok := st.Val.(*ssa.Const)
		if !ok || c.Value == nil || i > 4 {
			return nil
		}
		if i == 0 && firstStore(al) == st {
			out = nil // the zero value is never seen
		}
		out = append(out, c.Value)
	}
	return out
}

// zeroOf is the zero value of a basic type, nil for others.
func zeroOf(t types.Type) constant.Value {
	b, ok := t.Underlying().(*types.Basic)
	if !ok {
		return nil
	}
	switch {
	case b.Info()&types.IsBoolean != 0:
		return constant.MakeBool(false)
	case b.Info()&types.IsString != 0:
		return constant.MakeString("")
	case b.Info()&types.IsInteger != 0:
		return constant.MakeInt64(0)
	}
	return nil
}

// onlyLoadedAndStored reports whether a variable's address is used for nothing
// but loads and stores, in the literals that capture it too.
func (a *Analysis) onlyLoadedAndStored(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.Store:
			if ref.Addr != v {
				return false
			}
		case *ssa.MakeClosure:
			fn := ref.Fn.(*ssa.Function)
			for i, b := range ref.Bindings {
				if b == v && (i >= len(fn.FreeVars) || !a.onlyLoadedAndStored(fn.FreeVars[i])) {
					return false
				}
			}
		default:
			return false
		}
	}
	return true
}

// untouchedBetween reports whether a variable is loaded in the block that makes
// it, before anything is stored or called.
func untouchedBetween(al *ssa.Alloc, load *ssa.UnOp) bool {
	if al.Block() != load.Block() {
		return false
	}
	after := false
	for _, instr := range al.Block().Instrs {
		switch {
		case instr == ssa.Instruction(al):
			after = true
		case instr == ssa.Instruction(load):
			return after
		case after:
			switch instr := instr.(type) {
			case *ssa.Store:
				if instr.Addr == ssa.Value(al) {
					return false
				}
			case *ssa.Call, *ssa.MakeClosure:
				return false
			}
		}
	}
	return false
}
