package task_test

import (
	"context"
	goruntime "runtime"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

// errgroup, conc and ants hang or panic here.
func TestNestedGoNeverBlocks(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		within(t, func() {
			var n atomic.Int64
			err := task.Run(bg, func(g *task.Group) error {
				for range 4 {
					g.Go(func(context.Context) error {
						for range 500 { // far more than fit into the queue
							g.Go(func(context.Context) error { n.Add(1); return nil })
						}
						return nil
					})
				}
				return nil
			}, task.Limit(limit))
			if err != nil || n.Load() != 2000 {
				t.Errorf("limit %d: err %v, %d of 2000", limit, err, n.Load())
			}
		})
	}
}

// All workers submit while an outsider keeps the queue full.
func TestNestedGoWithFullQueue(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		within(t, func() {
			var n atomic.Int64
			err := task.Run(bg, func(g *task.Group) error {
				for range 1000 {
					g.Go(func(context.Context) error {
						g.Go(func(context.Context) error { n.Add(1); return nil })
						return nil
					})
				}
				return nil
			}, task.Limit(limit))
			if err != nil || n.Load() != 1000 {
				t.Errorf("limit %d: err %v, %d of 1000", limit, err, n.Load())
			}
		})
	}
}

// A task of one group that feeds another group is no task of that one: it must wait for room, or a pipeline would lose its back-pressure.
func TestPipelineKeepsBackPressure(t *testing.T) {
	within(t, func() {
		var queued, done, most atomic.Int64
		err := task.Run(bg, func(sink *task.Group) error {
			return task.Run(bg, func(source *task.Group) error {
				source.Go(func(context.Context) error {
					for range 2000 {
						sink.Go(func(context.Context) error { done.Add(1); return nil })
						most.Store(max(most.Load(), queued.Add(1)-done.Load()))
					}
					return nil
				})
				return nil
			}, task.Limit(1))
		}, task.Limit(1))
		if err != nil || done.Load() != 2000 {
			t.Error(err, done.Load())
		}
		if most.Load() > 12 { // the queue of 8, the running one, and some slack for the counting
			t.Errorf("%d tasks were queued at a time", most.Load())
		}
	})
}

func fib(ctx context.Context, p *task.Pool, n int) (int, error) {
	if n < 2 {
		return n, nil
	}
	a := task.Submit(ctx, p, func(ctx context.Context) (int, error) { return fib(ctx, p, n-1) })
	b := task.Submit(ctx, p, func(ctx context.Context) (int, error) { return fib(ctx, p, n-2) })
	x, err := a.Await(ctx)
	if err != nil {
		return 0, err
	}
	y, err := b.Await(ctx)
	return x + y, err
}

// pond, with a bounded queue, and every pool without work stealing hang here.
func TestNestedSubmitAndAwait(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		within(t, func() {
			p := task.NewPool(task.Limit(limit))
			defer p.Close()
			f := task.Submit(bg, p, func(ctx context.Context) (int, error) { return fib(ctx, p, 13) })
			if v, err := f.Await(bg); v != 233 || err != nil {
				t.Errorf("limit %d: %d, %v", limit, v, err)
			}
		})
	}
}

func TestNestedAwaitInGroup(t *testing.T) {
	for _, limit := range []int{1, 2, 8} {
		within(t, func() {
			var fib func(ctx context.Context, g *task.Group, n int) (int, error)
			fib = func(ctx context.Context, g *task.Group, n int) (int, error) {
				if n < 2 {
					return n, nil
				}
				a := task.Go(g, func(ctx context.Context) (int, error) { return fib(ctx, g, n-1) })
				y, err := fib(ctx, g, n-2)
				if err != nil {
					return 0, err
				}
				x, err := a.Await(ctx)
				return x + y, err
			}
			err := task.Run(bg, func(g *task.Group) error {
				g.Go(func(ctx context.Context) error {
					v, err := fib(ctx, g, 13)
					if v != 233 {
						t.Errorf("limit %d: %d", limit, v)
					}
					return err
				})
				return nil
			}, task.Limit(limit))
			if err != nil {
				t.Error(err)
			}
		})
	}
}

// The context of the task is not passed on: its goroutine must be recognised.
func TestNestedAwaitWithForeignContext(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		defer p.Close()
		f := task.Submit(bg, p, func(context.Context) (int, error) {
			return task.Submit(bg, p, func(context.Context) (int, error) { return 5, nil }).Await(bg)
		})
		if v, err := f.Await(bg); v != 5 || err != nil {
			t.Error(v, err)
		}
	})
}

// Await in a task must return at its deadline also when it has started the awaited task itself.
func TestNestedAwaitKeepsItsDeadline(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		defer p.Close()
		release := make(chan struct{})
		f := task.Submit(bg, p, func(ctx context.Context) (int, error) {
			inner := task.Submit(ctx, p, func(context.Context) (int, error) { <-release; return 3, nil })
			short, cancel := context.WithTimeout(ctx, time.Millisecond)
			defer cancel()
			if _, err := inner.Await(short); err != context.DeadlineExceeded {
				t.Error("want the deadline, got", err)
			}
			close(release)
			return inner.Await(ctx) // the future does not remember the deadline of another
		})
		if v, err := f.Await(bg); v != 3 || err != nil {
			t.Error(v, err)
		}
	})
}

// What a task waits for belongs to it: a map, a group or an iterator inside a task of a pool may use the pool.
func TestConstructsInsideTaskUseItsPool(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		defer p.Close()
		one := func(context.Context) (int, error) { return 1, nil }
		ask := func(ctx context.Context, _ int) (int, error) {
			var sum int
			for range 20 { // more than fit into the queue
				defer func() {}()
				task.Submit(ctx, p, one)
			}
			v, err := task.Submit(ctx, p, one).Await(ctx)
			return sum + v, err
		}
		in := make([]int, 20)
		f := task.Submit(bg, p, func(ctx context.Context) (int, error) {
			out, err := task.Map(ctx, in, ask, task.Limit(4))
			if err != nil {
				return 0, err
			}
			n := len(out)
			for _, r := range task.AsCompleted(ctx, slices.Values(in), ask, task.Limit(3)) {
				n += r.Value
			}
			err = task.Run(ctx, func(g *task.Group) error {
				for range 5 {
					g.Go(func(ctx context.Context) error { _, err := ask(ctx, 0); return err })
				}
				return nil
			})
			return n, err
		})
		if v, err := f.Await(bg); v != 40 || err != nil {
			t.Error(v, err)
		}
	})
}

func TestUnlimitedGroupInsideTaskSubmitsToItsGroup(t *testing.T) {
	within(t, func() {
		var n atomic.Int64
		err := task.Run(bg, func(outer *task.Group) error {
			outer.Go(func(ctx context.Context) error {
				return task.Run(ctx, func(inner *task.Group) error {
					inner.Go(func(context.Context) error {
						for range 100 { // waits for room that only the waiting outer task could make
							outer.Go(func(context.Context) error { n.Add(1); return nil })
						}
						return nil
					})
					return nil
				})
			})
			return nil
		}, task.Limit(1))
		if err != nil || n.Load() != 100 {
			t.Error(err, n.Load())
		}
	})
}

// deepen calls f below n stack frames.
//
//go:noinline
func deepen(n int, f func()) int {
	if n == 0 {
		f()
		return 0
	}
	return deepen(n-1, f) + 1
}

func TestNestedGoOnDeepStack(t *testing.T) {
	within(t, func() {
		var n atomic.Int64
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error {
				deepen(5000, func() {
					for range 50 {
						g.Go(func(context.Context) error { n.Add(1); return nil })
					}
				})
				return nil
			})
			return nil
		}, task.Limit(1))
		if n.Load() != 50 {
			t.Error(n.Load())
		}
	})
}

// Groups that live at the same time must not be taken for each other.
func TestManyLiveGroups(t *testing.T) {
	within(t, func() {
		groups := make([]*task.Group, 500)
		var n atomic.Int64
		for i := range groups {
			groups[i] = task.New(bg, task.Limit(1))
		}
		for _, g := range groups {
			g.Go(func(context.Context) error {
				for range 3 {
					g.Go(func(context.Context) error { n.Add(1); return nil })
				}
				return nil
			})
		}
		for _, g := range groups {
			if err := g.Wait(); err != nil {
				t.Error(err)
			}
		}
		if n.Load() != 1500 {
			t.Error(n.Load())
		}
	})
}

// The awaited task runs in the place of the waiting one, but must end like any other.
func TestNestedAwaitOfPanicAndGoexit(t *testing.T) {
	within(t, func() {
		for _, end := range []func(){func() { panic(errTest) }, goruntime.Goexit} {
			p := task.NewPool(task.Limit(1))
			f := task.Submit(bg, p, func(ctx context.Context) (int, error) {
				return task.Submit(ctx, p, func(context.Context) (int, error) { end(); return 0, nil }).Await(ctx)
			})
			var raised any
			if !goexits(func() {
				defer func() { raised = recover() }()
				_, _ = f.Await(bg)
			}) && raised == nil {
				t.Error("the end of the inner task is lost")
			}
			if pe, ok := raised.(*task.PanicError); raised != nil && (!ok || pe.Value != errTest) {
				t.Error(raised)
			}
			p.Close() // nothing is left to raise
		}
	})
}
