package task

import (
	"context"
	"errors"
	goruntime "runtime"
)

// Result is a value or the reason why there is none.
type Result[T any] struct {
	Value T
	Err   error
}

// Future is the result of a task that may not have ended. It is made by [Go] and [Submit]. A future of a one-word value costs one allocation
// of 64 bytes; waiting for one that is not done costs another two.
//
// Any number of goroutines may wait for a future, each with its own deadline. Waiting never changes the future.
type Future[T any] struct {
	job
	f     func(ctx context.Context) (T, error)
	value T
}

// Go starts f as a task of g, with a future for its result. All that is said of [Group.Go] holds: the group waits for f, fails with its error, and
// re-raises its panic.
func Go[T any](g *Group, f func(ctx context.Context) (T, error)) *Future[T] {
	if f == nil {
		panic("task: Go(g, nil)")
	}
	u := &Future[T]{f: f}
	u.crew, u.parent = g.crew, &g.member
	if g.crew != nil {
		queued, closed := g.crew.submit(nil, u)
		if closed {
			g.misuse("Go", 1)
		}
		if !queued {
			u.drop(context.Cause(g.s.base))
		}
		return u
	}
	if g.enter("Go") {
		g.spawnUnit(u)
	} else {
		u.drop(context.Cause(g.s.base))
	}
	return u
}

// Await returns the result of the task, or the cause of ctx if that ends before. It re-raises the panic of the task as a *[PanicError],
// and calls runtime.Goexit if the task did.
//
// Await in a task whose crew is busy does not wait for a free worker, so that tasks may wait for tasks at any limit: a task that has not been
// started then starts at once, in the place of the waiting one. For that, pass the context that the waiting task received, or one derived from it.
//
// A task that awaits its own future, or one that awaits it, waits until ctx ends. That is not refused, because no context tells for sure whether the
// caller is the task or a goroutine beside it, which may wait.
func (f *Future[T]) Await(ctx context.Context) (T, error) {
	if !f.isDone() {
		if err := f.wait(ctx); err != nil {
			var none T
			return none, err
		}
	}
	if f.failure != nil {
		if f.failure.panicked != nil && f.isPooled() {
			f.crew.owner.(*Pool).raised(&f.job)
		}
		return f.value, f.failure.raise()
	}
	return f.value, nil
}

// raise returns the error of a task, or ends the caller as the task ended.
func (f *failure) raise() error {
	if f.panicked != nil {
		panic(f.panicked)
	}
	if f.goexit {
		goruntime.Goexit()
	}
	return f.err
}

// wait returns nil when the job is done.
func (f *Future[T]) wait(ctx context.Context) error {
	isWorker := f.crew != nil && isMemberContext(ctx, f.crew)
	if isWorker {
		f.helpAlong(ctx)
	}
	for range 5 {
		// The task may be about to end. Looking again costs less than a channel.
		if f.isDone() {
			return nil
		}
		goruntime.Gosched()
	}
	if !isWorker && f.crew != nil && f.state.Load() == jobQueued && f.crew.isBusy() && f.crew.isTask() {
		f.helpAlong(ctx) // a task of the crew that waits with a context from elsewhere
	}
	done := f.doneChannel()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		if f.isDone() {
			return nil
		}
		return context.Cause(ctx)
	}
}

// helpAlong starts the task if it is still queued. The caller is a worker of the crew, whose place the task takes.
func (f *Future[T]) helpAlong(ctx context.Context) {
	if ctx.Err() != nil || !f.claim() {
		return
	}
	c := f.crew
	seq := c.begin()
	if f.endsWith(ctx) {
		f.runHere(seq)
		return
	}
	// ctx may end while f goes on, so f needs a goroutine of its own.
	go under(c.lineage, func() {
		returned := false
		defer func() {
			if !returned {
				c.owner.abnormal(f, recover(), c.end)
				return
			}
			c.end()
		}()
		f.execute(seq)
		returned = true
	})
}

// endsWith reports whether the context of f is sure to end when ctx ends. A task that waits with ctx may then run f itself and will
// still come back from Await in time. It is so if f was started in the group, or submitted with the context, of the waiting task.
func (f *Future[T]) endsWith(ctx context.Context) bool {
	switch ctx := ctx.(type) {
	case *memberContext:
		return ctx.crew == f.crew
	case *jobContext:
		parent, ok := f.parent.(*jobContext)
		return ok && parent == ctx
	}
	return false
}

// runHere runs a claimed task on the stack of the task that waits for it.
func (f *Future[T]) runHere(seq int64) {
	returned := false
	defer func() {
		if !returned {
			f.endHere(recover())
		}
		f.crew.end()
	}()
	f.execute(seq)
	returned = true
}

// endHere is called when the task did not return. Await ends the stack on which they both run in the same way.
func (f *Future[T]) endHere(v any) {
	s := f.crew.scope
	if v == nil {
		if !f.isPooled() {
			s.noteGoexit()
		}
		f.abort(&failure{goexit: true})
		return
	}
	pe := newPanicError(v, s.cfg.name)
	if s.cfg.crash {
		crashNow(pe)
	}
	if !f.isPooled() {
		s.notePanic(pe)
	}
	f.abort(&failure{panicked: pe})
}

func (f *Future[T]) run(_ *crew, seq int64) {
	switch {
	case f.state.Load() != jobQueued: // its awaiter has it, or it was cancelled
	case f.isPooled() && f.parent.Err() != nil:
		f.withdraw(context.Cause(f.parent))
	case f.claim():
		f.execute(seq)
	}
}

func (f *Future[T]) runIn(g *Group, seq int64) {
	if !f.claim() {
		return
	}
	if err := f.call(g.s.cfg.name); err != nil && !f.isOwnCancellation(err) {
		g.s.fail(seq, err)
	}
}

// execute runs a claimed task of a crew.
func (f *Future[T]) execute(seq int64) {
	if err := f.call(f.crew.scope.cfg.name); err != nil && !f.isOwnCancellation(err) {
		f.crew.owner.failed(seq, err)
	}
}

func (f *Future[T]) call(name string) error {
	var ctx context.Context = (*jobContext)(&f.job)
	if name != "" {
		named, done := enroll(ctx, name, name)
		defer done()
		ctx = named
	}
	value, err := f.f(ctx)
	f.f = nil // what the closure holds is free from now on
	f.value = value
	if err != nil {
		f.complete(&failure{err: err})
	} else {
		f.complete(nil)
	}
	return err
}

// isOwnCancellation reports whether err says no more than that Cancel was called on this future, which is no failure of the group.
func (f *Future[T]) isOwnCancellation(err error) bool {
	return f.isCancelled() && errors.Is(err, context.Canceled)
}

func (f *Future[T]) title(group string) string { return group }
func (f *Future[T]) asJob() *job               { return &f.job }
func (f *Future[T]) drop(cause error)          { f.withdraw(cause) }
func (f *Future[T]) abort(fail *failure)       { f.f = nil; f.complete(fail) }

// Cancel cancels the context of the task; a task that has not been started never starts, and its result is context.Canceled. The
// group or pool waits for the task all the same. Cancelling one task is no failure of its group.
func (f *Future[T]) Cancel() {
	if f.isDone() {
		return
	}
	f.flags.Or(flagCancelled)
	if !f.withdraw(context.Canceled) {
		f.interrupt()
	}
}

// Done returns a channel that is closed when the task has ended.
func (f *Future[T]) Done() <-chan struct{} { return f.doneChannel() }

// IsDone reports whether the task has ended. It costs one atomic load.
func (f *Future[T]) IsDone() bool { return f.isDone() }

// TryResult returns the result if the task has ended. It does not re-raise: the error of a task that panicked is its *[PanicError], which
// still needs a join to be raised by.
func (f *Future[T]) TryResult() (Result[T], bool) {
	if !f.isDone() {
		return Result[T]{}, false
	}
	r := Result[T]{Value: f.value}
	if fail := f.failure; fail != nil {
		switch {
		case fail.panicked != nil:
			r.Err = fail.panicked
		case fail.goexit:
			r.Err = errGoexit
		default:
			r.Err = fail.err
		}
	}
	return r, true
}
