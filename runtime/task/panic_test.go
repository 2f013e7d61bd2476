package task_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	goruntime "runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

//go:noinline
func explode(v any) { panic(v) }

// joins are all constructs that join: each runs f as a task, besides others that wait for the cancellation.
var joins = []struct {
	name string
	run  func(f func(ctx context.Context) error)
}{
	{"Run", func(f func(context.Context) error) {
		_ = task.Run(bg, func(g *task.Group) error { g.Go(untilEnd); g.Go(f); return nil })
	}},
	{"Run Limit", func(f func(context.Context) error) {
		_ = task.Run(bg, func(g *task.Group) error { g.Go(untilEnd); g.Go(f); g.Go(untilEnd); return nil }, task.Limit(2))
	}},
	{"Run AllErrors", func(f func(context.Context) error) {
		_ = task.Run(bg, func(g *task.Group) error { g.Go(untilEnd); g.Go(f); return nil }, task.AllErrors())
	}},
	{"Wait", func(f func(context.Context) error) {
		g := task.New(bg)
		g.Go(untilEnd)
		g.Go(f)
		_ = g.Wait()
	}},
	{"future of a group", func(f func(context.Context) error) {
		_ = task.Run(bg, func(g *task.Group) error { task.Go(g, withValue(f)); g.Go(untilEnd); return nil })
	}},
	{"Await in a group", func(f func(context.Context) error) {
		_ = task.Run(bg, func(g *task.Group) error { _, err := task.Go(g, withValue(f)).Await(bg); return err })
	}},
	{"Await in a task of the same crew", func(f func(context.Context) error) {
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(ctx context.Context) error { _, err := task.Go(g, withValue(f)).Await(ctx); return err })
			return nil
		}, task.Limit(1))
	}},
	{"Await of a pool", func(f func(context.Context) error) {
		p := task.NewPool(task.Limit(1))
		defer p.Close()
		_, _ = task.Submit(bg, p, withValue(f)).Await(bg)
	}},
	{"WaitAll", func(f func(context.Context) error) {
		p := task.NewPool(task.Limit(2))
		defer p.Close()
		b := task.NewBatch[int](p)
		b.Submit(func(context.Context) (int, error) { return 1, nil })
		b.Submit(withValue(f))
		b.WaitAll(bg)
	}},
	{"Map", func(f func(context.Context) error) {
		_, _ = task.Map(bg, make([]int, 8), func(ctx context.Context, _ int) (int, error) { return 0, f(ctx) }, task.Limit(3))
	}},
	{"Map Limit(1)", func(f func(context.Context) error) {
		_, _ = task.Map(bg, make([]int, 8), func(ctx context.Context, _ int) (int, error) { return 0, f(ctx) }, task.Limit(1))
	}},
	{"MapWith", func(f func(context.Context) error) {
		_, _ = task.MapWith(bg, make([]int, 8), func() int { return 0 }, func(ctx context.Context, _, _ int) (int, error) { return 0, f(ctx) })
	}},
	{"Each", func(f func(context.Context) error) {
		_ = task.Each(bg, slices.Values([]int{1, 2, 3}), func(ctx context.Context, _ int) error { return f(ctx) })
	}},
	{"AsCompleted", func(f func(context.Context) error) {
		for range task.AsCompleted(bg, slices.Values([]int{1, 2, 3}), func(ctx context.Context, _ int) (int, error) { return 0, f(ctx) }) {
		}
	}},
	{"InOrder", func(f func(context.Context) error) {
		for range task.InOrder(bg, slices.Values([]int{1, 2, 3}), func(ctx context.Context, _ int) (int, error) { return 0, f(ctx) }) {
		}
	}},
	{"input of AsCompleted", func(f func(context.Context) error) {
		for range task.AsCompleted(bg, failing(f), func(context.Context, int) (int, error) { return 0, nil }) {
		}
	}},
	{"First", func(f func(context.Context) error) {
		_, _ = task.First(bg, withValue(untilEnd), withValue(f))
	}},
}

func untilEnd(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

func withValue(f func(context.Context) error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return 0, f(ctx) }
}

// failing is an input that fails after its first item.
func failing(f func(context.Context) error) iter.Seq[int] {
	return func(yield func(int) bool) {
		if yield(1) {
			_ = f(bg)
		}
	}
}

func TestPanicIsRaisedAtTheJoinWithItsStack(t *testing.T) {
	for _, j := range joins {
		t.Run(j.name, func(t *testing.T) {
			within(t, func() {
				v := panicOf(t, func() { j.run(func(context.Context) error { explode(io.ErrUnexpectedEOF); return nil }) })
				pe, ok := v.(*task.PanicError)
				if !ok {
					t.Fatalf("panic %T %v, want *PanicError", v, v)
				}
				if pe.Value != io.ErrUnexpectedEOF || !errors.Is(pe, io.ErrUnexpectedEOF) {
					t.Error("value:", pe.Value)
				}
				if !strings.Contains(string(pe.Stack), "task_test.explode") || !strings.Contains(pe.Error(), "task_test.explode") {
					t.Errorf("the stack does not show where the task panicked:\n%s", pe.Stack)
				}
			})
		})
	}
}

// t.FailNow is runtime.Goexit: a join that loses it goes on with a failed test, or hangs.
func TestGoexitIsPassedOn(t *testing.T) {
	for _, j := range joins {
		t.Run(j.name, func(t *testing.T) {
			within(t, func() {
				if !goexits(func() { j.run(func(context.Context) error { goruntime.Goexit(); return nil }) }) {
					t.Error("the join returned")
				}
			})
		})
	}
}

func TestPanicInBody(t *testing.T) {
	forKinds(t, func(t *testing.T, opts []task.Option) {
		begun, left := make(chan struct{}), make(chan struct{})
		v := panicOf(t, func() {
			_ = task.Run(bg, func(g *task.Group) error {
				g.Go(func(ctx context.Context) error { close(begun); <-ctx.Done(); close(left); return nil })
				<-begun
				explode("body")
				return nil
			}, opts...)
		})
		if v != "body" {
			t.Errorf("the panic of the body came out as %v", v)
		}
		select {
		case <-left:
		default:
			t.Error("the task was not joined")
		}
	})
}

func TestGoexitInBody(t *testing.T) {
	within(t, func() {
		if !goexits(func() {
			_ = task.Run(bg, func(g *task.Group) error { g.Go(untilEnd); goruntime.Goexit(); return nil })
		}) {
			t.Error("Run returned")
		}
	})
}

func TestPanicInLoopBody(t *testing.T) {
	within(t, func() {
		v := panicOf(t, func() {
			for range task.AsCompleted(bg, endless(), func(context.Context, int) (int, error) { return 0, nil }) {
				explode("loop")
			}
		})
		if v != "loop" {
			t.Error(v)
		}
		if !goexits(func() {
			for range task.InOrder(bg, endless(), func(context.Context, int) (int, error) { return 0, nil }) {
				goruntime.Goexit()
			}
		}) {
			t.Error("the Goexit of the loop is lost")
		}
	})
}

func TestPanicErrorWithoutError(t *testing.T) {
	v := panicOf(t, func() {
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error { explode(42); return nil })
			return nil
		}, task.Named("counter"))
	})
	pe := v.(*task.PanicError)
	v = panicOf(t, func() {
		_ = task.Run(bg, func(g *task.Group) error {
			g.GoNamed("special", func(context.Context) error { explode(1); return nil })
			return nil
		}, task.Named("counter"))
	})
	if name := v.(*task.PanicError).Task; name != "special" {
		t.Error(name)
	}
	if pe.Unwrap() != nil || pe.Task != "counter" || !strings.HasPrefix(pe.Error(), "task counter panicked: 42\n") {
		t.Errorf("%v %q %.60q", pe.Unwrap(), pe.Task, pe.Error())
	}
}

func TestPanicOfNestedGroupKeepsTheFirstStack(t *testing.T) {
	v := panicOf(t, func() {
		_ = task.Run(bg, func(outer *task.Group) error {
			outer.Go(func(ctx context.Context) error {
				return task.Run(ctx, func(inner *task.Group) error {
					inner.Go(func(context.Context) error { explode("deep"); return nil })
					return nil
				})
			})
			return nil
		})
	})
	if pe := v.(*task.PanicError); pe.Value != "deep" || !strings.Contains(string(pe.Stack), "explode") {
		t.Error(pe)
	}
}

func TestPanicCause(t *testing.T) {
	within(t, func() {
		var cause error
		_ = panicOf(t, func() {
			_ = task.Run(bg, func(g *task.Group) error {
				g.Go(func(ctx context.Context) error { <-ctx.Done(); cause = context.Cause(ctx); return nil })
				g.Go(func(context.Context) error { explode("boom"); return nil })
				return nil
			})
		})
		var pe *task.PanicError
		if !errors.As(cause, &pe) || pe.Value != "boom" {
			t.Error("cause:", cause)
		}
	})
}

func TestPoolPanicWithoutAwaitIsRaisedByClose(t *testing.T) {
	within(t, func() {
		p := task.NewPool(task.Limit(1))
		f := task.Submit(bg, p, func(context.Context) (int, error) { explode("unseen"); return 0, nil })
		after := task.Submit(bg, p, func(context.Context) (int, error) { return 7, nil })
		if v, err := after.Await(bg); v != 7 || err != nil {
			t.Error("the pool lost its worker:", v, err)
		}
		if r, ok := f.TryResult(); !ok || !strings.Contains(r.Err.Error(), "unseen") {
			t.Error("TryResult:", r, ok)
		}
		v := panicOf(t, func() { p.Close() })
		if pe, ok := v.(*task.PanicError); !ok || pe.Value != "unseen" {
			t.Error(v)
		}
		p.Close() // the panic has been delivered
	})
}

// The programs below are expected to die with the frames of the task.
func init() {
	crashes["sibling stuck"] = func() {
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error { select {} })
			g.Go(func(context.Context) error { explode("hidden"); return nil })
			return nil
		}, task.PanicGrace(30*time.Millisecond))
	}
	crashes["sibling stuck, limited"] = func() {
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil })
			g.Go(func(context.Context) error { explode("hidden"); return nil })
			return nil
		}, task.Limit(2), task.PanicGrace(30*time.Millisecond))
	}
	crashes["never joined"] = func() {
		g := task.New(bg, task.PanicGrace(30*time.Millisecond))
		g.Go(func(context.Context) error { explode("hidden"); return nil })
		time.Sleep(time.Hour)
	}
	crashes["body, sibling stuck"] = func() {
		defer func() { _ = recover() }()
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error { time.Sleep(time.Hour); return nil })
			explode("hidden")
			return nil
		}, task.PanicGrace(30*time.Millisecond))
	}
	crashes["map, sibling stuck"] = func() {
		defer func() { _ = recover() }()
		_, _ = task.Map(bg, []int{0, 1}, func(_ context.Context, i int) (int, error) {
			if i == 0 {
				time.Sleep(time.Hour)
			}
			explode("hidden")
			return 0, nil
		}, task.Limit(2), task.PanicGrace(30*time.Millisecond))
	}
	crashes["pool, nobody waits"] = func() {
		p := task.NewPool(task.PanicGrace(30 * time.Millisecond))
		task.Submit(bg, p, func(context.Context) (int, error) { explode("hidden"); return 0, nil })
		time.Sleep(time.Hour)
	}
	crashes["service"] = func() {
		defer func() { _ = recover() }()
		s := task.Background(bg, "service", func(context.Context) error { explode("hidden"); return nil })
		_ = s.Stop(bg)
	}
	for name, run := range map[string]func(f func(context.Context) error, opt task.Option){
		"Run": func(f func(context.Context) error, opt task.Option) {
			_ = task.Run(bg, func(g *task.Group) error { g.Go(f); return nil }, opt)
		},
		"Limit": func(f func(context.Context) error, opt task.Option) {
			_ = task.Run(bg, func(g *task.Group) error { g.Go(f); return nil }, opt, task.Limit(1))
		},
		"Await in a task": func(f func(context.Context) error, opt task.Option) {
			_ = task.Run(bg, func(g *task.Group) error {
				g.Go(func(ctx context.Context) error {
					defer func() { _ = recover() }()
					_, err := task.Go(g, withValue(f)).Await(ctx)
					return err
				})
				return nil
			}, opt, task.Limit(1))
		},
		"Map": func(f func(context.Context) error, opt task.Option) {
			_, _ = task.Map(bg, []int{1}, func(ctx context.Context, _ int) (int, error) { return 0, f(ctx) }, opt)
		},
		"Pool": func(f func(context.Context) error, opt task.Option) {
			_, _ = task.Submit(bg, task.NewPool(opt), withValue(f)).Await(bg)
		},
		"AsCompleted": func(f func(context.Context) error, opt task.Option) {
			for range task.AsCompleted(bg, slices.Values([]int{1}), func(ctx context.Context, _ int) (int, error) { return 0, f(ctx) }, opt) {
			}
		},
	} {
		for option, opt := range map[string]task.Option{"CrashOnPanic": task.CrashOnPanic(), "PanicGrace(0)": task.PanicGrace(0)} {
			crashes[option+" "+name] = func() {
				defer func() { _ = recover() }() // must not help
				run(func(context.Context) error { explode("hidden"); return nil }, opt)
			}
		}
	}
}

func TestCrashes(t *testing.T) {
	for name := range crashes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := crash(t, name)
			if !strings.Contains(report, "panic: hidden") && !strings.Contains(report, "panicked: hidden") {
				t.Errorf("the report does not begin with the panic:\n%s", report)
			}
			if !strings.Contains(report, "task_test.explode") {
				t.Errorf("the report does not show the frame that panicked:\n%s", report)
			}
		})
	}
}

func TestNoCrashWhenJoinIsInTime(t *testing.T) {
	for range 50 {
		_ = panicOf(t, func() {
			_ = task.Run(bg, func(g *task.Group) error {
				g.Go(func(context.Context) error { explode(fmt.Sprint("fast")); return nil })
				return nil
			}, task.PanicGrace(5*time.Second))
		})
	}
}

func endless() iter.Seq[int] {
	return func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	}
}
