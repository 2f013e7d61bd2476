package locks

import (
	"go/constant"
	"go/token"
	"go/types"
	"hash/fnv"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A condKey is the subject of a fact: a value (result index of a call included)
// or a memory location. go/ssa shows one condition in three shapes, the same value
// tested twice, a reload of the same memory, and a phi of constants, so a fact
// about a load is kept under both keys.
type condKey struct {
	v    ssa.Value
	idx  int
	path *access.Path
	with any // the other side of a comparison of two variables, or the type of an assertion
}

// valueKey is the canonical subject of v.
func (r *run) valueKey(v ssa.Value) condKey {
	switch e := v.(type) {
	case *ssa.Extract:
		switch t := e.Tuple.(type) {
		case *ssa.Call:
			return condKey{v: t, idx: e.Index}
		case *ssa.Select:
			return condKey{v: t, idx: e.Index}
		case *ssa.TypeAssert: // x.(T) asked again has the same answer
			if p := r.a.prog.Path(t.X); e.Index == 1 && p.Exact() {
				return condKey{path: p, with: t.AssertedType.String()}
			}
		}
	case *ssa.BinOp:
		if e.Op == token.EQL || e.Op == token.NEQ {
			if k, ok := r.pairKey(e.X, e.Y); ok {
				return k
			}
		}
	}
	return condKey{v: v}
}

// pairKey is the subject of a comparison of two variables, whichever side they stand on.
func (r *run) pairKey(x, y ssa.Value) (condKey, bool) {
	if _, isConst := x.(*ssa.Const); isConst {
		return condKey{}, false
	}
	if _, isConst := y.(*ssa.Const); isConst {
		return condKey{}, false
	}
	p, q := r.a.prog.Path(x), r.a.prog.Path(y)
	if !p.Exact() || !q.Exact() {
		return condKey{}, false
	}
	if p.ID() > q.ID() {
		p, q = q, p
	}
	return condKey{path: p, with: q}, true
}

// within reports whether the subject lies in the memory at p.
func (k condKey) within(p *access.Path) bool {
	if k.path != nil && k.path.HasPrefix(p) {
		return true
	}
	q, ok := k.with.(*access.Path)
	return ok && q.HasPrefix(p)
}

// memKey is the memory that v was loaded from, if it was.
func (r *run) memKey(v ssa.Value) (condKey, bool) {
	if arg := lenOf(v); arg != nil {
		if p := r.a.prog.Path(arg); p.Exact() {
			return condKey{path: p, with: "len"}, true
		}
	}
	u, ok := v.(*ssa.UnOp)
	if !ok || u.Op != token.MUL {
		return condKey{}, false
	}
	return r.addrKey(u.X)
}

// lenOf is x of a value len(x), nil for others.
func lenOf(v ssa.Value) ssa.Value {
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "len" {
		return call.Call.Args[0]
	}
	return nil
}

// addrKey is the subject of the memory at addr. Locals with a single store share
// their path with the value stored, which is a subject of its own, so they are
// keyed by the variable.
func (r *run) addrKey(addr ssa.Value) (condKey, bool) {
	if a, ok := r.a.prog.Lexical(addr).(*ssa.Alloc); ok {
		return condKey{v: a, idx: -1}, true
	}
	p := r.a.prog.Path(addr)
	if !p.Exact() {
		return condKey{}, false
	}
	return condKey{path: p}, true
}

// id interns a key; only tracked subjects have one.
func (r *run) id(k condKey) int {
	if i, ok := r.keys[k]; ok {
		return i
	}
	i := len(r.keyList)
	if r.asked[k] > 1 {
		i |= sticky
	}
	if a, ok := k.v.(*ssa.Alloc); ok && (strings.HasPrefix(a.Comment, "jump$") || r.capturedFlag(k, a)) {
		i |= sticky
	}
	r.keys[k] = i
	r.keyList = append(r.keyList, k)
	return i
}

// sticky marks the numbers of subjects whose facts keep states apart: the cells
// in which bodies of range-over-func loops say where to go on, flags by which a
// deferred literal decides whether to unlock, and dynamic types asked for again. Merged, every return of the body
// would look possible after each of its ways out.
const sticky = 1 << 20

// maxFlags bounds the flags of a literal that keep states apart.
const maxFlags = 3

// capturedFlag reports whether a is a boolean of the enclosing function that a
// literal tests, one of the first few.
func (r *run) capturedFlag(k condKey, a *ssa.Alloc) bool {
	if k.idx >= 0 || a.Parent() == r.fn || r.flags >= maxFlags {
		return false
	}
	b, ok := a.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Basic)
	if !ok || b.Info()&types.IsBoolean == 0 {
		return false
	}
	r.flags++
	return true
}

// subject is the subject with the given number.
func (r *run) subject(key int) condKey { return r.keyList[key&^sticky] }

// track makes v's subjects known to the analysis.
func (r *run) track(v ssa.Value) {
	if _, isConst := v.(*ssa.Const); isConst {
		return
	}
	r.id(r.valueKey(v))
	if k, ok := r.memKey(v); ok {
		r.id(k)
	}
}

// tracked finds the number of a subject that some branch tests.
func (r *run) tracked(k condKey) (int, bool) {
	i, ok := r.keys[k]
	return i, ok
}

// collectConds finds the values worth remembering: those that branches test.
func (r *run) collectConds() {
	r.asked = make(map[condKey]int)
	for _, b := range r.fn.Blocks {
		for _, instr := range b.Instrs {
			if e, ok := instr.(*ssa.Extract); ok {
				if _, ok := e.Tuple.(*ssa.TypeAssert); ok && e.Index == 1 {
					r.asked[r.valueKey(e)]++
				}
			}
		}
	}
	for _, anon := range r.fn.AnonFuncs {
		r.collectCaptured(anon)
	}
	for _, b := range r.fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.If:
				if x, _, ok := r.test(instr.Cond); ok {
					r.trackDeep(x, 0)
				}
			case *ssa.Return:
				for _, v := range instr.Results {
					if isTestable(v.Type()) {
						r.trackDeep(v, 0)
					}
				}
			}
		}
	}
}

// collectCaptured tracks the variables that function literals test: their
// conditions are the caller's facts.
func (r *run) collectCaptured(lit *ssa.Function) {
	for _, b := range lit.Blocks {
		for _, instr := range b.Instrs {
			br, ok := instr.(*ssa.If)
			if !ok {
				continue
			}
			x, _, ok := r.test(br.Cond)
			if !ok {
				continue
			}
			if u, isLoad := x.(*ssa.UnOp); isLoad {
				if a, ok := r.a.prog.Lexical(u.X).(*ssa.Alloc); ok && ssabuild.Encloses(a.Parent(), r.fn) {
					r.id(condKey{v: a, idx: -1})
				}
			}
		}
	}
	for _, anon := range lit.AnonFuncs {
		r.collectCaptured(anon)
	}
}

// trackDeep tracks v and, through phis and stores of locals, the values that v may be:
// only to a small depth, as generated code nests conditions without end.
func (r *run) trackDeep(v ssa.Value, depth int) {
	if depth > 3 {
		return
	}
	if _, seen := r.keys[r.valueKey(v)]; seen {
		return
	}
	r.track(v)
	if phi, ok := v.(*ssa.Phi); ok {
		for _, e := range phi.Edges {
			r.trackDeep(e, depth+1)
		}
	}
	if k, ok := r.memKey(v); ok && k.v != nil {
		if a, ok := k.v.(*ssa.Alloc); ok {
			for _, st := range r.a.prog.StoresTo(a) {
				if st.Parent() == r.fn {
					r.trackDeep(st.Val, depth+1)
				}
			}
		}
	}
}

func isTestable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsBoolean != 0
	case *types.Pointer, *types.Interface, *types.Map, *types.Slice, *types.Chan, *types.Signature:
		return true
	}
	return false
}

// test decodes a branch condition: x has value val when the condition is true.
// Only one comparison deep: deeper keys blew up on hash functions and told nothing.
func (r *run) test(cond ssa.Value) (x ssa.Value, val model.Val, ok bool) {
	switch c := cond.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			x, val, ok = r.test(c.X)
			return x, val.Not(), ok
		}
	case *ssa.BinOp:
		if c.Op == token.GTR && lenOf(c.X) != nil && isZero(c.Y) || c.Op == token.LSS && lenOf(c.Y) != nil && isZero(c.X) {
			x := c.X // len(x) > 0 is len(x) != 0
			if c.Op == token.LSS {
				x = c.Y
			}
			return x, model.Val{Kind: model.Neq}, true
		}
		if c.Op != token.EQL && c.Op != token.NEQ {
			break
		}
		x, k := c.X, c.Y
		if _, isConst := x.(*ssa.Const); isConst {
			x, k = k, x
		}
		kc, isConst := k.(*ssa.Const)
		if !isConst {
			if _, ok := r.pairKey(c.X, c.Y); !ok {
				break
			}
			// The subject of both == and != is that the two are equal.
			val = model.Val{Kind: model.True}
			if c.Op == token.NEQ {
				val = val.Not()
			}
			return c, val, true
		}
		val = r.constVal(kc)
		if val.Kind == model.NoVal {
			break
		}
		if c.Op == token.NEQ {
			val = val.Not()
		}
		return x, val, true
	case *ssa.Const:
		return nil, model.Val{}, false
	}
	if b, isBool := cond.Type().Underlying().(*types.Basic); isBool && b.Info()&types.IsBoolean != 0 {
		return cond, model.Val{Kind: model.True}, true
	}
	return nil, model.Val{}, false
}

func isZero(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.Value != nil && c.Value.Kind() == constant.Int && constant.Sign(c.Value) == 0
}

// constVal is the fact that a value equals the constant.
func (r *run) constVal(c *ssa.Const) model.Val {
	if c.IsNil() {
		return model.Val{Kind: model.Nil}
	}
	if c.Value == nil {
		return model.Val{}
	}
	switch c.Value.Kind() {
	case constant.Bool:
		if constant.BoolVal(c.Value) {
			return model.Val{Kind: model.True}
		}
		return model.Val{Kind: model.False}
	case constant.Int:
		if n, exact := constant.Int64Val(c.Value); exact {
			return model.Val{Kind: model.Eq, N: n}
		}
	case constant.String:
		return model.Val{Kind: model.Eq, N: stringNumber(constant.StringVal(c.Value))}
	}
	return model.Val{}
}

// stringNumber stands for a string constant in facts. A collision would only
// equate two labels of one function.
func stringNumber(s string) int64 {
	h := fnv.New64a()
	h.Write([]byte(s))
	return int64(h.Sum64())
}

// eval is what is known of v in state s.
func (r *run) eval(s *state, v ssa.Value) model.Val {
	if v == nil {
		return model.Val{}
	}
	switch c := v.(type) {
	case *ssa.Const:
		return r.constVal(c)
	case *ssa.UnOp:
		if c.Op == token.NOT {
			return r.eval(s, c.X).Not()
		}
	case *ssa.BinOp:
		x, val, ok := r.test(c)
		if ok && x == ssa.Value(c) {
			if i, tracked := r.tracked(r.valueKey(c)); tracked {
				if known := s.get(i); c.Op == token.NEQ {
					return known.Not()
				} else {
					return known
				}
			}
			return model.Val{}
		}
		if ok {
			known := r.eval(s, x)
			switch {
			case known.Implies(val):
				return model.Val{Kind: model.True}
			case known.Contradicts(val):
				return model.Val{Kind: model.False}
			}
		}
	}
	if i, ok := r.tracked(r.valueKey(v)); ok {
		if val := s.get(i); val.Kind != model.NoVal {
			return val
		}
	}
	if k, ok := r.memKey(v); ok {
		if i, ok := r.tracked(k); ok {
			if val := s.get(i); val.Kind != model.NoVal {
				return val
			}
		}
	}
	if r.a.prog.NonNil(v) {
		return model.Val{Kind: model.NonNil}
	}
	return model.Val{}
}

// learn records that v is val, under the value and the memory it came from.
func (r *run) learn(s *state, v ssa.Value, val model.Val) *state {
	if i, ok := r.tracked(r.valueKey(v)); ok {
		s = s.set(i, val)
	}
	if k, ok := r.memKey(v); ok {
		if i, ok := r.tracked(k); ok {
			s = s.set(i, val)
		}
	}
	return s
}

// branch refines s for the edge of an If on which its condition is taken; ok is
// false if what is known rules the edge out.
func (r *run) branch(s *state, cond ssa.Value, taken bool) (_ *state, ok bool) {
	if c, isConst := cond.(*ssa.Const); isConst && c.Value != nil && c.Value.Kind() == constant.Bool {
		return s, constant.BoolVal(c.Value) == taken
	}
	x, val, ok := r.test(cond)
	if !ok {
		return s, true
	}
	if !taken {
		val = val.Not()
	}
	known := r.eval(s, x)
	if c, isPair := x.(*ssa.BinOp); isPair && c.Op == token.NEQ {
		known = known.Not() // the subject is equality, see test
	}
	if known.Contradicts(val) {
		return s, false
	}
	if known.Kind == model.Eq && val.Kind == model.Neq {
		return s, true // the sharper fact stays
	}
	return r.learn(s, x, val), true
}

// enter applies the phis of block b for the edge from predecessor index pred.
func (r *run) enter(s *state, b *ssa.BasicBlock, pred int) *state {
	s = r.endIteration(s, b, b.Preds[pred])
	type update struct {
		key int
		val model.Val
	}
	var ups []update
	for _, instr := range b.Instrs {
		phi, ok := instr.(*ssa.Phi)
		if !ok {
			break
		}
		if i, ok := r.tracked(condKey{v: phi}); ok {
			ups = append(ups, update{i, r.eval(s, phi.Edges[pred])})
		}
		s = r.stale(s, phi)
	}
	for _, u := range ups { // all at once: phis read the old values
		s = s.set(u.key, u.val)
	}
	return s
}

// lockView resolves a Locker that stands for a lock in another mode.
func lockView(p *access.Path, mode api.Mode) (*access.Path, api.Mode) {
	if p.Selector() == readView {
		return p.Parent(), api.Read
	}
	return p, mode
}

// readView is the selector under which RWMutex.RLocker appears in a path.
const readView = "(R)"
