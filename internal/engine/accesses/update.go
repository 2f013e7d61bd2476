package accesses

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// maxTrace bounds how far a stored value is traced back to a load.
const maxTrace = 16

// classify finds out whether a write depends on an earlier read of its location.
func (a *Analysis) classify(x *Access, st *ssa.Store) {
	t := tracer{a: a, path: x.Path, addr: st.Addr}
	if load := t.value(st.Val); load != nil {
		x.From = a.readAt(load)
		x.Update = model.OpAssign
		if b, ok := st.Val.(*ssa.BinOp); ok && (b.Op == token.ADD || b.Op == token.SUB) && isOne(b.Y) {
			x.Update = model.IncDec
		}
		return
	}
	if load := a.testedBefore(st, &tracer{a: a, path: x.Path, addr: st.Addr}); load != nil {
		x.From = a.readAt(load)
		x.Update = model.CheckSet
	}
}

// classifyMap does the same for m[k] = f(m[k]).
func (a *Analysis) classifyMap(x *Access, up *ssa.MapUpdate) {
	t := tracer{a: a, path: x.Path, addr: up.Map, key: up.Key}
	if load := t.value(up.Value); load != nil {
		x.From = a.readAt(load)
		x.Update = model.OpAssign
		if b, ok := up.Value.(*ssa.BinOp); ok && (b.Op == token.ADD || b.Op == token.SUB) && isOne(b.Y) {
			x.Update = model.IncDec
		}
		return
	}
	if load := a.testedBefore(up, &tracer{a: a, path: x.Path, addr: up.Map, key: up.Key}); load != nil {
		x.From = a.readAt(load)
		x.Update = model.CheckSet
	}
}

func isOne(v ssa.Value) bool {
	k, ok := v.(*ssa.Const)
	return ok && k.Value != nil && k.Value.ExactString() == "1"
}

// readAt is the access of a load that was collected before.
func (a *Analysis) readAt(load ssa.Instruction) *Access {
	for i := len(a.all) - 1; i >= 0; i-- {
		if a.all[i].Instr == load && a.all[i].Kind == model.ReadAccess {
			return a.all[i]
		}
	}
	return nil
}

// testedBefore finds a load of the location in a condition that decides whether
// the write happens.
func (a *Analysis) testedBefore(write ssa.Instruction, t *tracer) ssa.Instruction {
	for b := write.Block(); b != nil; b = b.Idom() {
		dom := b.Idom()
		if dom == nil || len(dom.Instrs) == 0 {
			break
		}
		br, ok := dom.Instrs[len(dom.Instrs)-1].(*ssa.If)
		if !ok || len(b.Preds) != 1 {
			continue
		}
		t.steps = 0
		if load := t.value(br.Cond); load != nil {
			return load
		}
	}
	return nil
}

// A tracer looks for a load of one location among the operands of a value.
type tracer struct {
	a     *Analysis
	path  *access.Path
	addr  ssa.Value
	key   ssa.Value // of a map element
	steps int
}

func (t *tracer) value(v ssa.Value) ssa.Instruction {
	if t.steps++; t.steps > maxTrace {
		return nil
	}
	switch v := v.(type) {
	case *ssa.UnOp:
		if v.Op == token.MUL {
			if t.key == nil && t.same(v.X) {
				return v
			}
			return nil
		}
		return t.value(v.X)
	case *ssa.BinOp:
		if load := t.value(v.X); load != nil {
			return load
		}
		return t.value(v.Y)
	case *ssa.Convert:
		return t.value(v.X)
	case *ssa.ChangeType:
		return t.value(v.X)
	case *ssa.MakeInterface:
		return t.value(v.X)
	case *ssa.Extract:
		if l, ok := v.Tuple.(*ssa.Lookup); ok {
			return t.lookup(l)
		}
	case *ssa.Lookup:
		return t.lookup(v)
	case *ssa.Call:
		for _, arg := range v.Call.Args {
			if load := t.value(arg); load != nil {
				return load
			}
		}
	}
	return nil
}

func (t *tracer) lookup(l *ssa.Lookup) ssa.Instruction {
	if t.key != nil && t.a.prog.Path(l.X) == t.path && sameKey(l.Index, t.key) {
		return l
	}
	return nil
}

// sameKey compares map keys: the same value, equal constants, or two loads of one variable.
func sameKey(x, y ssa.Value) bool {
	if x == y {
		return true
	}
	if kx, ok := x.(*ssa.Const); ok {
		ky, ok := y.(*ssa.Const)
		return ok && kx.Value != nil && ky.Value != nil && kx.Value.ExactString() == ky.Value.ExactString()
	}
	ux, ok := x.(*ssa.UnOp)
	uy, ok2 := y.(*ssa.UnOp)
	return ok && ok2 && ux.X == uy.X
}

// same reports whether an address names the traced location.
func (t *tracer) same(addr ssa.Value) bool {
	if addr == t.addr {
		return true
	}
	p := t.a.location(addr)
	if p == nil || p != t.path {
		return false
	}
	if p.Exact() {
		return true
	}
	ix, ok := addr.(*ssa.IndexAddr)
	iy, ok2 := t.addr.(*ssa.IndexAddr)
	return ok && ok2 && sameKey(ix.Index, iy.Index)
}
