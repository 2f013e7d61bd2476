package skeleton

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// instr compiles one instruction.
func (fc *funcCompiler) instr(in ssa.Instruction) {
	at := pos(in.Pos())
	switch in := in.(type) {
	case *ssa.Alloc:
		fc.emit(explore.Instr{Op: explore.OpAlloc, Dst: fc.dst(in), N: fc.site(in, fc.types.holdsSync(pointee(in.Type())))})
	case *ssa.BinOp:
		fc.binop(in)
	case *ssa.UnOp:
		fc.unop(in, at)
	case *ssa.Call:
		fc.call(in, &in.Call, explore.CallNow, in)
	case *ssa.Go:
		fc.call(in, &in.Call, explore.CallGo, nil)
	case *ssa.Defer:
		fc.call(in, &in.Call, explore.CallDefer, nil)
	case *ssa.ChangeInterface:
		fc.move(in, in.X)
	case *ssa.ChangeType:
		fc.move(in, in.X)
	case *ssa.Convert:
		if isInt(in.Type()) && isInt(in.X.Type()) {
			fc.move(in, in.X)
		} else {
			fc.unknown(in, 0)
		}
	case *ssa.Extract:
		if d := fc.dst(in); d != 0 {
			fc.emit(explore.Instr{Op: explore.OpExtract, Dst: d, A: fc.use(in.Tuple), N: int32(in.Index)})
		}
	case *ssa.Field:
		if d := fc.dst(in); d != 0 {
			fc.emit(explore.Instr{Op: explore.OpFieldVal, Dst: d, A: fc.use(in.X), N: int32(in.Field), Zero: zero(in.Type())})
		}
	case *ssa.FieldAddr:
		sel := int32(in.Field)
		if syncName(pointee(in.X.Type())) == "Cond" && in.Field == condFieldL {
			sel = explore.CondLocker
		}
		fc.emit(explore.Instr{Op: explore.OpField, Dst: fc.dst(in), A: fc.use(in.X), N: sel, Pos: at})
	case *ssa.IndexAddr:
		fc.emit(explore.Instr{Op: explore.OpIndexAddr, Dst: fc.dst(in), A: fc.use(in.X), B: fc.use(in.Index)})
	case *ssa.Lookup:
		if _, ok := in.X.Type().Underlying().(*types.Map); !ok || plainContainer(in.X.Type()) {
			if in.CommaOk {
				fc.emit(explore.Instr{Op: explore.OpTuple, Dst: fc.dst(in), Args: []explore.Reg{fc.opaque(false), fc.opaque(false)}})
				break
			}
			fc.unknown(in, 0)
			break
		}
		fc.emit(explore.Instr{Op: explore.OpMapGet, Dst: fc.dst(in), A: fc.use(in.X), B: fc.use(in.Index), CommaOk: in.CommaOk, Zero: zero(elem(in.X.Type()))})
	case *ssa.MakeChan:
		fc.emit(explore.Instr{Op: explore.OpMakeChan, Dst: fc.dst(in), A: fc.use(in.Size), N: fc.site(in, true), Pos: at})
	case *ssa.MakeClosure:
		fc.closure(in)
	case *ssa.MakeInterface:
		fc.emit(explore.Instr{Op: explore.OpIface, Dst: fc.dst(in), A: fc.use(in.X), N: fc.types.id(in.X.Type())})
	case *ssa.MakeMap:
		if plainContainer(in.Type()) {
			fc.unknown(in, explore.FNonNil)
			break
		}
		fc.emit(explore.Instr{Op: explore.OpMakeMap, Dst: fc.dst(in), N: fc.site(in, false)})
	case *ssa.MakeSlice:
		if d := fc.dst(in); d != 0 {
			fc.emit(explore.Instr{Op: explore.OpMakeSlice, Dst: d, A: fc.use(in.Len), N: fc.site(in, false)})
		}
	case *ssa.Range:
		if _, ok := in.X.Type().Underlying().(*types.Map); ok {
			fc.emit(explore.Instr{Op: explore.OpRange, Dst: fc.dst(in), A: fc.use(in.X)})
		}
	case *ssa.Next:
		if in.IsString {
			fc.emit(explore.Instr{Op: explore.OpTuple, Dst: fc.dst(in), Args: []explore.Reg{fc.opaque(true), fc.opaque(true), fc.opaque(true)}})
			break
		}
		fc.emit(explore.Instr{Op: explore.OpNext, Dst: fc.dst(in), A: fc.use(in.Iter)})
	case *ssa.Select:
		fc.selects(in, at)
	case *ssa.Slice:
		if d := fc.dst(in); d != 0 {
			high := fc.use(in.High)
			if arr, ok := pointee(in.X.Type()).Underlying().(*types.Array); ok && in.High == nil && arr.Len() < 60 {
				high = fc.b.Const(explore.Int(int(arr.Len())))
			}
			fc.emit(explore.Instr{Op: explore.OpSlice, Dst: d, A: fc.use(in.X), B: fc.use(in.Low), C: high})
		}
	case *ssa.TypeAssert:
		fc.emit(explore.Instr{Op: explore.OpAssert, Dst: fc.dst(in), A: fc.use(in.X), N: fc.types.id(in.AssertedType),
			ToIface: types.IsInterface(in.AssertedType), CommaOk: in.CommaOk, Zero: zero(in.AssertedType), Pos: at})
	case *ssa.Send:
		fc.emit(explore.Instr{Op: explore.OpSend, A: fc.use(in.Chan), B: fc.use(in.X), Pos: at})
	case *ssa.Store:
		if fc.tags.slot(in.Addr) {
			fc.emit(explore.Instr{Op: explore.OpStore, A: fc.use(in.Addr), B: fc.text(in.Val), Pos: at})
		} else if !plain(in.Val.Type()) && !plainSlot(in.Addr) {
			fc.emit(explore.Instr{Op: explore.OpStore, A: fc.use(in.Addr), B: fc.use(in.Val), Pos: at})
		}
	case *ssa.MapUpdate:
		if !plainContainer(in.Map.Type()) {
			fc.emit(explore.Instr{Op: explore.OpMapSet, A: fc.use(in.Map), B: fc.use(in.Key), C: fc.use(in.Value), Pos: at})
		}
	case *ssa.If:
		cond := fc.use(in.Cond)
		fc.emit(explore.Instr{Op: explore.OpIf, A: cond, Succs: fc.edges(in.Block()), Pos: condPos(in)})
	case *ssa.Jump:
		fc.emit(explore.Instr{Op: explore.OpJump, Succs: fc.edges(in.Block())})
	case *ssa.Return:
		args := make([]explore.Reg, len(in.Results))
		for i, v := range in.Results {
			args[i] = fc.use(v)
		}
		fc.emit(explore.Instr{Op: explore.OpReturn, Args: args, Pos: pos(ssabuild.InstrPos(in))})
	case *ssa.Panic:
		fc.emit(explore.Instr{Op: explore.OpPanic, Pos: at})
	case *ssa.RunDefers:
		fc.emit(explore.Instr{Op: explore.OpRunDefers, Pos: pos(ssabuild.InstrPos(in))})
	case *ssa.DebugRef, *ssa.Phi:
	default:
		if v, ok := in.(ssa.Value); ok {
			fc.unknown(v, 0)
		}
	}
}

// plainSlot reports whether an address is an element of a container of data.
func plainSlot(addr ssa.Value) bool {
	ia, ok := addr.(*ssa.IndexAddr)
	return ok && (plainContainer(ia.X.Type()) || plainContainer(pointee(ia.X.Type())))
}

// condFieldL is the index of the field L of sync.Cond.
const condFieldL = 1

// condPos is where a decision stands: at its condition.
func condPos(in *ssa.If) explore.Pos {
	if p := in.Cond.Pos(); p.IsValid() {
		return pos(p)
	}
	return pos(ssabuild.InstrPos(in))
}

func isInt(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsInteger != 0
}

func elem(t types.Type) types.Type {
	switch u := t.Underlying().(type) {
	case *types.Map:
		return u.Elem()
	case *types.Slice:
		return u.Elem()
	case *types.Chan:
		return u.Elem()
	}
	return types.Typ[types.Invalid]
}

func (fc *funcCompiler) move(v ssa.Value, from ssa.Value) {
	if d := fc.dst(v); d != 0 {
		fc.emit(explore.Instr{Op: explore.OpMove, Dst: d, A: fc.use(from)})
	}
}

// edges lists the successors of a block with the moves of their phis.
func (fc *funcCompiler) edges(b *ssa.BasicBlock) []explore.Edge {
	out := make([]explore.Edge, len(b.Succs))
	for i, s := range b.Succs {
		e := explore.Edge{Block: int32(s.Index)}
		p := ssabuild.PredIndex(b, i)
		for _, in := range s.Instrs {
			phi, ok := in.(*ssa.Phi)
			if !ok {
				break
			}
			if d := fc.dst(phi); d != 0 {
				e.Moves = append(e.Moves, explore.Move{Dst: d, Src: fc.use(phi.Edges[p])})
			}
		}
		out[i] = e
	}
	return out
}

func (fc *funcCompiler) binop(in *ssa.BinOp) {
	d := fc.dst(in)
	if d == 0 {
		return
	}
	var op explore.Cmp
	switch in.Op {
	case token.EQL:
		op = explore.Eq
	case token.NEQ:
		op = explore.Ne
	case token.LSS:
		op = explore.Lt
	case token.LEQ:
		op = explore.Le
	case token.GTR:
		op = explore.Gt
	case token.GEQ:
		op = explore.Ge
	case token.ADD, token.SUB:
		if isInt(in.Type()) {
			n := int32(0)
			if in.Op == token.SUB {
				n = 1
			}
			fc.emit(explore.Instr{Op: explore.OpArith, Dst: d, A: fc.use(in.X), B: fc.use(in.Y), N: n})
			return
		}
		fallthrough
	default:
		fc.unknown(in, explore.FDerived)
		return
	}
	if isString(in.X.Type()) && (op == explore.Eq || op == explore.Ne) && (fc.tags.holds(in.X) || fc.tags.holds(in.Y)) {
		fc.emit(explore.Instr{Op: explore.OpBin, Dst: d, A: fc.text(in.X), B: fc.text(in.Y), N: op})
		return
	}
	if plain(in.X.Type()) {
		fc.unknown(in, 0)
		return
	}
	fc.emit(explore.Instr{Op: explore.OpBin, Dst: d, A: fc.use(in.X), B: fc.use(in.Y), N: op, Bound: boundsLoop(in)})
}

// boundsLoop reports whether a comparison decides how often a loop runs: it
// stands where a loop begins or ends a round and has an induction variable on one
// side, or is one of the two that a range over an integer is made of.
func boundsLoop(in *ssa.BinOp) bool {
	b := in.Block()
	if !isInt(in.X.Type()) || len(b.Instrs) == 0 {
		return false
	}
	t, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
	if !ok || t.Cond != ssa.Value(in) {
		return false
	}
	if b.Succs[0].Comment == "rangeint.body" {
		return true
	}
	header := slices.ContainsFunc(b.Preds, b.Dominates) ||
		slices.ContainsFunc(b.Succs, func(s *ssa.BasicBlock) bool { return s.Dominates(b) })
	induction := func(v ssa.Value) bool {
		if add, ok := v.(*ssa.BinOp); ok && (add.Op == token.ADD || add.Op == token.SUB) {
			v = add.X
		}
		phi, ok := v.(*ssa.Phi)
		if !ok {
			return false
		}
		for _, e := range phi.Edges {
			if add, ok := e.(*ssa.BinOp); ok && (add.X == ssa.Value(phi) || add.Y == ssa.Value(phi)) {
				return true
			}
		}
		return false
	}
	return header && (induction(in.X) || induction(in.Y))
}

func (fc *funcCompiler) unop(in *ssa.UnOp, at explore.Pos) {
	switch in.Op {
	case token.ARROW:
		fc.emit(explore.Instr{Op: explore.OpRecv, Dst: fc.dst(in), A: fc.use(in.X), CommaOk: in.CommaOk, Zero: zero(elem(in.X.Type())), Pos: at})
	case token.MUL:
		d := fc.dst(in)
		if d == 0 {
			return
		}
		if plainSlot(in.X) {
			fc.unknown(in, 0)
			return
		}
		flags := int32(0)
		if fc.prog.NonNil(in) {
			flags = int32(explore.FNonNil)
		}
		fc.emit(explore.Instr{Op: explore.OpLoad, Dst: d, A: fc.use(in.X), Zero: zero(in.Type()), N: flags, Pos: at})
	case token.NOT:
		fc.emit(explore.Instr{Op: explore.OpNot, Dst: fc.dst(in), A: fc.use(in.X)})
	default:
		fc.unknown(in, explore.FDerived)
	}
}

func (fc *funcCompiler) closure(in *ssa.MakeClosure) {
	f := fc.funcFor(in.Fn.(*ssa.Function))
	if f == nil {
		fc.unknown(in, explore.FNonNil)
		return
	}
	args := make([]explore.Reg, len(in.Bindings))
	for i, v := range in.Bindings {
		args[i] = fc.use(v)
	}
	fc.emit(explore.Instr{Op: explore.OpClosure, Dst: fc.dst(in), N: f.ID, Args: args, Pos: pos(in.Pos())})
}

func (fc *funcCompiler) selects(in *ssa.Select, at explore.Pos) {
	out := explore.Instr{Op: explore.OpSelect, Dst: fc.dst(in), Pos: at}
	if !in.Blocking {
		out.N = 1
	}
	for _, st := range in.States {
		out.Cases = append(out.Cases, explore.Case{
			Send: st.Dir == types.SendOnly, Chan: fc.use(st.Chan), Val: fc.use(st.Send), Zero: zero(elem(st.Chan.Type())), Pos: pos(st.Pos),
		})
	}
	fc.emit(out)
}
