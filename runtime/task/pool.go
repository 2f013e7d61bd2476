package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
)

// ErrPoolClosed is the error of a future whose task was submitted after [Pool.Shutdown] or [Pool.Close].
var ErrPoolClosed = errors.New("task: the pool is closed")

// Pool runs tasks for as long as it is open, at most limit at a time. Where [Run] joins tasks that belong together, a pool serves submitters
// that do not know each other; each joins its own tasks through their futures. Its owner must call [Pool.Close] or [Pool.Shutdown].
//
// A task costs about 40 ns plus the future. A panic is re-raised by [Future.Await]; one that nobody has awaited is re-raised by Close and
// Shutdown, and ends the process if neither comes within the grace ([PanicGrace]). A task that calls runtime.Goexit makes Await call
// runtime.Goexit.
type Pool struct {
	s    scope
	crew *crew

	mu   sync.Mutex
	held []*job // panicked, and not awaited yet
}

// NewPool returns an open pool. Without [Limit] it runs one task per processor at a time.
func NewPool(opts ...Option) *Pool {
	p := &Pool{}
	cfg := newConfig(opts)
	p.s.open(context.Background(), cfg)
	p.crew = newCrew(&p.s, p, cfg.workers(), nil)
	return p
}

// Submit queues f in p and returns the future of its result. f receives a context that derives from ctx and also ends when the pool is
// forced to stop. A task whose context ends before it starts never starts, and its error is the cause.
//
// Submit waits while the queue is full, and at most until ctx ends; called by a task of the pool it never waits. On a
// closed pool it returns a future that has failed with an error that matches [ErrPoolClosed] and says where the pool was closed.
func Submit[T any](ctx context.Context, p *Pool, f func(ctx context.Context) (T, error)) *Future[T] {
	if f == nil || ctx == nil || p == nil {
		panic("task: Submit with a nil context, pool or function")
	}
	u := &Future[T]{f: f}
	u.crew, u.parent = p.crew, ctx
	u.flags.Store(flagPooled)
	queued, closed := p.crew.submit(ctx, u)
	switch {
	case closed:
		u.drop(fmt.Errorf("%w (at %v)", ErrPoolClosed, p.crew.joinedAt()))
	case queued:
	case ctx.Err() != nil:
		u.drop(context.Cause(ctx))
	default:
		u.drop(context.Cause(p.s.base))
	}
	return u
}

// Close lets the queued tasks end, takes no new ones, and returns when no task and no worker is left. It may be called again.
// It re-raises a panic that nobody has awaited. It panics when a task of the pool calls it, since it would wait for itself.
func (p *Pool) Close() { p.shutdown(context.Background(), "Pool.Close", callerPlace(1)) }

// Shutdown is like Close, but when ctx ends it drops the queued tasks, cancels the running ones, and then waits for those. It returns nil
// if all tasks came to their end, otherwise the cause of ctx.
func (p *Pool) Shutdown(ctx context.Context) error {
	return p.shutdown(ctx, "Pool.Shutdown", callerPlace(1))
}

func (p *Pool) shutdown(ctx context.Context, method string, at place) error {
	if p.crew.isTask() {
		panic(fmt.Sprintf("task: %s at %v by a task of the pool would wait for itself", method, at))
	}
	stop := context.AfterFunc(ctx, func() {
		p.s.cancel(context.Cause(ctx))
		p.crew.dropAll()
	})
	p.crew.refuse(at)
	p.crew.drain(at)
	var err error
	if !stop() {
		err = context.Cause(ctx)
	}
	p.s.cancel(ErrPoolClosed)
	p.raiseHeld()
	return err
}

// raiseHeld takes over the panics that nobody has awaited, and re-raises the first.
func (p *Pool) raiseHeld() {
	p.mu.Lock()
	held := p.held
	p.held = nil
	p.mu.Unlock()
	for _, j := range held {
		j.attach().hold.release()
	}
	if len(held) > 0 {
		panic(held[0].failure.panicked)
	}
}

func (p *Pool) failed(int64, error) {} // the future has it

func (p *Pool) abnormal(u unit, v any, leave func()) {
	if v == nil {
		u.abort(&failure{goexit: true})
		leave()
		return
	}
	if p.s.cfg.crash {
		panic(v)
	}
	pe := newPanicError(v, p.s.cfg.name)
	j := u.(interface{ asJob() *job }).asJob()
	hold := &j.attach().hold
	p.mu.Lock()
	p.held = append(p.held, j)
	p.mu.Unlock()
	u.abort(&failure{panicked: pe})
	leave()
	hold.wait(v, p.s.cfg.grace)
}

// raised is called when an awaiter takes a panic over.
func (p *Pool) raised(j *job) {
	p.mu.Lock()
	if at := slices.Index(p.held, j); at >= 0 {
		p.held = slices.Delete(p.held, at, at+1)
	}
	p.mu.Unlock()
	j.attach().hold.release()
}
