package task

import (
	"context"
	"iter"
)

// AsCompleted calls f for the items of in, as many at a time as there are processors or as [Limit] says, and yields each item with its
// result as soon as that is there. Errors are yielded like values and stop nothing.
//
//	for url, page := range task.AsCompleted(ctx, slices.Values(urls), fetch, task.Limit(8)) { ... }
//
// At most 2 x limit items are taken from in ahead of the loop, so in may be endless. It is read by a goroutine of its own, not by the loop's.
// Leaving the loop by break, return or panic cancels the context of the calls and waits for them and for in: nothing is left
// behind. If in can block it must honour ctx, or a break will wait for it.
//
// When ctx ends, every item already taken is still yielded, those not started with the cause of ctx as their error; a loop whose input
// was cut short sees at least one such result. A panic of f or of in ends the loop and is re-raised by it as a *[PanicError].
// An item costs about 150 ns.
func AsCompleted[T, R any](ctx context.Context, in iter.Seq[T], f func(ctx context.Context, item T) (R, error), opts ...Option) iter.Seq2[T, Result[R]] {
	return carry(ctx, in, f, opts, false)
}

// InOrder is like [AsCompleted], but yields the results in the order of in. A slow item holds back the results after it, at most 2 x limit of them.
func InOrder[T, R any](ctx context.Context, in iter.Seq[T], f func(ctx context.Context, item T) (R, error), opts ...Option) iter.Seq2[T, Result[R]] {
	return carry(ctx, in, f, opts, true)
}

func carry[T, R any](ctx context.Context, in iter.Seq[T], f func(ctx context.Context, item T) (R, error), opts []Option, ordered bool) iter.Seq2[T, Result[R]] {
	if f == nil || in == nil {
		panic("task: AsCompleted or InOrder with a nil function or input")
	}
	return func(yield func(T, Result[R]) bool) {
		c := newConveyor(ctx, f, opts)
		c.ordered = ordered
		c.done = make([]carried[T, R], c.window)
		c.start(func() { c.feed(in) })
		c.consume(yield)
	}
}

// Each calls f for every item of in, as many at a time as there are processors or as [Limit] says, and returns when all calls have. The first
// error cancels the context, stops taking items, and is returned; [AllErrors] goes on and joins the errors in the order of in. If ctx ends,
// Each returns its cause. in is read by the caller's goroutine, at most 2 x limit items ahead of the calls.
func Each[T any](ctx context.Context, in iter.Seq[T], f func(ctx context.Context, item T) error, opts ...Option) error {
	if f == nil || in == nil {
		panic("task: Each with a nil function or input")
	}
	c := newConveyor(ctx, func(ctx context.Context, item T) (struct{}, error) { return struct{}{}, f(ctx, item) }, opts)
	c.quiet = true
	c.feedHere(in)
	return c.s.verdict()
}

// feedHere makes the caller the feeder and joins the workers.
func (c *conveyor[T, R]) feedHere(in iter.Seq[T]) {
	returned := false
	defer func() {
		if !returned {
			c.s.joinUnwinding(recover(), func() { c.finish(true) })
		}
	}()
	for item := range in {
		if !c.put(item) {
			break
		}
	}
	returned = true
	c.finish(false)
}

// finish waits for the workers; unless broken off they work off what is on the conveyor.
func (c *conveyor[T, R]) finish(broken bool) {
	c.mu.Lock()
	c.fedAll = true
	c.broken = c.broken || broken
	c.wakeAll()
	for c.workers > 0 {
		c.result.Wait()
	}
	c.mu.Unlock()
}
