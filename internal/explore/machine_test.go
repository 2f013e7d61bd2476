package explore

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A world is a program under construction: functions are written with a
// Builder and every operation gets the next position, so that findings can be
// named by "function:operation".
type world struct {
	p   *Program
	pre *Prelude
	pos Pos
}

func newWorld() *world {
	p := NewProgram()
	return &world{p: p, pre: NewPrelude(p)}
}

func (w *world) fn(name string, params, free int, body func(b *Builder)) *Func {
	b := NewBuilder(name, params, free)
	body(b)
	blk := b.F.Blocks[b.cur]
	if n := len(blk.Instrs); n == 0 || blk.Instrs[n-1].Op != OpReturn {
		b.Return()
	}
	for i := range b.F.Blocks {
		for k := range b.F.Blocks[i].Instrs {
			w.pos++
			b.F.Blocks[i].Instrs[k].Pos = w.pos
		}
	}
	return w.p.AddFunc(b.F, nil)
}

func (w *world) site(name string) int32 { return w.p.AddSite(Site{Name: name, Sync: true}) }

func (w *world) mkchan(b *Builder, name string, n int) Reg {
	return b.Def(Instr{Op: OpMakeChan, A: b.Const(Int(n)), N: w.site(name)})
}

func (w *world) alloc(b *Builder, name string) Reg {
	return b.Def(Instr{Op: OpAlloc, N: w.site(name)})
}

func start(b *Builder, f *Func, args ...Reg) {
	b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallGo, N: f.ID, Args: args})
}

func call(b *Builder, f *Func, args ...Reg) {
	b.Emit(Instr{Op: OpCall, Call: CallStatic, N: f.ID, Args: args})
}

func send(b *Builder, ch Reg) { b.Emit(Instr{Op: OpSend, A: ch, B: b.Const(Int(1))}) }
func recv(b *Builder, ch Reg) { b.Emit(Instr{Op: OpRecv, A: ch, Zero: Nil()}) }
func lock(b *Builder, mu Reg, m LockMode) {
	b.Emit(Instr{Op: OpLock, A: mu, N: m})
}
func cond(b *Builder) Reg { return b.Def(Instr{Op: OpOpaque}) }

// run explores and renders the findings: kind, then op@function of everyone.
func (w *world) run(t *testing.T, sc Scope, opts ...Options) []string {
	t.Helper()
	m := NewMachine(w.p)
	if len(opts) > 0 {
		m.Options = opts[0]
	}
	res := m.Explore(&sc)
	require.False(t, res.Over)
	return render(res)
}

var kindNames = map[FindingKind]string{Stuck: "stuck", DoubleClose: "double-close", SendClosed: "send-closed", CloseNil: "close-nil",
	NegativeCounter: "negative", AddRacesWait: "add-wait", UnlockUnlocked: "unlock"}

var opNames = map[Op]string{OpSend: "send", OpRecv: "recv", OpSelect: "select", OpLock: "lock", OpWait: "wait", OpCondPark: "cond",
	OpOnceBegin: "once", OpClose: "close", OpAdd: "add"}

func render(res Result) []string {
	var out []string
	for _, f := range res.Findings {
		var parts []string
		for _, b := range f.Blocked {
			parts = append(parts, opNames[b.Instr.Op]+"@"+b.Frames[0].Func.Name)
		}
		out = append(out, kindNames[f.Kind]+" "+strings.Join(parts, " "))
	}
	return out
}

func TestResultNobodyReceives(t *testing.T) {
	for _, c := range []struct {
		name string
		cap  int
		want []string
	}{
		{"unbufferedBad", 0, []string{"stuck send@work"}},
		{"bufferOfOneOk", 1, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
			root := w.fn("root", 0, 0, func(b *Builder) {
				ch := w.mkchan(b, "res", c.cap)
				start(b, work, ch)
				timer := b.Def(Instr{Op: OpTimer, N: TimerOnce, Site: w.site("after")})
				b.Emit(Instr{Op: OpSelect, Cases: []Case{{Chan: ch}, {Chan: timer}}})
			})
			assert.Equal(t, c.want, w.run(t, Scope{Entry: root}))
		})
	}
}

func TestFactsCorrelateBranches(t *testing.T) {
	// if x { go send }; …; if x { recv } never leaks.
	w := newWorld()
	work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
	root := w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "c", 0)
		x := cond(b)
		yes, mid, yes2, end := b.Block(), b.Block(), b.Block(), b.Block()
		b.If(x, yes, mid, 0)
		b.At(yes)
		start(b, work, ch)
		b.Jump(mid)
		b.At(mid)
		b.If(x, yes2, end, 0)
		b.At(yes2)
		recv(b, ch)
		b.Jump(end)
		b.At(end)
	})
	assert.Empty(t, w.run(t, Scope{Entry: root}))
}

func TestClose(t *testing.T) {
	for _, c := range []struct {
		name  string
		child func(b *Builder, ch Reg)
		root  func(b *Builder, ch Reg)
		want  []string
	}{
		{"twiceBad", func(b *Builder, ch Reg) { b.Emit(Instr{Op: OpClose, A: ch}) },
			func(b *Builder, ch Reg) { b.Emit(Instr{Op: OpClose, A: ch}) },
			[]string{"double-close close@root", "double-close close@child"}},
		{"sendAfterBad", func(b *Builder, ch Reg) { send(b, ch) },
			func(b *Builder, ch Reg) { b.Emit(Instr{Op: OpClose, A: ch}) },
			[]string{"stuck send@child", "send-closed send@child"}},
		{"rangeOk", func(b *Builder, ch Reg) { recv(b, ch) },
			func(b *Builder, ch Reg) { b.Emit(Instr{Op: OpClose, A: ch}) }, nil},
		{"rangeBad", func(b *Builder, ch Reg) { recv(b, ch) }, func(*Builder, Reg) {}, []string{"stuck recv@child"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			child := w.fn("child", 1, 0, func(b *Builder) { c.child(b, b.Param(0)) })
			root := w.fn("root", 0, 0, func(b *Builder) {
				ch := w.mkchan(b, "c", 0)
				start(b, child, ch)
				c.root(b, ch)
			})
			got := w.run(t, Scope{Entry: root})
			if c.name == "sendAfterBad" {
				// Blocked in send is no rest: the close makes it panic.
				c.want = []string{"send-closed send@child"}
			}
			assert.ElementsMatch(t, c.want, got)
		})
	}
}

func TestLocks(t *testing.T) {
	type ops func(b *Builder, x, y Reg)
	for _, c := range []struct {
		name        string
		child, root ops
		want        []string
	}{
		{"orderBad",
			func(b *Builder, x, y Reg) { lock(b, x, Lock); lock(b, y, Lock); lock(b, y, Unlock); lock(b, x, Unlock) },
			func(b *Builder, x, y Reg) { lock(b, y, Lock); lock(b, x, Lock); lock(b, x, Unlock); lock(b, y, Unlock) },
			[]string{"stuck lock@child lock@root"}},
		{"orderOk",
			func(b *Builder, x, y Reg) { lock(b, x, Lock); lock(b, y, Lock); lock(b, y, Unlock); lock(b, x, Unlock) },
			func(b *Builder, x, y Reg) { lock(b, x, Lock); lock(b, y, Lock); lock(b, y, Unlock); lock(b, x, Unlock) },
			nil},
		{"relockBad",
			func(b *Builder, x, y Reg) { lock(b, x, Lock); lock(b, x, Lock) },
			func(b *Builder, x, y Reg) {},
			[]string{"stuck lock@child"}},
		{"readTwiceOk",
			func(b *Builder, x, y Reg) {
				lock(b, x, RLock)
				lock(b, x, RLock)
				lock(b, x, RUnlock)
				lock(b, x, RUnlock)
			},
			func(b *Builder, x, y Reg) { lock(b, x, RLock); lock(b, x, RUnlock) },
			nil},
		{"readTwiceWithWriterBad",
			func(b *Builder, x, y Reg) {
				lock(b, x, RLock)
				lock(b, x, RLock)
				lock(b, x, RUnlock)
				lock(b, x, RUnlock)
			},
			func(b *Builder, x, y Reg) { lock(b, x, RWLock); lock(b, x, RWUnlock) },
			[]string{"stuck lock@child lock@root"}},
		{"unlockTwiceBad",
			func(b *Builder, x, y Reg) { lock(b, x, Lock); lock(b, x, Unlock); lock(b, x, Unlock) },
			func(b *Builder, x, y Reg) {},
			[]string{"unlock lock@child"}},
		{"leftLockedBad",
			func(b *Builder, x, y Reg) { lock(b, x, Lock) },
			func(b *Builder, x, y Reg) { lock(b, x, Lock); lock(b, x, Unlock) },
			[]string{"stuck lock@root"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			child := w.fn("child", 2, 0, func(b *Builder) { c.child(b, b.Param(0), b.Param(1)) })
			root := w.fn("root", 0, 0, func(b *Builder) {
				x, y := w.alloc(b, "x"), w.alloc(b, "y")
				start(b, child, x, y)
				c.root(b, x, y)
			})
			assert.ElementsMatch(t, c.want, w.run(t, Scope{Entry: root}))
		})
	}
}

func TestWaitGroup(t *testing.T) {
	add := func(b *Builder, wg Reg, n int) { b.Emit(Instr{Op: OpAdd, A: wg, B: b.Const(Int(n))}) }
	wait := func(b *Builder, wg Reg) { b.Emit(Instr{Op: OpWait, A: wg}) }
	for _, c := range []struct {
		name        string
		child, root func(b *Builder, wg Reg)
		want        []string
	}{
		{"doneOk", func(b *Builder, wg Reg) { add(b, wg, -1) }, func(b *Builder, wg Reg) { wait(b, wg) }, nil},
		{"noDoneBad", func(b *Builder, wg Reg) { cond(b) }, func(b *Builder, wg Reg) { wait(b, wg) }, []string{"stuck wait@root"}},
		{"twiceDoneBad", func(b *Builder, wg Reg) { add(b, wg, -1); add(b, wg, -1) }, func(b *Builder, wg Reg) { wait(b, wg) },
			[]string{"negative add@child"}},
		{"waitInsideBad", func(b *Builder, wg Reg) { wait(b, wg); add(b, wg, -1) }, func(b *Builder, wg Reg) { wait(b, wg) },
			[]string{"stuck wait@child wait@root"}},
		{"addInsideBad", func(b *Builder, wg Reg) { add(b, wg, 1); add(b, wg, -1) }, func(b *Builder, wg Reg) { add(b, wg, -1); wait(b, wg) },
			[]string{"add-wait add@child wait@root"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			child := w.fn("child", 1, 0, func(b *Builder) { c.child(b, b.Param(0)) })
			root := w.fn("root", 0, 0, func(b *Builder) {
				wg := w.alloc(b, "wg")
				add(b, wg, 1)
				start(b, child, wg)
				c.root(b, wg)
			})
			assert.ElementsMatch(t, c.want, w.run(t, Scope{Entry: root}))
		})
	}
}

func TestSelectKeepsDefault(t *testing.T) {
	// for { select { case <-stop: return; default }; send } against a consumer
	// that stops receiving: the poll may come before the stop.
	w := newWorld()
	worker := w.fn("worker", 2, 0, func(b *Builder) {
		got := b.Def(Instr{Op: OpSelect, N: 1, Cases: []Case{{Chan: b.Param(0)}}})
		i := b.Def(Instr{Op: OpExtract, A: got})
		d := b.Def(Instr{Op: OpBin, N: Lt, A: i, B: b.Const(Int(0))})
		def, end := b.Block(), b.Block()
		b.If(d, def, end, 0)
		b.At(def)
		send(b, b.Param(1))
		b.Jump(end)
		b.At(end)
	})
	root := w.fn("root", 0, 0, func(b *Builder) {
		stop, out := w.mkchan(b, "stop", 0), w.mkchan(b, "out", 0)
		start(b, worker, stop, out)
		b.Emit(Instr{Op: OpClose, A: stop})
	})
	assert.Equal(t, []string{"stuck send@worker"}, w.run(t, Scope{Entry: root}))
}

func TestCond(t *testing.T) {
	build := func(signal bool) (*world, *Func) {
		w := newWorld()
		waiter := w.fn("waiter", 2, 0, func(b *Builder) {
			lock(b, b.Param(1), Lock)
			call(b, w.pre.CondWait, b.Param(0))
			lock(b, b.Param(1), Unlock)
		})
		return w, w.fn("root", 0, 0, func(b *Builder) {
			mu, c := w.alloc(b, "mu"), w.alloc(b, "c")
			l := b.Def(Instr{Op: OpField, A: c, N: CondLocker})
			b.Emit(Instr{Op: OpStore, A: l, B: b.Def(Instr{Op: OpIface, A: mu, N: TypeMutex})})
			start(b, waiter, c, mu)
			lock(b, mu, Lock)
			if signal {
				b.Emit(Instr{Op: OpSignal, A: c})
			}
			lock(b, mu, Unlock)
		})
	}
	w, root := build(false)
	assert.Equal(t, []string{"stuck cond@waiter"}, w.run(t, Scope{Entry: root}))
	// One signal without a predicate may come too early: a lost wake-up.
	w, root = build(true)
	assert.Equal(t, []string{"stuck cond@waiter"}, w.run(t, Scope{Entry: root}))
}

func TestContext(t *testing.T) {
	for _, c := range []struct {
		name   string
		kind   int32
		cancel bool
		want   []string
	}{
		{"cancelDroppedBad", CtxCancel, false, []string{"stuck recv@waiter"}},
		{"cancelCalledOk", CtxCancel, true, nil},
		{"timeoutOk", CtxTimeout, false, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			waiter := w.fn("waiter", 1, 0, func(b *Builder) { recv(b, b.Def(Instr{Op: OpCtxDone, A: b.Param(0)})) })
			root := w.fn("root", 0, 0, func(b *Builder) {
				bg := b.Def(Instr{Op: OpCtxNew, N: CtxBackground, Site: -1})
				ctx := b.Def(Instr{Op: OpCtxNew, A: bg, N: c.kind, Site: w.site("ctx")})
				cancel := b.Def(Instr{Op: OpCancelFunc, A: ctx, N: w.pre.Cancel.ID})
				start(b, waiter, ctx)
				if c.cancel {
					b.Emit(Instr{Op: OpCall, Call: CallValue, A: cancel})
				}
			})
			assert.Equal(t, c.want, w.run(t, Scope{Entry: root}))
		})
	}
}

func TestStoppedTickerNeverFires(t *testing.T) {
	for _, stop := range []bool{true, false} {
		w := newWorld()
		loop := w.fn("loop", 1, 0, func(b *Builder) {
			head := b.Block()
			b.Jump(head)
			b.At(head)
			recv(b, b.Param(0))
			b.Jump(head)
			b.At(b.Block())
		})
		root := w.fn("root", 0, 0, func(b *Builder) {
			tick := b.Def(Instr{Op: OpTimer, N: TimerTick, Site: w.site("tick")})
			start(b, loop, tick)
			if stop {
				b.Emit(Instr{Op: OpTimerStop, A: tick})
			}
		})
		var want []string
		if stop {
			want = []string{"stuck recv@loop"}
		}
		assert.Equal(t, want, w.run(t, Scope{Entry: root}))
	}
}

func TestOnceInsideItself(t *testing.T) {
	w := newWorld()
	inner := w.fn("inner", 0, 2, func(b *Builder) { call(b, w.pre.OnceDo, b.Param(0), b.Param(1)) })
	nop := w.fn("nop", 0, 0, func(*Builder) {})
	root := w.fn("root", 0, 0, func(b *Builder) {
		once := w.alloc(b, "once")
		f := b.Def(Instr{Op: OpClosure, N: inner.ID, Args: []Reg{once, b.Const(FuncVal(nop))}})
		call(b, w.pre.OnceDo, once, f)
	})
	assert.Equal(t, []string{"stuck once@root"}, w.run(t, Scope{Entry: root}))
}

func TestErrgroupLimit(t *testing.T) {
	// A task that starts a task in a group limited to one waits for itself.
	w := newWorld()
	nop := w.fn("nop", 0, 1, func(*Builder) {})
	task := w.fn("task", 0, 1, func(b *Builder) {
		call(b, w.pre.GroupGo, b.Param(0), b.Def(Instr{Op: OpClosure, N: nop.ID, Args: []Reg{b.Param(0)}}))
	})
	root := w.fn("root", 0, 0, func(b *Builder) {
		g := w.alloc(b, "g")
		call(b, w.pre.GroupLimit, g, b.Const(Int(1)))
		call(b, w.pre.GroupGo, g, b.Def(Instr{Op: OpClosure, N: task.ID, Args: []Reg{g}}))
		call(b, w.pre.GroupWait, g)
	})
	assert.Equal(t, []string{"stuck send@Go wait@root"}, w.run(t, Scope{Entry: root}))
}

func TestEscapedIsNotStuck(t *testing.T) {
	w := newWorld()
	work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
	root := w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "c", 0)
		b.Emit(Instr{Op: OpCall, Call: CallUnknown, Args: []Reg{ch}})
		start(b, work, ch)
	})
	assert.Empty(t, w.run(t, Scope{Entry: root}))
}

func TestRecoveredCallbackSkipsDone(t *testing.T) {
	// defer recover; callback(); wg.Done(): a panic in the callback skips Done.
	w := newWorld()
	rec := w.fn("rec", 0, 0, func(b *Builder) { b.Def(Instr{Op: OpRecover}) })
	rec.Recovers = true
	work := w.fn("work", 2, 0, func(b *Builder) {
		b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: rec.ID})
		b.Emit(Instr{Op: OpCall, Call: CallValue, A: b.Param(1)})
		b.Emit(Instr{Op: OpAdd, A: b.Param(0), B: b.Const(Int(-1))})
		b.Emit(Instr{Op: OpRunDefers})
	})
	root := w.fn("root", 1, 0, func(b *Builder) {
		wg := w.alloc(b, "wg")
		b.Emit(Instr{Op: OpAdd, A: wg, B: b.Const(Int(1))})
		start(b, work, wg, b.Param(0))
		b.Emit(Instr{Op: OpWait, A: wg})
	})
	assert.Equal(t, []string{"stuck wait@root"}, w.run(t, Scope{Entry: root}))
}

func TestLoopBoundIsOneSymbolPerLength(t *testing.T) {
	// n sends against n receives over one unknown slice match.
	w := newWorld()
	loop := func(b *Builder, n Reg, op func()) {
		head, body, end := b.Block(), b.Block(), b.Block()
		i, next := b.Reg(), b.Reg()
		b.Emit(Instr{Op: OpJump, Succs: []Edge{{Block: head, Moves: []Move{{i, b.Const(Int(0))}}}}})
		b.At(head)
		b.If(b.Def(Instr{Op: OpBin, N: Lt, A: i, B: n, Bound: true}), body, end, 0)
		b.At(body)
		op()
		b.Emit(Instr{Op: OpArith, Dst: next, A: i, B: b.Const(Int(1))})
		b.Emit(Instr{Op: OpJump, Succs: []Edge{{Block: head, Moves: []Move{{i, next}}}}})
		b.At(end)
	}
	work := w.fn("work", 2, 0, func(b *Builder) {
		loop(b, b.Def(Instr{Op: OpLen, A: b.Param(1)}), func() { send(b, b.Param(0)) })
	})
	for _, extra := range []bool{false, true} {
		root := w.fn("root", 1, 0, func(b *Builder) {
			ch := w.mkchan(b, "c", 0)
			start(b, work, ch, b.Param(0))
			loop(b, b.Def(Instr{Op: OpLen, A: b.Param(0)}), func() { recv(b, ch) })
			if extra {
				recv(b, ch)
			}
		})
		var want []string
		if extra {
			want = []string{"stuck recv@root"}
		}
		assert.Equal(t, want, w.run(t, Scope{Entry: root}), fmt.Sprint(extra))
	}
}

func TestWitnessIsShortestAndRepeatable(t *testing.T) {
	build := func() Result {
		w := newWorld()
		work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)); send(b, b.Param(0)) })
		root := w.fn("root", 0, 0, func(b *Builder) {
			ch := w.mkchan(b, "c", 0)
			start(b, work, ch)
			recv(b, ch)
		})
		return NewMachine(w.p).Explore(&Scope{Entry: root})
	}
	a, b := build(), build()
	require.Len(t, a.Findings, 1)
	assert.Equal(t, render(a), render(b))
	assert.Equal(t, a.Steps, b.Steps)
	steps := 0
	for _, s := range a.Findings[0].Steps {
		if s.Gor >= 0 {
			steps++
		}
	}
	assert.Equal(t, 1, steps)
}

func TestBudgetIsCounted(t *testing.T) {
	w := newWorld()
	work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)); send(b, b.Param(0)) })
	root := w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "c", 3)
		for i := 0; i < 5; i++ {
			start(b, work, ch)
		}
	})
	m := NewMachine(w.p)
	m.Budget.States = 1
	res := m.Explore(&Scope{Entry: root})
	assert.True(t, res.Over)
	assert.Equal(t, 1, m.Stats.Over)
	assert.Equal(t, 1, m.Stats.Narrow, "it was tried in slices before")

	m = NewMachine(w.p)
	m.Budget.Goroutines = 4
	res = m.Explore(&Scope{Entry: root})
	assert.True(t, res.Cut)
	assert.False(t, res.Over)
	assert.Equal(t, 1, m.Stats.Cut)
}

func TestSameLeakInALoopIsOneFinding(t *testing.T) {
	w := newWorld()
	work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
	root := w.fn("root", 0, 0, func(b *Builder) {
		head := b.Block()
		b.Jump(head)
		b.At(head)
		start(b, work, w.mkchan(b, "c", 0))
		b.Emit(Instr{Op: OpRecv, A: b.Def(Instr{Op: OpTimer, N: TimerOnce, Site: w.site("after")}), Zero: Nil()})
		b.Jump(head)
		b.At(b.Block())
	})
	assert.Equal(t, []string{"stuck send@work"}, w.run(t, Scope{Entry: root}))
}

// A loop without an end that defers something, or starts a goroutine, in each
// round has endlessly many states; a few rounds are followed.
func TestEndlessLoopsEnd(t *testing.T) {
	for _, c := range []struct {
		name  string
		round func(w *world, b *Builder, ch Reg, nothing, listen *Func)
	}{
		{"defers", func(w *world, b *Builder, ch Reg, nothing, listen *Func) {
			b.Emit(Instr{Op: OpCall, Call: CallStatic, Mode: CallDefer, N: nothing.ID, Args: []Reg{w.mkchan(b, "own", 0)}})
		}},
		{"goroutines", func(w *world, b *Builder, ch Reg, nothing, listen *Func) { start(b, listen, ch) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld()
			nothing := w.fn("nothing", 1, 0, func(b *Builder) { b.Emit(Instr{Op: OpClose, A: b.Param(0)}) })
			listen := w.fn("listen", 1, 0, func(b *Builder) { recv(b, b.Param(0)) })
			lost := w.fn("lost", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
			root := w.fn("root", 0, 0, func(b *Builder) {
				start(b, lost, w.mkchan(b, "res", 0))
				ch := w.mkchan(b, "ch", 0)
				loop := b.Block()
				b.Jump(loop)
				b.At(loop)
				c.round(w, b, ch, nothing, listen)
				b.Emit(Instr{Op: OpYield})
				b.Jump(loop)
				b.At(b.Block())
			})
			m := NewMachine(w.p)
			res := m.Explore(&Scope{Entry: root})
			assert.False(t, res.Over)
			assert.False(t, res.Narrow)
			assert.True(t, res.Cut, "what is left out must be counted")
			assert.Less(t, res.States, 100)
			assert.Equal(t, []string{"stuck send@lost"}, render(res))
		})
	}
}

// A counter in memory bounds a loop as well: all of its goroutines are followed.
func TestCountedInMemory(t *testing.T) {
	w := newWorld()
	work := w.fn("work", 1, 0, func(b *Builder) { send(b, b.Param(0)) })
	root := w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "ch", 3)
		n := b.Def(Instr{Op: OpAlloc, N: w.p.AddSite(Site{Name: "n"})})
		b.Emit(Instr{Op: OpStore, A: n, B: b.Const(Int(0))})
		loop, body, done := b.Block(), b.Block(), b.Block()
		b.Jump(loop)
		b.At(loop)
		v := b.Def(Instr{Op: OpLoad, A: n, Zero: Int(0)})
		b.If(b.Def(Instr{Op: OpBin, N: Lt, A: v, B: b.Const(Int(4))}), body, done, 0)
		b.At(body)
		start(b, work, ch)
		b.Emit(Instr{Op: OpStore, A: n, B: b.Def(Instr{Op: OpArith, A: v, B: b.Const(Int(1))})})
		b.Jump(loop)
		b.At(done)
	})
	assert.Equal(t, []string{"stuck send@work"}, w.run(t, Scope{Entry: root}))
}

// What was read of unknown code's objects, and in which order, makes no new state
// as long as nothing is known about it.
func TestUnknownReadsMakeNoStates(t *testing.T) {
	w := newWorld()
	root := w.fn("root", 0, 0, func(b *Builder) {
		ch := w.mkchan(b, "ch", 1)
		mine := b.Def(Instr{Op: OpOpaque})
		loop := b.Block()
		b.Jump(loop)
		b.At(loop)
		meet := b.Block()
		for g := range int32(6) {
			yes, no := b.Block(), b.Block()
			b.If(cond(b), yes, no, 0)
			b.At(yes)
			p := b.Def(Instr{Op: OpGlobal, N: g})
			b.Emit(Instr{Op: OpEscape, Args: []Reg{b.Def(Instr{Op: OpLoad, A: p})}})
			q := b.Def(Instr{Op: OpField, A: mine, N: g})
			b.Emit(Instr{Op: OpEscape, Args: []Reg{b.Def(Instr{Op: OpLoad, A: q})}})
			b.Jump(meet)
			b.At(no)
		}
		b.Jump(meet)
		b.At(meet)
		send(b, ch)
		recv(b, ch)
		b.Jump(loop)
		b.At(b.Block())
	})
	m := NewMachine(w.p)
	res := m.Explore(&Scope{Entry: root})
	assert.False(t, res.Over)
	assert.Less(t, res.States, 20)
}
