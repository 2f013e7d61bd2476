package skeleton

import (
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// call compiles a call, go or defer. result is nil unless the result is wanted.
func (fc *funcCompiler) call(site ssa.CallInstruction, common *ssa.CallCommon, mode explore.CallMode, result *ssa.Call) {
	at := pos(site.Pos())
	if b, ok := common.Value.(*ssa.Builtin); ok {
		fc.builtin(b, common, mode, result, at)
		return
	}
	if e, ok := fc.prog.Effect(common); ok && fc.effect(site, e, common, mode, result, at) {
		return
	}
	in := explore.Instr{Op: explore.OpCall, Mode: mode, Pos: at, Results: int32(common.Signature().Results().Len())}
	if result != nil && in.Results > 0 {
		in.Dst = fc.dst(result)
	}
	for i := range common.Args {
		in.Args = append(in.Args, fc.argument(common, i))
	}
	switch {
	case common.IsInvoke():
		in.Call, in.A, in.N = explore.CallMethod, fc.use(common.Value), fc.types.method(common.Method)
		in.Waits = waits(common)
		if types.Identical(common.Value.Type(), errorType) {
			fc.results(result)
			return
		}
		// One implementation in the package, of an interface of its own: take it.
	case common.StaticCallee() != nil && isPlainFunc(common.Value):
		callee := common.StaticCallee()
		f := fc.funcFor(callee)
		if f == nil {
			fc.outside(common, mode, result, at)
			return
		}
		rel := fc.relevanceOf(callee)
		if !rel.touches && !rel.makes {
			if mode == explore.CallNow {
				fc.results(result)
			}
			return
		}
		in.Call, in.N = explore.CallStatic, f.ID
	default:
		in.Call, in.A = explore.CallValue, fc.use(common.Value)
	}
	fc.emit(in)
}

func isPlainFunc(v ssa.Value) bool { _, ok := v.(*ssa.Function); return ok }

// results makes the results of a skipped call unknown.
func (fc *funcCompiler) results(result *ssa.Call) {
	if result == nil {
		return
	}
	if tup, ok := result.Type().(*types.Tuple); ok {
		if tup.Len() == 0 {
			return
		}
		args := make([]explore.Reg, tup.Len())
		for i := range args {
			if !plain(tup.At(i).Type()) {
				args[i] = fc.opaque(false)
			}
		}
		fc.emit(explore.Instr{Op: explore.OpTuple, Dst: fc.dst(result), Args: args})
		return
	}
	flags := uint8(0)
	if fc.prog.NonNil(result) {
		flags = explore.FNonNil
	}
	fc.unknown(result, flags)
}

// waits guesses from its name whether unknown code waits for other goroutines: a
// wait group behind an interface, or somebody else's.
func waits(common *ssa.CallCommon) bool {
	sig := common.Signature()
	if sig.Params().Len() > 0 {
		return false
	}
	if common.IsInvoke() {
		return common.Method.Name() == "Wait"
	}
	fn := common.StaticCallee()
	return fn != nil && sig.Recv() != nil && fn.Name() == "Wait"
}

// outside compiles a call of code that is not in this package.
func (fc *funcCompiler) outside(common *ssa.CallCommon, mode explore.CallMode, result *ssa.Call, at explore.Pos) {
	var args []explore.Reg
	for _, a := range fc.escaping(common) {
		args = append(args, fc.use(a))
	}
	if w := mode == explore.CallNow && waits(common); w || len(args) > 0 {
		fc.emit(explore.Instr{Op: explore.OpEscape, Args: args, Waits: w, Pos: at})
	}
	if mode == explore.CallNow {
		fc.results(result)
	}
}

func (fc *funcCompiler) builtin(b *ssa.Builtin, common *ssa.CallCommon, mode explore.CallMode, result *ssa.Call, at explore.Pos) {
	arg := func(i int) explore.Reg { return fc.use(common.Args[i]) }
	switch b.Name() {
	case "close":
		fc.op(mode, fc.pre.Close, explore.Instr{Op: explore.OpClose, A: arg(0), Pos: at})
	case "len":
		if result != nil {
			if _, isString := common.Args[0].Type().Underlying().(*types.Basic); isString {
				fc.unknown(result, 0)
				return
			}
			fc.emit(explore.Instr{Op: explore.OpLen, Dst: fc.dst(result), A: arg(0)})
		}
	case "append":
		d := fc.dst(result)
		if d == 0 || len(common.Args) < 2 {
			return
		}
		if plainContainer(result.Type()) {
			fc.unknown(result, explore.FNonNil|explore.FDerived)
			return
		}
		fc.emit(explore.Instr{Op: explore.OpAppendSlice, Dst: d, A: arg(0), B: arg(1), N: fc.site(result, false)})
	case "delete":
		if !plainContainer(common.Args[0].Type()) {
			fc.emit(explore.Instr{Op: explore.OpMapDelete, A: arg(0), B: arg(1)})
		}
	case "recover":
		if result != nil {
			fc.emit(explore.Instr{Op: explore.OpRecover, Dst: fc.dst(result), Pos: at})
		}
	default:
		if result != nil {
			fc.unknown(result, explore.FDerived)
		}
	}
}

// op emits an operation now, or the library function that performs it later.
func (fc *funcCompiler) op(mode explore.CallMode, f *explore.Func, in explore.Instr) {
	if mode == explore.CallNow {
		fc.emit(in)
		return
	}
	args := []explore.Reg{in.A}
	if in.B != 0 {
		args = append(args, in.B)
	}
	fc.lib(mode, f, in.Pos, 0, 0, args...)
}

// lib calls a library skeleton.
func (fc *funcCompiler) lib(mode explore.CallMode, f *explore.Func, at explore.Pos, dst explore.Reg, results int32, args ...explore.Reg) {
	fc.emit(explore.Instr{Op: explore.OpCall, Call: explore.CallStatic, Mode: mode, N: f.ID, Args: args, Dst: dst, Results: results, Pos: at})
}

// effect compiles a call that the table knows; it reports false to treat the
// call as any other.
func (fc *funcCompiler) effect(site ssa.CallInstruction, e api.Effect, common *ssa.CallCommon, mode explore.CallMode, result *ssa.Call, at explore.Pos) bool {
	recv := func() explore.Reg { return fc.use(ssabuild.Receiver(common)) }
	fnArg := func() explore.Reg { return fc.use(ssabuild.Arg(common, e.Func)) }
	dst := func() explore.Reg {
		if result == nil {
			return 0
		}
		return fc.dst(result)
	}
	if e.Task {
		return false // a bound and joined task is somebody else's business
	}
	switch e.Op {
	case api.Lock, api.Unlock:
		fc.lock(e, common, mode, result, at)
	case api.LockView:
		fc.emit(explore.Instr{Op: explore.OpReadLocker, Dst: dst(), A: recv()})
	case api.OnceDo:
		if api.KeyOf(ssabuild.StaticCallee(common)).Pkg != "sync" {
			return false
		}
		fc.lib(mode, fc.pre.OnceDo, at, 0, 0, recv(), fnArg())
	case api.OnceWrap:
		if result == nil {
			return true
		}
		once := fc.b.Def(explore.Instr{Op: explore.OpAlloc, N: fc.P.AddSite(explore.Site{Pos: at, Name: "once", Sync: true})})
		fc.emit(explore.Instr{Op: explore.OpClosure, Dst: dst(), N: fc.pre.OnceFunc.ID, Args: []explore.Reg{once, fnArg()}})
	case api.WgAdd:
		fc.op(mode, fc.pre.Add, explore.Instr{Op: explore.OpAdd, A: recv(), B: fc.count(site, fc.use(ssabuild.Arg(common, e.Arg))), Inexact: fc.inexact(ssabuild.Arg(common, e.Arg)), Pos: at})
	case api.WgDone:
		fc.op(mode, fc.pre.Done, explore.Instr{Op: explore.OpAdd, A: recv(), B: fc.count(site, fc.doneArg(mode)), Pos: at})
	case api.WgWait:
		fc.op(mode, fc.pre.Wait, explore.Instr{Op: explore.OpWait, A: recv(), Pos: at})
	case api.WgGo:
		fc.lib(mode, fc.pre.WaitGo, at, 0, 0, recv(), fnArg())
	case api.CondNew:
		if result == nil {
			return true
		}
		c := dst()
		fc.emit(explore.Instr{Op: explore.OpAlloc, Dst: c, N: fc.site(result, true)})
		l := fc.b.Def(explore.Instr{Op: explore.OpField, A: c, N: explore.CondLocker})
		fc.emit(explore.Instr{Op: explore.OpStore, A: l, B: fc.use(common.Args[0])})
	case api.CondWait:
		fc.lib(mode, fc.pre.CondWait, at, 0, 0, recv())
	case api.CondSignal:
		fc.op(mode, fc.pre.Signal, explore.Instr{Op: explore.OpSignal, A: recv(), Pos: at})
	case api.CondBroadcast:
		fc.op(mode, fc.pre.Broadcast, explore.Instr{Op: explore.OpSignal, A: recv(), N: 1, Pos: at})
	case api.AtomicLoad, api.AtomicStore, api.AtomicRMW, api.AtomicCAS:
		return fc.atomic(e, common, mode, result)
	case api.GroupNew:
		if result == nil {
			return true
		}
		fc.group(common, e, result, at)
	case api.GroupGo:
		fc.lib(mode, fc.pre.GroupGo, at, 0, 0, recv(), fnArg())
	case api.GroupTry:
		fc.lib(mode, fc.pre.GroupTryGo, at, dst(), 1, recv(), fnArg())
	case api.GroupWait:
		fc.lib(mode, fc.pre.GroupWait, at, dst(), 1, recv())
	case api.GroupLimit:
		fc.lib(mode, fc.pre.GroupLimit, at, 0, 0, recv(), fc.use(ssabuild.Arg(common, e.Arg)))
	case api.CtxRoot, api.CtxDetach:
		if result != nil {
			fc.emit(explore.Instr{Op: explore.OpCtxNew, Dst: dst(), N: explore.CtxBackground, Site: fc.site(result, false)})
		}
	case api.CtxValue:
		if result != nil {
			fc.emit(explore.Instr{Op: explore.OpMove, Dst: dst(), A: fc.use(ssabuild.Arg(common, e.Ctx))})
		}
	case api.CtxCancel, api.CtxDeadline:
		if result == nil {
			return true
		}
		kind := explore.CtxCancel
		if e.Op == api.CtxDeadline || api.KeyOf(ssabuild.StaticCallee(common)).Pkg == "os/signal" {
			kind = explore.CtxTimeout
		}
		ctx := fc.b.Def(explore.Instr{Op: explore.OpCtxNew, A: fc.use(ssabuild.Arg(common, e.Ctx)), N: kind, Site: fc.site(result, true), Pos: at})
		cancel := fc.b.Def(explore.Instr{Op: explore.OpCancelFunc, A: ctx, N: fc.pre.Cancel.ID})
		fc.emit(explore.Instr{Op: explore.OpTuple, Dst: dst(), Args: []explore.Reg{ctx, cancel}})
	case api.CtxDone:
		if result != nil {
			fc.emit(explore.Instr{Op: explore.OpCtxDone, Dst: dst(), A: recv()})
		}
	case api.CtxErr:
		if result != nil {
			ctx := ssabuild.Receiver(common)
			if e.Ctx >= 0 && !common.IsInvoke() {
				ctx = ssabuild.Arg(common, e.Ctx)
			}
			fc.emit(explore.Instr{Op: explore.OpCtxErr, Dst: dst(), A: fc.use(ctx), Pos: at})
		}
	case api.TimerChan:
		if result != nil {
			kind := explore.TimerOnce
			if api.KeyOf(ssabuild.StaticCallee(common)).Name == "Tick" {
				kind = explore.TimerTick
			}
			fc.emit(explore.Instr{Op: explore.OpTimer, Dst: dst(), N: kind, Site: fc.site(result, true), Pos: at})
		}
	case api.TimerNew, api.TickerNew:
		if result != nil {
			kind := explore.TimerOnce
			if e.Op == api.TickerNew {
				kind = explore.TimerTick
			}
			fc.timer(dst(), kind, result, at)
		}
	case api.SpawnTimer:
		t := fc.b.Reg()
		ch := fc.timer(t, explore.TimerOnce, nil, at)
		fc.lib(explore.CallGo, fc.pre.AfterFunc, at, 0, 0, ch, fnArg())
		if d := dst(); d != 0 {
			fc.emit(explore.Instr{Op: explore.OpMove, Dst: d, A: t})
		}
	case api.TimerStop, api.TimerReset:
		fc.timerStop(e, recv(), mode, dst(), at)
	case api.CtxAfter:
		fc.lib(explore.CallGo, fc.pre.CtxAfterFunc, at, 0, 0, fc.use(ssabuild.Arg(common, e.Ctx)), fnArg())
		fc.results(result)
	case api.Exit:
		if mode == explore.CallNow {
			fc.emit(explore.Instr{Op: explore.OpExit})
		}
	case api.Goexit:
		if mode == explore.CallNow {
			fc.emit(explore.Instr{Op: explore.OpGoexit})
		}
	case api.SubTest:
		// t.Run calls its function and waits for it.
		fc.lib(explore.CallNow, fc.pre.CallFunc, at, 0, 0, fnArg())
		fc.results(result)
	case api.Cleanup:
		fc.lib(explore.CallDefer, fc.pre.CallFunc, at, 0, 0, fnArg())
	case api.Spawn:
		return false
	case api.ErrorNew, api.Log, api.Sleep, api.Gosched, api.SetDeadline, api.Block:
		if e.Func >= 0 {
			return false
		}
		if mode == explore.CallNow {
			fc.results(result)
		}
	default:
		return false
	}
	return true
}

func (fc *funcCompiler) doneArg(mode explore.CallMode) explore.Reg {
	if mode != explore.CallNow {
		return 0 // the library skeleton knows
	}
	return fc.b.Const(explore.Int(-1))
}

func (fc *funcCompiler) lock(e api.Effect, common *ssa.CallCommon, mode explore.CallMode, result *ssa.Call, at explore.Pos) {
	rw := api.KeyOf(ssabuild.StaticCallee(common)).Recv == "RWMutex"
	var m explore.LockMode
	var later *explore.Func
	switch {
	case e.Op == api.Lock && e.Try && e.Mode == api.Read:
		m = explore.TryRLock
	case e.Op == api.Lock && e.Try:
		m = explore.TryLock
	case e.Op == api.Lock && e.Mode == api.Read:
		m, later = explore.RLock, fc.pre.RLock
	case e.Op == api.Lock && rw:
		m, later = explore.RWLock, fc.pre.RWLock
	case e.Op == api.Lock:
		m, later = explore.Lock, fc.pre.Lock
	case e.Mode == api.Read:
		m, later = explore.RUnlock, fc.pre.RUnlock
	case rw:
		m, later = explore.RWUnlock, fc.pre.RWUnlock
	default:
		m, later = explore.Unlock, fc.pre.Unlock
	}
	in := explore.Instr{Op: explore.OpLock, A: fc.use(ssabuild.Receiver(common)), N: m, Pos: at}
	if result != nil && e.Try {
		in.Dst = fc.dst(result)
	}
	if mode != explore.CallNow && later == nil {
		return // a deferred TryLock has no reader
	}
	fc.op(mode, later, in)
}

func (fc *funcCompiler) atomic(e api.Effect, common *ssa.CallCommon, mode explore.CallMode, result *ssa.Call) bool {
	if mode != explore.CallNow {
		return false
	}
	args := common.Args
	in := explore.Instr{Op: explore.OpAtomic, A: fc.use(ssabuild.Receiver(common)), Zero: explore.Nil()}
	name := api.KeyOf(ssabuild.StaticCallee(common)).Name
	if result != nil {
		if t := result.Type(); !isTuple(t) {
			in.Dst = fc.dst(result)
			in.Zero = zero(t)
		}
	}
	arg := func(i int) explore.Reg {
		if i < len(args) {
			return fc.use(args[i])
		}
		return 0
	}
	switch e.Op {
	case api.AtomicLoad:
		in.N = explore.AtomicLoad
	case api.AtomicStore:
		in.N, in.B = explore.AtomicStore, arg(1)
	case api.AtomicCAS:
		in.N, in.B, in.C = explore.AtomicCAS, arg(1), arg(2)
		in.Zero = zero(args[1].Type())
	default:
		switch {
		case strings.HasPrefix(name, "Add"):
			in.N, in.B = explore.AtomicAdd, arg(1)
		case strings.HasPrefix(name, "Swap"):
			in.N, in.B = explore.AtomicSwap, arg(1)
		default:
			in.N, in.B = explore.AtomicAdd, fc.opaque(true)
		}
	}
	fc.emit(in)
	return true
}

func isTuple(t types.Type) bool { _, ok := t.(*types.Tuple); return ok }

// group compiles errgroup.WithContext: a group whose context ends by the first
// error, by Wait, or with its parent.
func (fc *funcCompiler) group(common *ssa.CallCommon, e api.Effect, result *ssa.Call, at explore.Pos) {
	g := fc.b.Def(explore.Instr{Op: explore.OpAlloc, N: fc.site(result, true)})
	ctx := fc.b.Def(explore.Instr{Op: explore.OpCtxNew, A: fc.use(ssabuild.Arg(common, e.Ctx)), N: explore.CtxCancel,
		Site: fc.P.AddSite(explore.Site{Pos: at, Name: "ctx", Sync: true}), Pos: at})
	cancel := fc.b.Def(explore.Instr{Op: explore.OpCancelFunc, A: ctx, N: fc.pre.Cancel.ID})
	field := fc.b.Def(explore.Instr{Op: explore.OpField, A: g, N: explore.GroupCancel})
	fc.emit(explore.Instr{Op: explore.OpStore, A: field, B: cancel})
	fc.emit(explore.Instr{Op: explore.OpTuple, Dst: fc.dst(result), Args: []explore.Reg{g, ctx}})
}

// timer makes a *time.Timer or *time.Ticker: an object whose field C is the
// channel, which is returned.
func (fc *funcCompiler) timer(dst explore.Reg, kind int32, v ssa.Value, at explore.Pos) explore.Reg {
	// The timer of an AfterFunc concerns nobody but its own goroutine.
	chSite := fc.P.AddSite(explore.Site{Pos: at, Name: "timer", Sync: true, Escaped: v == nil})
	ch := fc.b.Def(explore.Instr{Op: explore.OpTimer, N: kind, Site: chSite, Pos: at})
	fc.emit(explore.Instr{Op: explore.OpAlloc, Dst: dst, N: fc.P.AddSite(explore.Site{Pos: at, Name: "timer"})})
	field := fc.b.Def(explore.Instr{Op: explore.OpField, A: dst, N: 0})
	fc.emit(explore.Instr{Op: explore.OpStore, A: field, B: ch})
	return ch
}

func (fc *funcCompiler) timerStop(e api.Effect, recv explore.Reg, mode explore.CallMode, dst explore.Reg, at explore.Pos) {
	field := fc.b.Def(explore.Instr{Op: explore.OpField, A: recv, N: 0})
	ch := fc.b.Def(explore.Instr{Op: explore.OpLoad, A: field, Zero: explore.Nil()})
	in := explore.Instr{Op: explore.OpTimerStop, A: ch, Dst: dst, Pos: at}
	if e.Op == api.TimerReset {
		in.N = 1
	}
	if mode != explore.CallNow {
		fc.lib(mode, fc.pre.TimerStop, at, 0, 0, ch)
		return
	}
	fc.emit(in)
}
