package explore

import (
	"slices"
	"strconv"
)

// A function means little to a scope beyond what it does to the objects that the
// scope follows. A variant is a function specialised to which of its parameters
// lead to such objects: calls that are given none, and operations on what nobody
// follows, become unknown values, and the branches around them fall together.
// Functions of a large program are mostly like that; walking them whole, once per
// state, is what made scopes run out of budget.

// given says what a parameter leads to.
type given = byte

const (
	givenData    given = '.' // nothing of the scope
	givenOwned   given = 'o' // an object of the scope in which something may be put
	givenTracked given = 'T' // a synchronisation object
)

// worthwhile is the number of instructions from which a variant pays.
const worthwhile = 8

type variantKey struct {
	fn   int32
	mask string
}

// variant is the form of callee for what it is given here.
func (m *Machine) variant(s *state, g *goroutine, callee *Func, fn Value, args []Value) *Func {
	m.Program.Ensure(callee)
	if m.Options.NoVariants || m.Options.NoRelevance || callee.whole || m.recoverable(g) {
		return m.Program.variantOf(callee, asWritten, nil)
	}
	var buf [24]byte
	mask := buf[:0]
	add := func(v Value) {
		switch {
		case m.tracked(s, v, true):
			mask = append(mask, givenTracked)
		case m.owned(s, v):
			mask = append(mask, givenOwned)
		default:
			mask = append(mask, givenData)
		}
	}
	for k := range callee.Params {
		if k < len(args) {
			add(args[k])
		} else {
			mask = append(mask, givenData)
		}
	}
	for k := range callee.Free {
		if k < len(fn.X) {
			add(fn.X[k])
		} else {
			mask = append(mask, givenData)
		}
	}
	if m.slice != nil {
		mask = append(mask, '#')
		mask = strconv.AppendInt(mask, int64(m.slice.site), 10)
	}
	return m.Program.variantOf(callee, string(mask), m.slice)
}

// asWritten is the mask of a function that is laid out and otherwise left alone.
const asWritten = "whole"

// variantOf builds or finds a variant.
func (p *Program) variantOf(f *Func, mask string, slice *point) *Func {
	key := variantKey{f.ID, mask}
	if v, ok := p.variants[key]; ok {
		return v
	}
	if p.variants == nil {
		p.variants = make(map[variantKey]*Func)
	}
	v := p.specialise(f, mask, slice)
	p.variants[key] = v
	return v
}

// specialise makes the form of f that is executed.
func (p *Program) specialise(f *Func, mask string, slice *point) *Func {
	n := 0
	for b := range f.Blocks {
		n += len(f.Blocks[b].Instrs)
	}
	if mask != asWritten && (n < worthwhile || p.protects(f)) {
		f.whole = true
		return p.variantOf(f, asWritten, nil)
	}
	v := *f
	v.Blocks = make([]Block, len(f.Blocks))
	v.load, v.ready = nil, false
	changed := false
	var t *taint
	if mask != asWritten {
		t = taintOf(p, f, mask, slice)
	}
	for b := range f.Blocks {
		ins := append([]Instr(nil), f.Blocks[b].Instrs...)
		for k := range ins {
			ins[k].Succs = copyEdges(ins[k].Succs)
			if t == nil {
				continue
			}
			if with, ok := t.replace(&ins[k]); ok {
				ins[k] = with
				changed = true
			}
		}
		v.Blocks[b].Instrs = ins
	}
	if mask != asWritten && !changed {
		return p.variantOf(f, asWritten, nil)
	}
	if changed {
		Simplify(&v)
	}
	layout(&v)
	v.whole = true
	p.AddFunc(&v, nil)
	return p.Ensure(&v)
}

func copyEdges(es []Edge) []Edge {
	if es == nil {
		return nil
	}
	out := make([]Edge, len(es))
	for i, e := range es {
		out[i] = Edge{e.Block, append([]Move(nil), e.Moves...)}
	}
	return out
}

// protects reports whether f defers something that recovers: then what its
// callees do may be cut short anywhere, and calls count.
func (p *Program) protects(f *Func) bool {
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			in := &f.Blocks[b].Instrs[k]
			if in.Op == OpClosure || in.Op == OpCall && in.Call == CallStatic && in.Mode == CallDefer {
				if p.Funcs[in.N].Recovers {
					return true
				}
			}
		}
	}
	return false
}

// taint is what the registers of a function may lead to.
type taint struct {
	p       *Program
	f       *Func
	tracked bitset
	owned   bitset // objects made here or given, in which something may be put
	global  bitset // addresses within package variables, whose locks are followed
	defs    [][]Reg
	slice   *point
	free    bool // a change happened
}

// follows reports whether the objects of a site are followed.
func (t *taint) follows(site int32) bool { return t.slice == nil || t.slice.site == site }

// creates is [Machine.creates].
func (t *taint) creates(fn int32) bool {
	return t.p.Funcs[fn].Creates && (t.slice == nil || t.slice.makers[fn])
}

func taintOf(p *Program, f *Func, mask string, slice *point) *taint {
	t := &taint{p: p, f: f, slice: slice, tracked: newBitset(f.Regs), owned: newBitset(f.Regs), global: newBitset(f.Regs)}
	for i := 0; i < len(mask) && mask[i] != '#'; i++ {
		switch mask[i] {
		case givenTracked:
			t.tracked.add(Reg(i + 1))
		case givenOwned:
			t.owned.add(Reg(i + 1))
		}
	}
	t.defs = make([][]Reg, f.Regs+1)
	for b := range f.Blocks {
		for k := range f.Blocks[b].Instrs {
			in := &f.Blocks[b].Instrs[k]
			switch in.Op {
			case OpField, OpIndexAddr, OpLoad, OpMove, OpSlice, OpExtract, OpAssert, OpIface, OpFieldVal, OpAppend, OpAppendSlice, OpMapGet:
				t.derives(in.Dst, in.A)
			}
			for _, e := range in.Succs {
				for _, mv := range e.Moves {
					t.derives(mv.Dst, mv.Src)
				}
			}
		}
	}
	for t.free = true; t.free; {
		t.free = false
		for b := range f.Blocks {
			for k := range f.Blocks[b].Instrs {
				t.flow(&f.Blocks[b].Instrs[k])
			}
		}
	}
	return t
}

func (t *taint) derives(dst, src Reg) {
	if dst > 0 && src > 0 {
		t.defs[dst] = append(t.defs[dst], src)
	}
}

func (t *taint) set(b bitset, r Reg) {
	if r > 0 && !b.has(r) && !t.f.Data[r] {
		b.add(r)
		t.free = true
	}
}

func (t *taint) is(r Reg) bool { return r > 0 && t.tracked.has(r) }

// any reports whether an instruction reads a tracked register.
func (t *taint) any(in *Instr) bool {
	found := false
	in.uses(func(r Reg) { found = found || t.is(r) })
	return found
}

// into marks the object that address r lies in: something tracked is put there.
func (t *taint) into(r Reg, seen map[Reg]bool) {
	if r <= 0 || seen[r] {
		return
	}
	seen[r] = true
	if len(t.defs[r]) == 0 {
		if t.owned.has(r) {
			t.set(t.tracked, r)
		}
		return
	}
	for _, s := range t.defs[r] {
		t.into(s, seen)
	}
}

func (t *taint) put(r Reg) {
	if !t.is(r) {
		t.into(r, map[Reg]bool{})
	}
}

func (t *taint) flow(in *Instr) {
	for _, e := range in.Succs {
		for _, mv := range e.Moves {
			if t.is(mv.Src) {
				t.set(t.tracked, mv.Dst)
			}
			if mv.Src > 0 && t.global.has(mv.Src) {
				t.set(t.global, mv.Dst)
			}
		}
	}
	switch in.Op {
	case OpMakeChan:
		if t.follows(in.N) {
			t.set(t.tracked, in.Dst)
		}
	case OpCtxNew, OpTimer:
		if t.follows(in.Site) {
			t.set(t.tracked, in.Dst)
		}
	case OpCancelFunc, OpReadLocker:
		if t.slice == nil || t.any(in) {
			t.set(t.tracked, in.Dst)
		}
	case OpAlloc:
		if t.p.Sites[in.N].Sync && t.follows(in.N) {
			t.set(t.tracked, in.Dst)
		}
		t.set(t.owned, in.Dst)
	case OpMakeMap, OpMakeSlice:
		t.set(t.owned, in.Dst)
	case OpAppend, OpAppendSlice:
		t.set(t.owned, in.Dst)
		if t.any(in) {
			t.set(t.tracked, in.Dst)
		}
	case OpGlobal:
		t.set(t.global, in.Dst)
	case OpField, OpIndexAddr:
		if in.A > 0 && t.global.has(in.A) {
			t.set(t.global, in.Dst)
		}
		if t.is(in.A) {
			t.set(t.tracked, in.Dst)
		}
	case OpStore:
		if t.is(in.B) {
			t.put(in.A)
		}
	case OpMapSet:
		if t.is(in.B) || t.is(in.C) {
			t.put(in.A)
		}
	case OpAtomic:
		if t.is(in.B) || t.is(in.C) {
			t.put(in.A)
		}
		if t.is(in.A) {
			t.set(t.tracked, in.Dst)
		}
	case OpSend:
		if t.is(in.B) {
			t.put(in.A)
		}
	case OpSelect:
		for _, c := range in.Cases {
			if t.is(c.Chan) {
				t.set(t.tracked, in.Dst)
			}
			if c.Send && t.is(c.Val) {
				t.put(c.Chan)
			}
		}
	case OpExtract:
		if t.is(in.A) {
			t.set(t.tracked, in.Dst)
		}
	case OpCall:
		if in.Call == CallStatic && t.creates(in.N) {
			t.set(t.tracked, in.Dst)
		}
		fills := in.Call == CallStatic && t.p.Funcs[in.N].Makes
		if fills || in.Follow || t.any(in) {
			t.set(t.tracked, in.Dst)
			for _, a := range in.Args {
				t.put(a)
			}
		}
	default:
		if in.Dst > 0 && !t.is(in.Dst) && t.any(in) {
			t.set(t.tracked, in.Dst)
		}
	}
}

// followed reports whether an operation on r may matter: r may be tracked, lies in
// a package variable, or is nil.
func (t *taint) followed(r Reg) bool {
	if r < 0 {
		return t.f.Consts[-1-r].Kind == KNil
	}
	return r > 0 && (t.tracked.has(r) || t.global.has(r))
}

// replace gives what stands for an instruction that concerns nobody.
func (t *taint) replace(in *Instr) (Instr, bool) {
	opaque := func() (Instr, bool) {
		if in.Dst <= 0 {
			return Instr{Op: OpNop}, true
		}
		return Instr{Op: OpOpaque, Dst: in.Dst}, true
	}
	switch in.Op {
	case OpCall:
		if in.Follow || in.Waits || t.any(in) || in.Call == CallStatic && (t.creates(in.N) || t.p.Funcs[in.N].Recovers) || in.Call == CallValue && in.A < 0 {
			return Instr{}, false
		}
		if in.Call == CallStatic && t.p.Funcs[in.N].Pos == 0 && slices.ContainsFunc(in.Args, func(r Reg) bool { return r > 0 && t.global.has(r) }) {
			return Instr{}, false // see namesVariable
		}
		if in.Call == CallStatic && t.p.Funcs[in.N].Makes {
			for _, a := range in.Args {
				if a > 0 && t.mayOwn(a, map[Reg]bool{}) {
					return Instr{}, false
				}
			}
		}
		if in.Results > 1 && in.Dst > 0 {
			// Its parts are told apart later.
			return Instr{Op: OpUnknowns, Dst: in.Dst, N: in.Results}, true
		}
		if in.Zero.Flag != 0 && in.Dst > 0 {
			return Instr{Op: OpOpaque, Dst: in.Dst, N: int32(in.Zero.Flag)}, true
		}
		return opaque()
	case OpEscape:
		if !in.Waits && !t.any(in) {
			return opaque()
		}
	case OpLock:
		if !t.followed(in.A) {
			return opaque()
		}
	case OpAdd, OpWait, OpOnceBegin, OpOnceEnd, OpCondEnter, OpCondPark, OpSignal, OpCancel, OpTimerStop, OpTimerFire:
		if !t.followed(in.A) {
			return opaque()
		}
	case OpSend:
		if !t.followed(in.A) && !t.is(in.B) {
			return opaque()
		}
	case OpRecv:
		if !t.followed(in.A) {
			if in.CommaOk && in.Dst > 0 {
				return Instr{Op: OpUnknowns, Dst: in.Dst, N: 2}, true
			}
			return opaque()
		}
	case OpMapSet, OpMapDelete:
		if in.A > 0 && !t.any(in) && !t.mayOwn(in.A, map[Reg]bool{}) {
			return opaque()
		}
	}
	return Instr{}, false
}

// mayOwn reports whether r may be, or lie in, an object of the scope.
func (t *taint) mayOwn(r Reg, seen map[Reg]bool) bool {
	if r <= 0 || seen[r] {
		return false
	}
	seen[r] = true
	if t.owned.has(r) || t.tracked.has(r) {
		return true
	}
	for _, s := range t.defs[r] {
		if t.mayOwn(s, seen) {
			return true
		}
	}
	return false
}
