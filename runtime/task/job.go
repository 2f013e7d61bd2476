package task

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// job is the part of a future that does not depend on the type of its value. Its size is kept down to one cache line together with a
// one-word value: what only some futures need is in attached.
type job struct {
	crew     *crew           // nil in a group without limit
	parent   context.Context // what the context of the task derives from
	attached atomic.Pointer[attached]
	failure  *failure // set before state becomes jobDone
	state    atomic.Uint32
	flags    atomic.Uint32
}

const (
	jobQueued  uint32 = iota
	jobClaimed        // somebody is going to run it, runs it, or has withdrawn it
	jobDone
)

// flags of a job
const (
	flagPooled    uint32 = 1 << iota // the context of the task has two parents: that of the submitter, and the pool
	flagCancelled                    // Cancel was called before the end
)

func (j *job) isPooled() bool    { return j.flags.Load()&flagPooled != 0 }
func (j *job) isCancelled() bool { return j.flags.Load()&flagCancelled != 0 }

// attached is made when somebody waits for a job, cancels it, or its task asks for its context's Done channel.
type attached struct {
	mu     sync.Mutex
	done   chan struct{}
	closed bool
	ctx    context.Context // child of job.parent, nil until asked for
	cancel context.CancelCauseFunc
	unlink func() bool // stops ctx from following the pool
	hold   hold        // of a panic in a pool's task
}

func (j *job) isDone() bool { return j.state.Load() == jobDone }

// claim reports whether the caller is the one who runs or withdraws the job.
func (j *job) claim() bool { return j.state.CompareAndSwap(jobQueued, jobClaimed) }

func (j *job) attach() *attached {
	if a := j.attached.Load(); a != nil {
		return a
	}
	j.attached.CompareAndSwap(nil, &attached{})
	return j.attached.Load()
}

// complete publishes the result and wakes those who wait. The caller must have claimed the job and set its result.
func (j *job) complete(f *failure) {
	j.failure = f
	j.state.Store(jobDone)
	a := j.attached.Load()
	if a == nil {
		return // whoever attaches from now on looks at the state afterwards
	}
	a.mu.Lock()
	a.closeDone()
	cancel, unlink := a.cancel, a.unlink
	a.mu.Unlock()
	if cancel != nil {
		cancel(nil)
	}
	if unlink != nil {
		unlink()
	}
}

func (a *attached) closeDone() {
	if a.done != nil && !a.closed {
		a.closed = true
		close(a.done)
	}
}

// doneChannel returns a channel that is closed when the job is done.
func (j *job) doneChannel() <-chan struct{} {
	if j.crew != nil && j.state.Load() == jobQueued {
		j.crew.watchQueue() // the crew's context may end while every worker is busy
	}
	a := j.attach()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.done == nil {
		a.done = make(chan struct{})
	}
	if j.isDone() {
		a.closeDone()
	}
	return a.done
}

// withdraw completes the job without running it, if it has not been started.
func (j *job) withdraw(cause error) bool {
	if !j.claim() {
		return false
	}
	j.complete(&failure{err: cause})
	return true
}

// interrupt cancels the context of the task.
func (j *job) interrupt() {
	j.context()
	j.attached.Load().cancel(nil)
}

// context returns the job's own cancellable context, made on first use: most tasks only hand their context on or
// ask for its Err, and an unused child context would cost more than the rest of the future.
func (j *job) context() context.Context {
	a := j.attach()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ctx == nil {
		a.ctx, a.cancel = context.WithCancelCause(j.parent)
		if j.isPooled() && !j.isDone() {
			scope, cancel := j.crew.scope, a.cancel
			a.unlink = context.AfterFunc(scope.base, func() { cancel(context.Cause(scope.base)) })
			if scope.isEnded() {
				cancel(context.Cause(scope.base)) // now, and not when AfterFunc gets round to it
			}
		}
		if j.isDone() { // and complete may have been here before
			a.cancel(nil)
			if a.unlink != nil {
				a.unlink()
			}
		}
	}
	return a.ctx
}

func (j *job) existingContext() context.Context {
	a := j.attached.Load()
	if a == nil {
		return nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ctx
}

// jobContext is a job as the context of its task.
type jobContext job

func (c *jobContext) Deadline() (time.Time, bool) { return c.parent.Deadline() }
func (c *jobContext) Done() <-chan struct{}       { return (*job)(c).context().Done() }

func (c *jobContext) Err() error {
	j := (*job)(c)
	ctx := j.existingContext()
	if ctx == nil {
		if j.parent.Err() == nil && !j.isDone() && !(j.isPooled() && j.crew.scope.isEnded()) {
			return nil
		}
		ctx = j.context() // so that context.Cause finds the cause
	}
	return ctx.Err()
}

func (c *jobContext) Value(key any) any {
	switch k := key.(type) {
	case lineageKey:
		if c.crew != nil {
			return c.crew.lineage
		}
	case memberOf:
		if k.crew == c.crew {
			return true
		}
	}
	if ctx := (*job)(c).existingContext(); ctx != nil {
		return ctx.Value(key)
	}
	return c.parent.Value(key)
}
