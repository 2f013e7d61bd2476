package skeleton

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// A Compiler turns the functions of one package into skeletons, each once.
type Compiler struct {
	prog   *ssabuild.Program
	types  *typeTable
	consts compress
	tags   tags
	rel    map[*ssa.Function]relevance
	born   map[*ssa.Function]births

	P   *explore.Program
	pre *explore.Prelude

	funcs   map[*ssa.Function]*explore.Func
	ssaOf   map[*explore.Func]*ssa.Function
	sites   map[ssa.Value]int32
	globals map[*ssa.Global]int32

	noSimplify bool // for differential tests
}

func newCompiler(prog *ssabuild.Program) *Compiler {
	c := &Compiler{
		prog: prog, types: newTypeTable(), consts: newCompress(prog), tags: newTags(prog),
		P:       explore.NewProgram(),
		funcs:   make(map[*ssa.Function]*explore.Func),
		ssaOf:   make(map[*explore.Func]*ssa.Function),
		sites:   make(map[ssa.Value]int32),
		globals: make(map[*ssa.Global]int32),
	}
	c.pre = explore.NewPrelude(c.P)
	c.P.Method = c.methodFor
	c.P.Implements = func(typ, target int32) bool {
		from, to := c.types.typ(typ), c.types.typ(target)
		if from == nil || to == nil {
			return true
		}
		iface, ok := to.Underlying().(*types.Interface)
		return ok && types.Implements(from, iface)
	}
	c.solveRelevance()
	c.solveBirths()
	return c
}

// methodFor finds the body of a method for a dynamic type.
func (c *Compiler) methodFor(typ, method int32) *explore.Func {
	t := c.types.typ(typ)
	if t == nil {
		return nil
	}
	m := c.types.byID[method]
	sel := c.prog.SSA.Prog.MethodSets.MethodSet(t).Lookup(m.Pkg(), m.Name())
	if sel == nil || types.IsInterface(t) {
		return nil
	}
	return c.funcFor(c.prog.SSA.Prog.MethodValue(sel))
}

// funcFor is the skeleton of fn, nil if its code is elsewhere.
func (c *Compiler) funcFor(fn *ssa.Function) *explore.Func {
	if fn == nil {
		return nil
	}
	if b := c.prog.Body(fn); b != nil {
		fn = b
	}
	if f, ok := c.funcs[fn]; ok {
		return f
	}
	if fn.Blocks == nil {
		return nil
	}
	rel := c.relevanceOf(fn)
	f := &explore.Func{
		Name: ssabuild.FuncName(fn), Pos: explore.Pos(fn.Pos()),
		Params: len(fn.Params), Free: len(fn.FreeVars), Results: fn.Signature.Results().Len(),
		Recover: -1, Touches: rel.touches, Makes: c.born[fn].fills, Creates: c.born[fn].returns || c.born[fn].builds,
		Recovers: recovers(fn),
	}
	c.funcs[fn] = f
	c.ssaOf[f] = fn
	return c.P.AddFunc(f, func(f *explore.Func) { c.compile(fn, f) })
}

func recovers(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if call, ok := in.(*ssa.Call); ok {
				if b, ok := call.Call.Value.(*ssa.Builtin); ok && b.Name() == "recover" {
					return true
				}
			}
		}
	}
	return false
}

// site is the allocation site of the object that v makes.
func (c *Compiler) site(v ssa.Value, sync bool) int32 {
	if s, ok := c.sites[v]; ok {
		return s
	}
	peer := sync
	if alloc, ok := v.(*ssa.Alloc); ok {
		peer = c.types.holdsPeer(pointee(alloc.Type()))
	}
	s := c.P.AddSite(explore.Site{Pos: explore.Pos(v.Pos()), Name: v.Name(), Sync: sync, Peer: peer})
	c.sites[v] = s
	return s
}

// A funcCompiler compiles one function.
type funcCompiler struct {
	*Compiler
	fn   *ssa.Function
	b    *explore.Builder
	regs map[ssa.Value]explore.Reg
}

func (c *Compiler) compile(fn *ssa.Function, f *explore.Func) {
	fc := &funcCompiler{Compiler: c, fn: fn, b: explore.Rebuild(f), regs: make(map[ssa.Value]explore.Reg)}
	f.Plain = make(map[explore.Reg]bool)
	f.Data = make(map[explore.Reg]bool)
	for i, p := range fn.Params {
		fc.regs[p] = fc.b.Param(i)
		fc.noteData(p)
	}
	for i, v := range fn.FreeVars {
		fc.regs[v] = fc.b.Param(len(fn.Params) + i)
		fc.noteData(v)
	}
	for i := 1; i < len(fn.Blocks); i++ {
		fc.b.Block()
	}
	for _, blk := range fn.Blocks {
		fc.b.At(int32(blk.Index))
		for _, in := range blk.Instrs {
			fc.instr(in)
		}
	}
	if fn.Recover != nil {
		f.Recover = int32(fn.Recover.Index)
	}
	if !c.noSimplify {
		explore.Simplify(f)
	}
}

// dst is the register of v's result, none for mere data.
func (fc *funcCompiler) dst(v ssa.Value) explore.Reg {
	t := v.Type()
	if plain(t) && !fc.tags.holds(v) {
		return 0
	}
	if r, ok := fc.regs[v]; ok {
		return r
	}
	r := fc.b.Reg()
	fc.regs[v] = r
	fc.noteData(v)
	if b, ok := t.Underlying().(*types.Basic); ok && b.Info()&(types.IsInteger|types.IsString) != 0 {
		fc.b.F.Plain[r] = true
	}
	return r
}

// noteData marks the register of v if its type leads to no synchronisation object.
func (fc *funcCompiler) noteData(v ssa.Value) {
	if !fc.types.leads(v.Type()) {
		fc.b.F.Data[fc.regs[v]] = true
	}
}

// use is the operand for v.
func (fc *funcCompiler) use(v ssa.Value) explore.Reg {
	switch v := v.(type) {
	case nil:
		return 0
	case *ssa.Const:
		return fc.constant(v)
	case *ssa.Function:
		if f := fc.funcFor(v); f != nil {
			return fc.b.Const(explore.FuncVal(f))
		}
		return fc.b.Def(explore.Instr{Op: explore.OpOpaque, N: int32(explore.FNonNil)})
	case *ssa.Global:
		n, ok := fc.globals[v]
		if !ok {
			n = int32(len(fc.globals))
			fc.globals[v] = n
		}
		return fc.b.Def(explore.Instr{Op: explore.OpGlobal, N: n})
	case *ssa.Builtin:
		return 0
	}
	return fc.dst(v)
}

func (fc *funcCompiler) constant(v *ssa.Const) explore.Reg {
	if v.Value == nil {
		switch v.Type().Underlying().(type) {
		case *types.Struct, *types.Array:
			return fc.b.Const(explore.ZeroAgg())
		case *types.Basic:
			return 0
		}
		return fc.b.Const(explore.Nil())
	}
	if n, ok := constInt(v); ok {
		if m, ok := fc.consts.of(n); ok {
			return fc.b.Const(explore.Int(int(m)))
		}
		return fc.opaque(true)
	}
	if b, ok := v.Type().Underlying().(*types.Basic); ok && b.Info()&types.IsBoolean != 0 {
		return fc.b.Const(explore.Bool(v.Value.String() == "true"))
	}
	return 0
}

func (fc *funcCompiler) opaque(derived bool) explore.Reg {
	flags := int32(0)
	if derived {
		flags = int32(explore.FDerived)
	}
	return fc.b.Def(explore.Instr{Op: explore.OpOpaque, N: flags})
}

// unknown makes the result of v a fresh symbol.
func (fc *funcCompiler) unknown(v ssa.Value, flags uint8) {
	if d := fc.dst(v); d != 0 {
		fc.b.Emit(explore.Instr{Op: explore.OpOpaque, Dst: d, N: int32(flags)})
	}
}

func (fc *funcCompiler) emit(in explore.Instr) { fc.b.Emit(in) }

func pos(p token.Pos) explore.Pos { return explore.Pos(p) }
