package task_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

// kinds are the implementations of a group.
var kinds = []struct {
	name string
	opts []task.Option
}{
	{"unlimited", nil},
	{"limit 1", []task.Option{task.Limit(1)}},
	{"limit 3", []task.Option{task.Limit(3)}},
	{"named", []task.Option{task.Named("worker")}},
	{"named, limit 2", []task.Option{task.Named("worker"), task.Limit(2)}},
}

func forKinds(t *testing.T, f func(t *testing.T, opts []task.Option)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) { within(t, func() { f(t, k.opts) }) })
	}
}

func TestRunJoinsAllTasks(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		var n atomic.Int64
		err := task.Run(bg, func(g *task.Group) error {
			for range 500 {
				g.Go(func(context.Context) error { n.Add(1); return nil })
			}
			return nil
		}, opts...)
		if err != nil || n.Load() != 500 {
			t.Errorf("err %v, %d of 500 tasks", err, n.Load())
		}
	})
}

func TestFirstErrorCancelsWithCause(t *testing.T) {
	for _, opts := range [][]task.Option{nil, {task.Limit(2)}} {
		var cause atomic.Value
		err := task.Run(bg, func(g *task.Group) error {
			g.Go(func(ctx context.Context) error {
				<-ctx.Done()
				cause.Store(context.Cause(ctx))
				return fmt.Errorf("shutting down: %w", ctx.Err()) // an echo
			})
			g.Go(func(context.Context) error { return errTest })
			return nil
		}, opts...)
		if err != errTest || cause.Load() != errTest {
			t.Errorf("result %v, cause %v", err, cause.Load())
		}
	}
}

func TestErrorOfBodyCancels(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		err := task.Run(bg, func(g *task.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			return errTest
		}, opts...)
		if err != errTest {
			t.Error(err)
		}
	})
}

// The peers run all 100 tasks.
func TestQueuedTasksAreDroppedAfterError(t *testing.T) {
	var ran atomic.Int64
	err := task.Run(bg, func(g *task.Group) error {
		for range 100 {
			g.Go(func(context.Context) error { ran.Add(1); return errTest })
		}
		return nil
	}, task.Limit(1))
	if err != errTest || ran.Load() != 1 {
		t.Errorf("err %v, %d tasks ran after the first error", err, ran.Load()-1)
	}
}

func TestGoAfterErrorDropsTask(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error { return errTest })
			<-g.Context().Done()
			g.Go(func(context.Context) error { t.Error("started"); return nil })
			if g.TryGo(func(context.Context) error { t.Error("started"); return nil }) {
				t.Error("TryGo accepted a task after the error")
			}
			return nil
		}, opts...)
	})
}

// The peers hang: Go is blocked at the limit and does not see the cancellation.
func TestBlockedGoReturnsOnCancel(t *testing.T) {
	within(t, func() {
		ctx, cancel := context.WithCancel(bg)
		defer cancel()
		err := task.Run(ctx, func(g *task.Group) error {
			for i := range 1000 { // far more than fit into the queue
				if i == 5 {
					time.AfterFunc(time.Millisecond, cancel)
				}
				g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			}
			return nil
		}, task.Limit(2))
		if err != context.Canceled {
			t.Error(err)
		}
	})
}

func TestParentEnd(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		ctx, cancel := context.WithCancelCause(bg)
		err := task.Run(ctx, func(g *task.Group) error {
			g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
			cancel(errTest)
			return nil
		}, opts...)
		if err != errTest {
			t.Errorf("want the cause of the parent, got %v", err)
		}
	})
}

func TestRealErrorAfterParentEndWins(t *testing.T) {
	ctx, cancel := context.WithCancel(bg)
	err := task.Run(ctx, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
		g.Go(func(ctx context.Context) error { <-ctx.Done(); return errTest })
		cancel()
		return nil
	})
	if err != errTest {
		t.Errorf("the echo of the cancellation hides the error: %v", err)
	}
}

func TestErrorThatLooksLikeCancellationIsKept(t *testing.T) {
	err := task.Run(bg, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			own, cancel := context.WithTimeout(ctx, time.Nanosecond)
			defer cancel()
			<-own.Done()
			return own.Err()
		})
		return nil
	})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the task's own timeout is lost: %v", err)
	}
}

func TestAllErrors(t *testing.T) {
	for _, opts := range [][]task.Option{nil, {task.Limit(1)}, {task.Limit(4)}} {
		err := task.Run(bg, func(g *task.Group) error {
			for i := range 10 {
				g.Go(func(ctx context.Context) error {
					time.Sleep(time.Duration(10-i) * 50 * time.Microsecond)
					if ctx.Err() != nil {
						t.Error("an error cancelled a sibling")
					}
					if i%2 == 0 {
						return fmt.Errorf("error %d", i)
					}
					return nil
				})
			}
			return errTest
		}, append(opts, task.AllErrors())...)
		want := "error 0\nerror 2\nerror 4\nerror 6\nerror 8\ntest error"
		if err == nil || err.Error() != want {
			t.Errorf("got %v, want %q", err, want)
		}
	}
}

func TestAllErrorsOfNone(t *testing.T) {
	if err := task.Run(bg, func(g *task.Group) error {
		g.Go(func(context.Context) error { return nil })
		return nil
	}, task.AllErrors()); err != nil {
		t.Error(err)
	}
}

func TestCancel(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		for _, cause := range []error{nil, errTest} {
			err := task.Run(bg, func(g *task.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() })
				g.Cancel(cause)
				return nil
			}, opts...)
			if err != cause {
				t.Errorf("Cancel(%v): result %v", cause, err)
			}
		}
	})
}

func TestLimitIsKept(t *testing.T) {
	for _, limit := range []int{1, 2, 7} {
		var running, most, over atomic.Int64
		err := task.Run(bg, func(g *task.Group) error {
			for range 300 {
				g.Go(func(context.Context) error {
					n := running.Add(1)
					if n > int64(limit) {
						over.Add(1)
					}
					for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
					}
					time.Sleep(20 * time.Microsecond)
					running.Add(-1)
					return nil
				})
			}
			return nil
		}, task.Limit(limit))
		if err != nil || over.Load() > 0 {
			t.Errorf("limit %d: err %v, exceeded %d times", limit, err, over.Load())
		}
		if most.Load() != int64(limit) {
			t.Errorf("limit %d: at most %d ran at a time", limit, most.Load())
		}
	}
}

func TestHugeLimit(t *testing.T) {
	n := 0
	err := task.Run(bg, func(g *task.Group) error {
		g.Go(func(context.Context) error { n++; return nil })
		return nil
	}, task.Limit(math.MaxInt))
	if err != nil || n != 1 {
		t.Error(err, n)
	}
}

func TestTryGo(t *testing.T) {
	within(t, func() {
		release := make(chan struct{})
		wait := func(context.Context) error { <-release; return nil }
		_ = task.Run(bg, func(g *task.Group) error {
			if !g.TryGo(wait) || !g.TryGo(wait) || g.TryGo(wait) {
				t.Error("want two tasks to start and the third to be refused")
			}
			close(release)
			return nil
		}, task.Limit(2))
		g := task.New(bg)
		if !g.TryGo(func(context.Context) error { return nil }) {
			t.Error("refused without a limit")
		}
		_ = g.Wait()
		if g.TryGo(wait) {
			t.Error("accepted after the join")
		}
	})
}

func TestSplitForm(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		g := task.New(bg, opts...)
		var n atomic.Int64
		for range 100 {
			g.Go(func(context.Context) error { n.Add(1); return nil })
		}
		if err := g.Wait(); err != nil || n.Load() != 100 {
			t.Error(err, n.Load())
		}
		if err := g.Wait(); err != nil {
			t.Error("second Wait:", err)
		}
		if g.Context().Err() == nil {
			t.Error("the context lives on after the join")
		}
	})
}

func TestSecondWaitRepeatsTheError(t *testing.T) {
	g := task.New(bg)
	g.Go(func(context.Context) error { return errTest })
	if a, b := g.Wait(), g.Wait(); a != errTest || b != errTest {
		t.Error(a, b)
	}
}

func TestGoDuringWait(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		g := task.New(bg, opts...)
		var n atomic.Int64
		var grow func(depth int) func(context.Context) error
		grow = func(depth int) func(context.Context) error {
			return func(context.Context) error {
				n.Add(1)
				if depth > 0 {
					g.Go(grow(depth - 1))
					g.Go(grow(depth - 1))
				}
				return nil
			}
		}
		g.Go(grow(9))
		if err := g.Wait(); err != nil || n.Load() != 1023 {
			t.Errorf("err %v, %d tasks, want 1023", err, n.Load())
		}
	})
}

func TestMisuseNamesBothPlaces(t *testing.T) {
	nop := func(context.Context) error { return nil }
	forKinds(t, func(t *testing.T, opts []task.Option) {
		var g *task.Group
		_ = task.Run(bg, func(inner *task.Group) error { g = inner; return nil }, opts...)
		v := panicOf(t, func() { g.Go(nop) })
		if msg := fmt.Sprint(v); strings.Count(msg, "group_test.go:") != 2 || !strings.Contains(msg, "already been joined") {
			t.Errorf("want a message that names the join and the call, got %q", msg)
		}
		v = panicOf(t, func() { task.Go(g, func(context.Context) (int, error) { return 0, nil }) })
		if msg := fmt.Sprint(v); strings.Count(msg, "group_test.go:") != 2 {
			t.Errorf("want a message that names the join and the call, got %q", msg)
		}
	})
}

func TestMisuse(t *testing.T) {
	within(t, func() {
		nop := func(context.Context) error { return nil }
		mustPanic(t, func() { task.Limit(0) }, "Limit(0) would never run anything")
		mustPanic(t, func() { task.Limit(-3) }, "Limit(-3)")
		mustPanic(t, func() { task.PanicGrace(-1) }, "negative")
		mustPanic(t, func() { var g task.Group; g.Go(nop) }, "must be made by Run or New")
		mustPanic(t, func() { var g task.Group; _ = g.Wait() }, "must be made by Run or New")
		mustPanic(t, func() {
			_ = task.Run(bg, func(g *task.Group) error { return g.Wait() })
		}, "Group.Wait inside Run")
		mustPanic(t, func() { _ = task.Run(bg, func(g *task.Group) error { g.Go(nil); return nil }) }, "nil")
	})
}

// A group that one of its tasks waits for would never end.
func TestWaitByATaskIsRefused(t *testing.T) {
	refused := []string{"Group.Wait at", "would wait for itself", "group_test.go:"}
	for name, opts := range map[string][]task.Option{
		"unlimited": nil, "unlimited, named": {task.Named("x")}, "limit": {task.Limit(1)}, "limit, named": {task.Limit(1), task.Named("x")},
	} {
		t.Run(name, func(t *testing.T) {
			within(t, func() {
				g := task.New(bg, opts...)
				g.Go(func(context.Context) error { return g.Wait() })
				mustPanic(t, func() { _ = g.Wait() }, refused...)

				late := task.New(bg, opts...)
				joining := make(chan struct{})
				late.Go(func(context.Context) error {
					<-joining
					time.Sleep(time.Millisecond) // the owner is in its Wait by now
					return late.Wait()
				})
				mustPanic(t, func() { close(joining); _ = late.Wait() }, refused...)

				inner := task.New(bg, opts...)
				inner.Go(func(ctx context.Context) error {
					return task.Run(ctx, func(nested *task.Group) error {
						nested.Go(func(context.Context) error { return inner.Wait() })
						return nil
					})
				})
				mustPanic(t, func() { _ = inner.Wait() }, refused...)
			})
		})
	}
}

func TestWaitByATaskOfAnotherGroup(t *testing.T) {
	within(t, func() {
		for range 200 {
			first, second := task.New(bg), task.New(bg)
			done := make(chan struct{})
			first.Go(func(context.Context) error { <-done; return nil })
			second.Go(func(context.Context) error { return first.Wait() })
			second.Go(func(context.Context) error { close(done); return first.Wait() })
			if err := second.Wait(); err != nil {
				t.Fatal(err)
			}
			if err := second.Wait(); err != nil { // and once more
				t.Fatal(err)
			}
		}
	})
}

func TestNilIsRefused(t *testing.T) {
	p := task.NewPool()
	defer p.Close()
	for name, f := range map[string]func(){
		"TryGo":       func() { task.New(bg).TryGo(nil) },
		"GoNamed":     func() { task.New(bg).GoNamed("x", nil) },
		"Go":          func() { task.Go[int](task.New(bg), nil) },
		"Submit":      func() { task.Submit(nil, p, double2) }, //nolint:staticcheck // the nil context is the point
		"Submit pool": func() { task.Submit(bg, nil, double2) },
		"Map":         func() { _, _ = task.Map[int, int](bg, nil, nil) },
		"MapWith":     func() { _, _ = task.MapWith[int, int, int](bg, nil, nil, nil) },
		"Each":        func() { _ = task.Each[int](bg, nil, nil) },
		"InOrder":     func() { task.InOrder[int, int](bg, nil, nil) },
		"Background":  func() { task.Background(bg, "x", nil) },
	} {
		t.Run(name, func(t *testing.T) { mustPanic(t, f, "task: ", "nil") })
	}
}

func double2(context.Context) (int, error) { return 2, nil }

func TestGoNamedWithLimit(t *testing.T) {
	var g *task.Group
	name := ""
	err := task.Run(bg, func(inner *task.Group) error {
		g = inner
		g.GoNamed("one", func(ctx context.Context) error {
			info, _ := task.Current(ctx)
			name = info.Name
			return errTest
		})
		return nil
	}, task.Limit(1))
	if err != errTest || name != "one" {
		t.Error(err, name)
	}
	mustPanic(t, func() { g.GoNamed("two", func(context.Context) error { return nil }) }, "Group.GoNamed", "already been joined")
}

func TestZeroOptionChangesNothing(t *testing.T) {
	if err := task.Run(bg, func(g *task.Group) error { return errTest }, task.Option{}); err != errTest {
		t.Error(err)
	}
}

func TestContextOfTaskWorksWithContextPackage(t *testing.T) {
	type key struct{}
	parent := context.WithValue(bg, key{}, 7)
	forKinds(t, func(t *testing.T, opts []task.Option) {
		err := task.Run(parent, func(g *task.Group) error {
			g.Go(func(ctx context.Context) error {
				if ctx.Value(key{}) != 7 {
					t.Error("value of the parent is lost")
				}
				child, cancel := context.WithCancel(ctx)
				defer cancel()
				g.Cancel(errTest)
				<-child.Done()
				if context.Cause(child) != errTest {
					t.Error("cause:", context.Cause(child))
				}
				return nil
			})
			return nil
		}, opts...)
		if err != errTest {
			t.Error(err)
		}
	})
}

func TestStartOrderWithLimitOne(t *testing.T) {
	var order []int
	_ = task.Run(bg, func(g *task.Group) error {
		for i := range 100 {
			g.Go(func(context.Context) error { order = append(order, i); return nil })
		}
		return nil
	}, task.Limit(1))
	if len(order) != 100 || !slices.IsSorted(order) {
		t.Error(order)
	}
}
