package ssabuild

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/types/typeutil"

	"github.com/conclint/conclint/internal/api"
)

// Effect is what the table says about a call; ok is false for functions it does
// not know, and for those of the package itself, whose bodies say more.
func (p *Program) Effect(common *ssa.CallCommon) (api.Effect, bool) {
	fn := StaticCallee(common)
	if fn == nil || fn.Pkg() == p.Types {
		return api.Effect{}, false
	}
	return p.API.Lookup(fn)
}

// Ends reports whether a call goes through a package variable that is declared to be a function which does not return,
// such as var osExit = os.Exit: it is one for the sake of tests, which may set it to something else.
func (p *Program) Ends(common *ssa.CallCommon) bool {
	load, ok := common.Value.(*ssa.UnOp)
	if !ok || common.IsInvoke() {
		return false
	}
	g, ok := load.X.(*ssa.Global)
	if !ok || g.Pkg != p.SSA || p.globals[g] == nil || p.globals[g].initial == nil {
		return false
	}
	fn, ok := Unconverted(p.globals[g].initial).(*ssa.Function)
	if !ok {
		return false
	}
	eff, ok := p.API.Lookup(objectOf(fn))
	return ok && (eff.Op == api.Exit || eff.Op == api.Goexit)
}

// EffectOfCall is what the table says about a call as it stands in the source; ok as for [Program.Effect].
func (p *Program) EffectOfCall(call *ast.CallExpr) (api.Effect, bool) {
	fn, ok := typeutil.Callee(p.Info, call).(*types.Func) // of an interface too
	if !ok || fn.Pkg() == p.Types {
		return api.Effect{}, false
	}
	return p.API.Lookup(fn)
}

// MethodFor is the method of a type, or of a pointer to it, that does op, as the table says; nil if it has none.
func (p *Program) MethodFor(t types.Type, op api.Op) *types.Func {
	if _, ok := types.Unalias(t).(*types.Pointer); !ok {
		t = types.NewPointer(t)
	}
	methods := types.NewMethodSet(t)
	for i := range methods.Len() {
		fn, ok := methods.At(i).Obj().(*types.Func)
		if !ok || fn.Pkg() == p.Types {
			continue
		}
		if eff, ok := p.API.Lookup(fn); ok && eff.Op == op {
			return fn
		}
	}
	return nil
}

// Receiver is the value a method call operates on, or argument 0 for package
// functions whose subject it is; nil if there is none.
func Receiver(common *ssa.CallCommon) ssa.Value {
	if common.IsInvoke() {
		return common.Value
	}
	if mk, ok := common.Value.(*ssa.MakeClosure); ok && len(mk.Bindings) == 1 && mk.Fn.(*ssa.Function).Parent() == nil {
		return mk.Bindings[0]
	}
	if len(common.Args) > 0 {
		return common.Args[0]
	}
	return nil
}

// Arg is argument i of a call, not counting the receiver; nil if there is none.
func Arg(common *ssa.CallCommon, i int) ssa.Value {
	if i < 0 {
		return nil
	}
	if !common.IsInvoke() && common.Signature().Recv() != nil {
		if _, bound := common.Value.(*ssa.MakeClosure); !bound {
			i++
		}
	}
	if i >= len(common.Args) {
		return nil
	}
	return common.Args[i]
}

// NonNil reports whether v is certainly not nil: allocations, closures, values
// converted to interfaces, results of errors.New and the like, and sentinel
// errors (package-level variables set once, by their initialiser, to such a value).
func (p *Program) NonNil(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Alloc, *ssa.MakeClosure, *ssa.MakeChan, *ssa.MakeMap, *ssa.MakeSlice, *ssa.Function, *ssa.FieldAddr, *ssa.IndexAddr, *ssa.Global:
		return true
	case *ssa.MakeInterface:
		return true
	case *ssa.ChangeInterface:
		return p.NonNil(v.X)
	case *ssa.ChangeType:
		return p.NonNil(v.X)
	case *ssa.Call:
		if e, ok := p.Effect(v.Common()); ok {
			return e.Op == api.ErrorNew
		}
		return makesError(v.Common().StaticCallee())
	case *ssa.UnOp:
		if g, ok := v.X.(*ssa.Global); ok && v.Op == token.MUL {
			return p.sentinel(g)
		}
	}
	return false
}

// makesError: packages that stand in for errors name their constructors as it does.
func makesError(fn *ssa.Function) bool {
	if fn == nil || fn.Pkg == nil || fn.Signature.Recv() != nil {
		return false
	}
	res := fn.Signature.Results()
	if res.Len() != 1 || !isError(res.At(0).Type()) {
		return false
	}
	switch fn.Pkg.Pkg.Name() {
	case "errors", "xerrors", "errs", "errorx", "eris", "fserrors", "errdefs":
		switch fn.Name() {
		case "New", "Newf", "Errorf":
			return true
		}
	}
	return false
}

// sentinel reports whether g is an error variable that is never nil. Variables
// of other packages count when they are errors by type and name (io.EOF, ErrX):
// nobody assigns nil to another package's sentinel.
func (p *Program) sentinel(g *ssa.Global) bool {
	ptr, ok := g.Type().Underlying().(*types.Pointer)
	if !ok || !types.IsInterface(ptr.Elem()) || !isError(ptr.Elem()) {
		return false
	}
	if g.Pkg != p.SSA {
		return true
	}
	init := p.globals[g]
	if init == nil {
		return true // set by other packages, or a nil sentinel, which would be a bug of its own
	}
	return init.stores == 1 && p.NonNil(init.value)
}

func isError(t types.Type) bool {
	return types.Identical(t, types.Universe.Lookup("error").Type())
}

// InstrPos is a position for instr: its own, or that of the nearest instruction
// before it in its block or its only predecessors, as an implicit return has none.
func InstrPos(instr ssa.Instruction) token.Pos {
	if pos := instr.Pos(); pos.IsValid() {
		return pos
	}
	b := instr.Block()
	if _, isReturn := instr.(*ssa.Return); isReturn && b != nil && b.Parent().Syntax() != nil {
		if pos := lastPos(b, instr); pos.IsValid() {
			return pos
		}
		return b.Parent().Syntax().End() - 1
	}
	for hops := 0; b != nil && hops < 8; hops++ {
		if pos := lastPos(b, instr); pos.IsValid() {
			return pos
		}
		if len(b.Preds) != 1 {
			break
		}
		b = b.Preds[0]
	}
	return instr.Parent().Pos()
}

func lastPos(b *ssa.BasicBlock, before ssa.Instruction) token.Pos {
	pos := token.NoPos
	for _, i := range b.Instrs {
		if i == before {
			break
		}
		if q := i.Pos(); q.IsValid() {
			pos = q
		}
	}
	return pos
}

// PredIndex is the position of the edge from b to its successor k among the predecessors of that block. Both edges of an
// If may lead to one block; they keep their order there.
func PredIndex(b *ssa.BasicBlock, k int) int {
	succ, nth := b.Succs[k], 0
	for _, s := range b.Succs[:k] {
		if s == succ {
			nth++
		}
	}
	for i, p := range succ.Preds {
		if p != b {
			continue
		}
		if nth == 0 {
			return i
		}
		nth--
	}
	return 0
}
