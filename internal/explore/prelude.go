package explore

// Prelude holds skeletons of library functions that are made of the machine's
// own operations.
type Prelude struct {
	Unlock, RWUnlock, RUnlock *Func // deferred unlocks: (lock)
	Lock, RWLock, RLock       *Func // (lock)
	Close                     *Func // (chan)
	Send                      *Func // (chan, value)
	Cancel                    *Func // free: the context
	CondWait                  *Func // (cond)
	Signal, Broadcast         *Func // (cond)
	OnceDo                    *Func // (once, func)
	OnceFunc                  *Func // free: once, func
	Done, Wait                *Func // (wait group)
	Add                       *Func // (wait group, n)
	WaitGo                    *Func // (wait group, func)
	AfterFunc                 *Func // (timer, func): body of the timer's goroutine
	CtxAfterFunc              *Func // (ctx, func): body of the goroutine
	TimerStop                 *Func // (timer)
	GroupGo                   *Func // errgroup: (group, func)
	GroupTryGo                *Func
	GroupWait                 *Func // (group)
	GroupLimit                *Func // (group, n)
	CallFunc                  *Func // (func): calls it
}

// CondLocker is the selector of the L field of a sync.Cond; the selectors of an
// errgroup follow.
const (
	CondLocker  int32 = 9000
	groupWait   int32 = 9001
	groupTokens int32 = 9002
	groupCancel int32 = 9003
)

// GroupCancel is the selector under which an errgroup keeps its cancel function.
const GroupCancel = groupCancel

// NewPrelude adds the library skeletons to p.
func NewPrelude(p *Program) *Prelude {
	pre := &Prelude{}
	one := func(name string, in Instr) *Func {
		b := NewBuilder(name, 2, 0)
		in.A, in.B = b.Param(0), b.Param(1)
		b.Emit(in)
		b.Return()
		return p.AddFunc(b.F, nil)
	}
	pre.Lock = one("Lock", Instr{Op: OpLock, N: Lock})
	pre.RWLock = one("Lock", Instr{Op: OpLock, N: RWLock})
	pre.RLock = one("RLock", Instr{Op: OpLock, N: RLock})
	pre.Unlock = one("Unlock", Instr{Op: OpLock, N: Unlock})
	pre.RWUnlock = one("Unlock", Instr{Op: OpLock, N: RWUnlock})
	pre.RUnlock = one("RUnlock", Instr{Op: OpLock, N: RUnlock})
	pre.Close = one("close", Instr{Op: OpClose})
	pre.Send = one("send", Instr{Op: OpSend})
	pre.Wait = one("Wait", Instr{Op: OpWait})
	pre.Add = one("Add", Instr{Op: OpAdd})
	pre.Signal = one("Signal", Instr{Op: OpSignal})
	pre.Broadcast = one("Broadcast", Instr{Op: OpSignal, N: 1})
	pre.TimerStop = one("Stop", Instr{Op: OpTimerStop})

	b := NewBuilder("cancel", 0, 1)
	b.Emit(Instr{Op: OpCancel, A: b.Param(0)})
	b.Return()
	pre.Cancel = p.AddFunc(b.F, nil)

	b = NewBuilder("Done", 1, 0)
	b.Emit(Instr{Op: OpAdd, A: b.Param(0), B: b.Const(Int(-1))})
	b.Return()
	pre.Done = p.AddFunc(b.F, nil)

	b = NewBuilder("call", 1, 0)
	b.Emit(Instr{Op: OpCall, Call: CallValue, A: b.Param(0)})
	b.Return()
	pre.CallFunc = p.AddFunc(b.F, nil)

	b = NewBuilder("Wait", 1, 0)
	field := b.Def(Instr{Op: OpField, A: b.Param(0), N: CondLocker})
	l := b.Def(Instr{Op: OpLoad, A: field, Zero: Nil()})
	b.Emit(Instr{Op: OpCondEnter, A: b.Param(0)})
	b.Emit(Instr{Op: OpLock, A: l, N: Unlock})
	b.Emit(Instr{Op: OpCondPark, A: b.Param(0)})
	b.Emit(Instr{Op: OpLock, A: l, N: Lock})
	b.Return()
	pre.CondWait = p.AddFunc(b.F, nil)

	b = NewBuilder("onceEnd", 1, 0)
	b.Emit(Instr{Op: OpOnceEnd, A: b.Param(0)})
	b.Return()
	onceEnd := p.AddFunc(b.F, nil)

	onceBody := func(b *Builder, once, fn Reg) {
		first := b.Def(Instr{Op: OpOnceBegin, A: once})
		run, end := b.Block(), b.Block()
		b.If(first, run, end, 0)
		b.At(run)
		b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: onceEnd.ID, Args: []Reg{once}})
		b.Emit(Instr{Op: OpCall, Call: CallValue, A: fn})
		b.Emit(Instr{Op: OpRunDefers})
		b.Jump(end)
		b.At(end)
		b.Return()
	}
	b = NewBuilder("Do", 2, 0)
	onceBody(b, b.Param(0), b.Param(1))
	pre.OnceDo = p.AddFunc(b.F, nil)
	b = NewBuilder("OnceFunc", 0, 2)
	onceBody(b, b.Param(0), b.Param(1))
	pre.OnceFunc = p.AddFunc(b.F, nil)

	b = NewBuilder("Go", 2, 0)
	b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: pre.Done.ID, Args: []Reg{b.Param(0)}})
	b.Emit(Instr{Op: OpCall, Call: CallValue, A: b.Param(1)})
	b.Emit(Instr{Op: OpRunDefers})
	b.Return()
	goBody := p.AddFunc(b.F, nil)

	b = NewBuilder("Go", 2, 0)
	b.Emit(Instr{Op: OpAdd, A: b.Param(0), B: b.Const(Int(1))})
	b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallGo, N: goBody.ID, Args: []Reg{b.Param(0), b.Param(1)}})
	b.Return()
	pre.WaitGo = p.AddFunc(b.F, nil)

	b = NewBuilder("AfterFunc", 2, 0)
	b.Emit(Instr{Op: OpTimerFire, A: b.Param(0)})
	b.Emit(Instr{Op: OpCall, Call: CallValue, A: b.Param(1)})
	b.Return()
	pre.AfterFunc = p.AddFunc(b.F, nil)

	b = NewBuilder("AfterFunc", 2, 0)
	done := b.Def(Instr{Op: OpCtxDone, A: b.Param(0)})
	b.Emit(Instr{Op: OpRecv, A: done, Zero: Nil()})
	b.Emit(Instr{Op: OpCall, Call: CallValue, A: b.Param(1)})
	b.Return()
	pre.CtxAfterFunc = p.AddFunc(b.F, nil)

	pre.errgroup(p)
	return pre
}

func (pre *Prelude) errgroup(p *Program) {
	load := func(b *Builder, sel int32) (addr, v Reg) {
		addr = b.Def(Instr{Op: OpField, A: b.Param(0), N: sel})
		return addr, b.Def(Instr{Op: OpLoad, A: addr, Zero: Nil()})
	}
	wait := func(b *Builder) Reg { return b.Def(Instr{Op: OpField, A: b.Param(0), N: groupWait}) }
	// when emits body for the case that v is not nil.
	when := func(b *Builder, v Reg, body func()) {
		yes, after := b.Block(), b.Block()
		set := b.Def(Instr{Op: OpBin, N: Ne, A: v, B: b.Const(Nil())})
		b.If(set, yes, after, 0)
		b.At(yes)
		body()
		b.Jump(after)
		b.At(after)
	}

	b := NewBuilder("done", 1, 0)
	_, tokens := load(b, groupTokens)
	when(b, tokens, func() { b.Emit(Instr{Op: OpRecv, A: tokens, Zero: Nil()}) })
	b.Emit(Instr{Op: OpAdd, A: wait(b), B: b.Const(Int(-1))})
	b.Return()
	done := p.AddFunc(b.F, nil)

	b = NewBuilder("Go", 2, 0)
	b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: done.ID, Args: []Reg{b.Param(0)}})
	err := b.Def(Instr{Op: OpCall, Call: CallValue, A: b.Param(1), Results: 1})
	when(b, err, func() {
		_, cancel := load(b, groupCancel)
		when(b, cancel, func() { b.Emit(Instr{Op: OpCall, Call: CallValue, A: cancel}) })
	})
	b.Emit(Instr{Op: OpRunDefers})
	b.Return()
	body := p.AddFunc(b.F, nil)

	b = NewBuilder("Go", 2, 0)
	_, tokens = load(b, groupTokens)
	when(b, tokens, func() { b.Emit(Instr{Op: OpSend, A: tokens, B: b.Const(Int(1))}) })
	b.Emit(Instr{Op: OpAdd, A: wait(b), B: b.Const(Int(1))})
	b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallGo, N: body.ID, Args: []Reg{b.Param(0), b.Param(1)}})
	b.Return()
	pre.GroupGo = p.AddFunc(b.F, nil)

	b = NewBuilder("TryGo", 2, 0)
	_, tokens = load(b, groupTokens)
	start, no := b.Block(), b.Block()
	when(b, tokens, func() {
		got := b.Def(Instr{Op: OpSelect, N: 1, Cases: []Case{{Send: true, Chan: tokens, Val: b.Const(Int(1))}}})
		idx := b.Def(Instr{Op: OpExtract, A: got, N: 0})
		full := b.Def(Instr{Op: OpBin, N: Lt, A: idx, B: b.Const(Int(0))})
		next := b.Block()
		b.If(full, no, next, 0)
		b.At(next)
	})
	b.Jump(start)
	b.At(no)
	b.Return(b.Const(Bool(false)))
	b.At(start)
	b.Emit(Instr{Op: OpAdd, A: wait(b), B: b.Const(Int(1))})
	b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallGo, N: body.ID, Args: []Reg{b.Param(0), b.Param(1)}})
	b.Return(b.Const(Bool(true)))
	pre.GroupTryGo = p.AddFunc(b.F, nil)

	b = NewBuilder("Wait", 1, 0)
	b.Emit(Instr{Op: OpWait, A: wait(b)})
	_, cancel := load(b, groupCancel)
	when(b, cancel, func() { b.Emit(Instr{Op: OpCall, Call: CallValue, A: cancel}) })
	b.Return(b.Def(Instr{Op: OpOpaque}))
	pre.GroupWait = p.AddFunc(b.F, nil)

	b = NewBuilder("SetLimit", 2, 0)
	addr := b.Def(Instr{Op: OpField, A: b.Param(0), N: groupTokens})
	site := p.AddSite(Site{Name: "limit", Sync: true})
	ch := b.Def(Instr{Op: OpMakeChan, A: b.Param(1), N: site})
	b.Emit(Instr{Op: OpStore, A: addr, B: ch})
	b.Return()
	pre.GroupLimit = p.AddFunc(b.F, nil)
}
