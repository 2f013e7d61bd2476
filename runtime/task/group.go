package task

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
)

// Group runs tasks that share a context and are joined together. It is made by [Run] or [New].
//
// The first task to return an error cancels the context with that error as its cause, tasks that have not started are then
// dropped, and the join returns the error. Errors that only echo a cancellation never replace it. A panic cancels likewise and is re-raised by the
// join as a *[PanicError]; a task that calls runtime.Goexit makes the join call runtime.Goexit, so that t.FailNow in a task ends its test.
//
// Without [Limit] each task gets a goroutine; that costs about what go and sync.WaitGroup cost, and one allocation. With it, tasks go through
// a queue with room for eight per worker to at most that many workers, so Go returns when the task is queued, not when it runs: about 40 ns
// and no allocation for a task.
type Group struct {
	s       scope
	member  memberContext // the context of the tasks
	crew    *crew         // nil without Limit
	lineage *lineage      // what its goroutines run under, without Limit
	id      crewID        // of a group made by New without Limit: such a group can be waited for in the wrong place
	lexical bool          // made by Run, which joins it

	// Without Limit:
	alone  bool           // the common case: no name, no lineage, and the order of the tasks does not matter
	begun  atomic.Int64   // tasks started, if it does
	last   sync.WaitGroup // done when active has become closed
	joined atomic.Uintptr // place of the join
	_      [64]byte       // every task writes active, and the fields above are read for every task
	active atomic.Int64   // running tasks, plus one until the join begins; closedBit once joined
	_      [56]byte
}

const closedBit = 1 << 62

// Run calls body with a new group and joins the tasks that body starts: when Run returns, none of them is left.
// It returns the first error of the tasks and of body. If ctx ended it returns the cause of that, unless a task failed for a reason of its own.
//
// A panic in body cancels the tasks, and continues when they have ended.
func Run(ctx context.Context, body func(g *Group) error, opts ...Option) (err error) {
	g := newGroup(ctx, opts, true)
	returned := false
	defer func() {
		if !returned {
			g.s.joinUnwinding(recover(), func() { g.drain(placeUnwinding) })
		}
	}()
	err = body(g)
	returned = true
	if err != nil {
		g.s.fail(seqBody, err)
	}
	g.drain(callerPlace(1))
	return g.s.verdict()
}

// New returns a group whose owner must call Wait. Prefer [Run], which cannot forget it.
func New(ctx context.Context, opts ...Option) *Group { return newGroup(ctx, opts, false) }

func newGroup(ctx context.Context, opts []Option, lexical bool) *Group {
	g := &Group{lexical: lexical}
	g.s.open(ctx, newConfig(opts))
	g.member.scope = &g.s
	outer := lineageOf(ctx)
	if g.s.cfg.limit > 0 {
		g.crew = newCrew(&g.s, g, g.s.cfg.limit, outer)
		g.member.crew, g.member.lineage = g.crew, g.crew.lineage
		return g
	}
	if g.lineage = outer; !lexical {
		g.id = takeCrewID()
		g.lineage = outer.child(g.id)
		g.member.lineage = g.lineage
	}
	g.alone = g.lineage == nil && !g.s.cfg.allErrors && g.s.cfg.name == ""
	g.active.Store(1)
	g.last.Add(1)
	return g
}

// Go starts f as a task, or queues it if the group has a limit.
//
// Go drops f if the context of the group has ended. It waits while the queue is full, and at most until the context ends; called by a task of
// the group it never waits. A goroutine that a task started with go is not known to be part of the task: if the task waits for it, and it
// waits for room in the queue, the two can block each other until the context ends.
//
// It panics if the group has been joined.
func (g *Group) Go(f func(ctx context.Context) error) {
	if f == nil {
		panic("task: Group.Go(nil)")
	}
	if g.crew != nil {
		if _, closed := g.crew.submit(nil, plain(f)); closed {
			g.misuse("Group.Go", 1)
		}
		return
	}
	if g.enter("Group.Go") {
		g.spawn(plain(f))
	}
}

// GoNamed is [Group.Go] for a task with a name of its own; see [Named].
func (g *Group) GoNamed(name string, f func(ctx context.Context) error) {
	if f == nil {
		panic("task: Group.GoNamed(name, nil)")
	}
	u := namedTask{f, name}
	if g.crew != nil {
		if _, closed := g.crew.submit(nil, u); closed {
			g.misuse("Group.GoNamed", 1)
		}
		return
	}
	if g.enter("Group.GoNamed") {
		g.spawnUnit(u)
	}
}

// TryGo is like Go, but starts f only if it can begin at once. It returns false if the limit is reached,
// the context has ended, or the group has been joined.
func (g *Group) TryGo(f func(ctx context.Context) error) bool {
	if f == nil {
		panic("task: Group.TryGo(nil)")
	}
	if g.crew != nil {
		return g.crew.trySubmit(plain(f))
	}
	g.mustBeMade()
	if g.s.isEnded() {
		return false
	}
	if g.active.Add(1)&closedBit != 0 {
		g.active.Add(-1)
		return false
	}
	g.spawn(plain(f))
	return true
}

// Wait joins a group made by [New]: it returns when no task is left, with the same result as [Run]. Tasks may still
// call Go during Wait. Further calls return the same result.
//
// It panics for a group made by Run, and when a task of the group calls it, since it would wait for itself. A goroutine that a task started
// with go is not known to be part of the task.
func (g *Group) Wait() error {
	g.mustBeMade()
	if g.lexical {
		panic("task: Group.Wait inside Run, which joins the group when its body returns")
	}
	if g.isTask() {
		panic(fmt.Sprintf("task: Group.Wait at %v by a task of the group would wait for itself", callerPlace(1)))
	}
	g.drain(callerPlace(1))
	return g.s.verdict()
}

// Context returns the context of the group. It ends with the first error, with Cancel, with the parent and with the join.
// The context that a task receives also says which group the task belongs to: inside a task use that one.
func (g *Group) Context() context.Context { return &g.s }

// Cancel ends the context of the group; the join then returns cause. Cancel(nil) ends it too, but means success: the join returns nil unless a
// task fails.
func (g *Group) Cancel(cause error) { g.s.stop(cause) }

// enter counts a task in before it starts. It returns false if the task must be dropped.
func (g *Group) enter(method string) bool {
	if n := g.active.Add(1); n <= 1 || n&closedBit != 0 {
		g.mustBeMade()
		if n&closedBit != 0 {
			g.active.Add(-1)
			g.misuse(method, 2)
		}
	}
	if g.s.isEnded() {
		g.leave()
		return false
	}
	return true
}

// leave counts a task out. The last one closes the group.
func (g *Group) leave() {
	if g.active.Add(-1) == 0 && g.active.CompareAndSwap(0, closedBit) {
		g.last.Done()
	}
}

// spawn starts a task that has been counted in, in a goroutine of its own.
func (g *Group) spawn(f plain) {
	if g.alone {
		go g.runAlone(f)
		return
	}
	g.spawnUnit(f)
}

// runAlone is runUnit for the common case.
func (g *Group) runAlone(f plain) {
	returned := false
	defer func() {
		if !returned {
			g.s.abnormal(f, recover(), g.leave)
			return
		}
		g.leave()
	}()
	err := f(&g.member)
	returned = true
	if err != nil {
		g.s.fail(0, err)
	}
}

func (g *Group) spawnUnit(u runner) {
	seq := g.begun.Add(1)
	if g.lineage == nil {
		go g.runUnit(u, seq)
		return
	}
	go under(g.lineage, func() { g.runUnit(u, seq) })
}

func (g *Group) runUnit(u runner, seq int64) {
	returned := false
	defer func() {
		if !returned {
			g.s.abnormal(u, recover(), g.leave)
			return
		}
		g.leave()
	}()
	u.runIn(g, seq)
	returned = true
}

func (g *Group) failed(seq int64, err error) {
	if g.s.fail(seq, err) && g.crew != nil {
		g.crew.dropAll()
	}
}

func (g *Group) abnormal(u unit, v any, leave func()) { g.s.abnormal(u, v, leave) }

// drain waits until no task is left; after it Go panics.
func (g *Group) drain(at place) {
	if g.crew != nil {
		g.crew.drain(at)
		return
	}
	isFirst := g.joined.CompareAndSwap(0, uintptr(at))
	if isFirst {
		g.leave() // the count that New made
	}
	g.last.Wait()
	if isFirst {
		returnCrewID(g.id)
	}
}

// isTask reports whether the caller runs on a goroutine of a task of the group, made by New, and there is something to wait for.
func (g *Group) isTask() bool {
	if g.crew != nil {
		return g.crew.isTask()
	}
	others := g.active.Load() & (closedBit - 1)
	if g.joined.Load() == 0 { // read after active: the join marks itself before it counts itself out
		others--
	}
	return others > 0 && onStack(g.id)
}

func (g *Group) mustBeMade() {
	if g.s.base == nil {
		panic("task: Group must be made by Run or New")
	}
}

func (g *Group) misuse(method string, skip int) {
	joined := place(g.joined.Load())
	if g.crew != nil {
		joined = g.crew.joinedAt()
	}
	panic(fmt.Sprintf("task: %s at %v on a group that has already been joined at %v", method, callerPlace(skip+1), joined))
}
