package task_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unsafe"

	"github.com/conclint/conclint/runtime/task"
)

func TestFutureSize(t *testing.T) {
	if size := unsafe.Sizeof(task.Future[int]{}); size > 64 {
		t.Errorf("a future of an int has %d bytes, one cache line is 64", size)
	}
}

func TestFutureOfGroup(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		err := task.Run(bg, func(g *task.Group) error {
			fs := make([]*task.Future[int], 50)
			for i := range fs {
				fs[i] = task.Go(g, func(context.Context) (int, error) { return i * i, nil })
			}
			for i, f := range fs {
				if v, err := f.Await(g.Context()); v != i*i || err != nil {
					t.Errorf("future %d: %d, %v", i, v, err)
				}
				if r, ok := f.TryResult(); !ok || r.Value != i*i || !f.IsDone() {
					t.Errorf("TryResult %d: %v, %v", i, r, ok)
				}
			}
			return nil
		}, opts...)
		if err != nil {
			t.Error(err)
		}
	})
}

func TestErrorOfFutureFailsItsGroup(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		var f *task.Future[string]
		err := task.Run(bg, func(g *task.Group) error {
			f = task.Go(g, func(context.Context) (string, error) { return "partial", errTest })
			<-g.Context().Done()
			return nil
		}, opts...)
		if v, ferr := f.Await(bg); err != errTest || ferr != errTest || v != "partial" {
			t.Error(err, v, ferr)
		}
	})
}

// A library that stores the deadline of one waiter in the future breaks all waiters after it.
func TestDeadlineOfOneWaiterDoesNotTouchTheFuture(t *testing.T) {
	within(t, func() {
		p := task.NewPool()
		defer p.Close()
		release := make(chan struct{})
		f := task.Submit(bg, p, func(context.Context) (int, error) { <-release; return 9, nil })
		long := make(chan error)
		go func() {
			_, err := f.Await(bg)
			long <- err
		}()
		for range 2 { // the second waiter has its own deadline, too
			short, cancel := context.WithTimeoutCause(bg, time.Millisecond, errTest)
			if _, err := f.Await(short); err != errTest {
				t.Error("want the cause of the waiter's context, got", err)
			}
			cancel()
		}
		if _, ok := f.TryResult(); ok || f.IsDone() {
			t.Error("the future is done")
		}
		close(release)
		if v, err := f.Await(bg); v != 9 || err != nil {
			t.Error(v, err)
		}
		if err := <-long; err != nil {
			t.Error(err)
		}
	})
}

func TestAwaitPrefersTheResult(t *testing.T) {
	p := task.NewPool()
	defer p.Close()
	f := task.Submit(bg, p, func(context.Context) (int, error) { return 1, nil })
	<-f.Done()
	ended, cancel := context.WithCancel(bg)
	cancel()
	if v, err := f.Await(ended); v != 1 || err != nil {
		t.Error(v, err)
	}
}

// A future whose value is an error must not confuse the two.
func TestFutureOfTypeError(t *testing.T) {
	p := task.NewPool()
	defer p.Close()
	f := task.Submit(bg, p, func(context.Context) (error, error) { return errTest, nil })
	if v, err := f.Await(bg); v != errTest || err != nil {
		t.Error(v, err)
	}
}

func TestCancelOfFuture(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		err := task.Run(bg, func(g *task.Group) error {
			began := make(chan struct{})
			running := task.Go(g, func(ctx context.Context) (int, error) {
				close(began)
				<-ctx.Done()
				if context.Cause(ctx) != context.Canceled {
					t.Error("cause:", context.Cause(ctx))
				}
				return 1, ctx.Err()
			})
			<-began
			running.Cancel()
			running.Cancel()
			if v, err := running.Await(bg); v != 1 || err != context.Canceled {
				t.Error(v, err)
			}
			if g.Context().Err() != nil {
				t.Error("cancelling one task cancelled its group")
			}
			return nil
		}, opts...)
		if err != nil {
			t.Error("cancelling one task failed its group:", err)
		}
	})
}

func TestCancelledFutureNeverStarts(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		release := make(chan struct{})
		task.Submit(bg, p, func(context.Context) (int, error) { <-release; return 0, nil })
		f := task.Submit(bg, p, func(context.Context) (int, error) { t.Error("started"); return 0, nil })
		f.Cancel()
		if _, err := f.Await(bg); err != context.Canceled { // while the worker is still busy
			t.Error(err)
		}
		close(release)
		p.Close()
	})
}

func TestContextOfFuture(t *testing.T) {
	type key struct{}
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		ctx, cancel := context.WithCancelCause(context.WithValue(bg, key{}, "v"))
		began := make(chan struct{})
		var kept context.Context
		f := task.Submit(ctx, p, func(ctx context.Context) (int, error) {
			if ctx.Err() != nil || ctx.Value(key{}) != "v" {
				t.Error("context of the submitter:", ctx.Err(), ctx.Value(key{}))
			}
			if _, has := ctx.Deadline(); has {
				t.Error("deadline out of nowhere")
			}
			kept = ctx
			close(began)
			child, stop := context.WithTimeout(ctx, time.Hour)
			defer stop()
			<-child.Done()
			return 0, context.Cause(child)
		})
		<-began
		cancel(errTest)
		if _, err := f.Await(bg); err != errTest {
			t.Error("want the cause of the submitter's context, got", err)
		}
		p.Close()
		if kept.Err() == nil {
			t.Error("the context of a task lives on after it")
		}
	})
}

func TestContextOfFutureEndsWithTheTask(t *testing.T) {
	p := task.NewPool()
	defer p.Close()
	for _, touch := range []bool{false, true} {
		var kept context.Context
		f := task.Submit(bg, p, func(ctx context.Context) (int, error) {
			if touch {
				_ = ctx.Done()
			}
			kept = ctx
			return 0, nil
		})
		_, _ = f.Await(bg)
		<-kept.Done()
		if kept.Err() == nil {
			t.Error("alive")
		}
	}
}

func TestQueuedTaskOfEndedContextNeverStarts(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		defer p.Close()
		release := make(chan struct{})
		task.Submit(bg, p, func(context.Context) (int, error) { <-release; return 0, nil })
		ctx, cancel := context.WithCancelCause(bg)
		f := task.Submit(ctx, p, func(context.Context) (int, error) { t.Error("started"); return 0, nil })
		cancel(errTest)
		close(release)
		if _, err := f.Await(bg); err != errTest {
			t.Error(err)
		}
	})
}

func TestSubmitOnFullQueueEndsWithItsContext(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		release := make(chan struct{})
		ctx, cancel := context.WithCancelCause(bg)
		time.AfterFunc(2*time.Millisecond, func() { cancel(errTest) })
		var last *task.Future[int]
		for range 20 {
			last = task.Submit(ctx, p, func(context.Context) (int, error) { <-release; return 0, nil })
		}
		if _, err := last.Await(bg); err != errTest {
			t.Error(err)
		}
		close(release)
		p.Close()
	})
}

func TestGroupFutureDroppedByErrorIsDone(t *testing.T) {
	within(t, func() {
		var dropped *task.Future[int]
		err := task.Run(bg, func(g *task.Group) error {
			release := make(chan struct{})
			g.Go(func(context.Context) error { <-release; return errTest })
			dropped = task.Go(g, func(context.Context) (int, error) { t.Error("started"); return 0, nil })
			close(release)
			return nil
		}, task.Limit(1))
		if _, ferr := dropped.Await(bg); err != errTest || ferr != errTest {
			t.Error(err, ferr)
		}
		_ = task.Run(bg, func(g *task.Group) error {
			g.Cancel(errTest)
			if _, err := task.Go(g, func(context.Context) (int, error) { return 0, nil }).Await(bg); err != errTest {
				t.Error(err)
			}
			return nil
		})
	})
}

// The worker is busy for good, but whoever waits for a queued future must hear of the cancellation.
func TestGroupFutureDroppedByParentWhileWorkersAreBusy(t *testing.T) {
	within(t, func() {
		ctx, cancel := context.WithCancel(bg)
		release := make(chan struct{})
		_ = task.Run(ctx, func(g *task.Group) error {
			g.Go(func(context.Context) error { <-release; return nil })
			f := task.Go(g, func(context.Context) (int, error) { return 0, nil })
			cancel()
			if _, err := f.Await(bg); err != context.Canceled {
				t.Error(err)
			}
			close(release)
			return nil
		}, task.Limit(1))
	})
}

func TestManyWaiters(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(2))
		defer p.Close()
		for range 100 {
			f := task.Submit(bg, p, func(context.Context) (int, error) { return 4, nil })
			var wg sync.WaitGroup
			for i := range 8 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					if i%2 == 0 {
						<-f.Done()
					}
					if v, err := f.Await(bg); v != 4 || err != nil {
						t.Error(v, err)
					}
				}()
			}
			wg.Wait()
		}
	})
}

func TestPoolClose(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(2))
		var n atomic.Int64
		for range 100 {
			task.Submit(bg, p, func(context.Context) (int, error) { n.Add(1); return 0, nil })
		}
		p.Close()
		p.Close()
		if n.Load() != 100 {
			t.Errorf("Close dropped %d tasks", 100-n.Load())
		}
		_, err := task.Submit(bg, p, func(context.Context) (int, error) { return 0, nil }).Await(bg)
		if !errors.Is(err, task.ErrPoolClosed) || !strings.Contains(err.Error(), "future_test.go:") {
			t.Error("want ErrPoolClosed with the place of Close, got", err)
		}
	})
}

func TestCloseWakesSubmitters(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		release := make(chan struct{})
		var wg sync.WaitGroup
		var refused atomic.Int64
		for range 30 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				_, err := task.Submit(bg, p, func(context.Context) (int, error) { <-release; return 0, nil }).Await(bg)
				if errors.Is(err, task.ErrPoolClosed) {
					refused.Add(1)
				} else if err != nil {
					t.Error(err)
				}
			}()
		}
		time.Sleep(2 * time.Millisecond)
		closed := make(chan struct{})
		go func() { p.Close(); close(closed) }()
		for refused.Load() == 0 {
			time.Sleep(100 * time.Microsecond)
		}
		close(release)
		<-closed
		wg.Wait()
	})
}

// While a pool drains, its own tasks may still need it.
func TestTasksMaySubmitWhileThePoolDrains(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		closing := make(chan struct{})
		f := task.Submit(bg, p, func(ctx context.Context) (int, error) {
			<-closing
			time.Sleep(time.Millisecond)
			return task.Submit(ctx, p, func(context.Context) (int, error) { return 6, nil }).Await(ctx)
		})
		go close(closing)
		p.Close()
		if v, err := f.Await(bg); v != 6 || err != nil {
			t.Error(v, err)
		}
	})
}

func TestShutdown(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		f := task.Submit(bg, p, func(context.Context) (int, error) { return 1, nil })
		if err := p.Shutdown(bg); err != nil {
			t.Error(err)
		}
		if v, err := f.Await(bg); v != 1 || err != nil {
			t.Error(v, err)
		}

		p = task.NewPool(task.Limit(1))
		running := task.Submit(bg, p, func(ctx context.Context) (int, error) { <-ctx.Done(); return 0, context.Cause(ctx) })
		queued := task.Submit(bg, p, func(context.Context) (int, error) { t.Error("started"); return 0, nil })
		ctx, cancel := context.WithTimeoutCause(bg, time.Millisecond, errTest)
		defer cancel()
		if err := p.Shutdown(ctx); err != errTest {
			t.Error("Shutdown:", err)
		}
		for _, f := range []*task.Future[int]{running, queued} {
			if _, err := f.Await(bg); err != errTest {
				t.Error("want the reason of the shutdown, got", err)
			}
		}
	})
}

func TestPoolMisuse(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		f := task.Submit(bg, p, func(context.Context) (int, error) { p.Close(); return 0, nil })
		mustPanic(t, func() { _, _ = f.Await(bg) }, "Pool.Close at", "future_test.go:", "wait for itself")
		mustPanic(t, func() { task.Submit[int](bg, p, nil) }, "nil")
		p.Close()
	})
}

func TestBatch(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(3))
		defer p.Close()
		b := task.NewBatch[int](p)
		for round := range 3 {
			for i := range 20 {
				b.Submit(func(context.Context) (int, error) {
					time.Sleep(time.Duration(20-i) * 10 * time.Microsecond)
					if i == 7 {
						return 0, errTest
					}
					return i + round, nil
				})
			}
			all := b.WaitAll(bg)
			if len(all) != 20 {
				t.Fatal(len(all))
			}
			for i, r := range all {
				if i == 7 && r.Err != errTest || i != 7 && (r.Err != nil || r.Value != i+round) {
					t.Errorf("round %d, result %d: %v", round, i, r)
				}
			}
		}
		if all := b.WaitAll(bg); len(all) != 0 {
			t.Error(all)
		}
	})
}

func TestBatchTimeout(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		defer p.Close()
		b := task.NewBatch[int](p)
		b.Submit(func(context.Context) (int, error) { return 1, nil })
		b.Submit(func(ctx context.Context) (int, error) { <-ctx.Done(); return 2, ctx.Err() })
		b.Submit(func(context.Context) (int, error) { t.Error("started"); return 3, nil })
		ctx, cancel := context.WithTimeoutCause(bg, time.Millisecond, errTest)
		defer cancel()
		all := b.WaitAll(ctx)
		if all[0] != (task.Result[int]{Value: 1}) || all[1].Err != errTest || all[2].Err != errTest {
			t.Error(all)
		}
	})
}

// A task that waits for its own future is let go by its context, and so is the group.
func TestAwaitOfItselfEndsWithItsContext(t *testing.T) {
	for name, opts := range map[string][]task.Option{"unlimited": nil, "named": {task.Named("x")}, "limit": {task.Limit(1)}} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				err := task.Run(bg, func(g *task.Group) error {
					made := make(chan *task.Future[int], 1)
					f := task.Go(g, func(ctx context.Context) (int, error) {
						ctx, cancel := context.WithTimeout(ctx, time.Millisecond)
						defer cancel()
						return (<-made).Await(ctx)
					})
					made <- f
					return nil
				}, opts...)
				if !errors.Is(err, context.DeadlineExceeded) {
					t.Errorf("Run returned %v", err)
				}
			})
		})
	}
}
