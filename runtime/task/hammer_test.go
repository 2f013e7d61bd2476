package task_test

import (
	"context"
	"errors"
	goruntime "runtime"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/task"
)

// act ends a task in a random way and says what the join may then do.
func act(r *conctest.Round, seen *outcomes) func(ctx context.Context) error {
	how := r.IntN(40)
	return func(ctx context.Context) error {
		seen.running.Add(1)
		defer seen.running.Add(-1)
		r.Yield()
		switch how {
		case 0:
			seen.err.Store(true)
			return errTest
		case 1:
			seen.panicked.Store(true)
			panic(errTest)
		case 2:
			seen.goexit.Store(true)
			goruntime.Goexit()
		case 3:
			if r.N%4 == 0 { // not in a round that nobody cancels
				return nil
			}
		}
		return ctx.Err()
	}
}

type outcomes struct {
	err, panicked, goexit atomic.Bool
	running               atomic.Int64
	foreign               atomic.Bool // something the hammer itself cancelled
}

// judge runs f, which joins tasks made by act, in a goroutine of its own, and checks that it ended as the tasks ended.
func judge(r *conctest.Round, seen *outcomes, f func() error) {
	var err error
	var raised any
	returned := false
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer func() {
			if !returned {
				raised = recover()
			}
		}()
		err = f()
		returned = true
	}()
	<-done
	if n := seen.running.Load(); n != 0 {
		r.Errorf("%d tasks are running after the join", n)
	}
	var pe *task.PanicError
	switch {
	case raised != nil:
		if asErr, _ := raised.(error); !errors.As(asErr, &pe) || pe.Value != errTest || !seen.panicked.Load() {
			r.Errorf("raised %v", raised)
		}
	case !returned:
		if !seen.goexit.Load() || seen.panicked.Load() {
			r.Errorf("goexit out of nowhere, or in place of a panic")
		}
	case seen.panicked.Load() || seen.goexit.Load():
		r.Errorf("a panic or Goexit is lost: err %v", err)
	case seen.err.Load():
		if err != errTest && !errors.Is(err, conctest.ErrCancelled) && !(seen.foreign.Load() && errors.Is(err, context.Canceled)) {
			r.Errorf("err %v, want the error of a task", err)
		}
	case err != nil && !errors.Is(err, conctest.ErrCancelled) && !(seen.foreign.Load() && errors.Is(err, context.Canceled)):
		r.Errorf("err %v out of nowhere", err)
	}
}

func randomOptions(r *conctest.Round) []task.Option {
	var opts []task.Option
	if r.Maybe(0.7) {
		opts = append(opts, task.Limit(1+r.IntN(4)))
	}
	if r.Maybe(0.1) {
		opts = append(opts, task.Named("hammer"))
	}
	return opts
}

func TestHammerGroup(t *testing.T) {
	conctest.Stress(t, conctest.Config{Rounds: 4000}, func(r *conctest.Round) {
		var seen outcomes
		opts := randomOptions(r)
		n := r.IntN(60)
		nested, useFutures := r.Maybe(0.5), r.Maybe(0.3)
		body := func(g *task.Group) error {
			for range n {
				f := act(r, &seen)
				switch {
				case nested && r.Maybe(0.3):
					inner := act(r, &seen)
					g.Go(func(ctx context.Context) error { g.Go(inner); return f(ctx) })
				case useFutures:
					fut := task.Go(g, withValue(f))
					if r.Maybe(0.2) {
						seen.foreign.Store(true)
						fut.Cancel()
					}
					if r.Maybe(0.2) {
						g.Go(func(ctx context.Context) error { _, err := fut.Await(ctx); return err })
					}
				case r.Maybe(0.2):
					g.TryGo(f)
				default:
					g.Go(f)
				}
			}
			return nil
		}
		judge(r, &seen, func() error {
			if r.Maybe(0.5) {
				return task.Run(r.Context(), body, opts...)
			}
			g := task.New(r.Context(), opts...)
			_ = body(g)
			return g.Wait()
		})
	})
}

func TestHammerMap(t *testing.T) {
	conctest.Stress(t, conctest.Config{Rounds: 2000}, func(r *conctest.Round) {
		var seen outcomes
		opts := randomOptions(r)
		fs := make([]func(context.Context) error, r.IntN(50))
		for i := range fs {
			fs[i] = act(r, &seen)
		}
		judge(r, &seen, func() error {
			if r.Maybe(0.5) {
				_, err := task.Map(r.Context(), fs, func(ctx context.Context, f func(context.Context) error) (int, error) { return 0, f(ctx) }, opts...)
				return err
			}
			return task.Each(r.Context(), slices.Values(fs), func(ctx context.Context, f func(context.Context) error) error { return f(ctx) }, opts...)
		})
	})
}

func TestHammerStream(t *testing.T) {
	conctest.Stress(t, conctest.Config{Rounds: 2000}, func(r *conctest.Round) {
		var seen outcomes
		opts := randomOptions(r)
		fs := make([]func(context.Context) error, r.IntN(50))
		for i := range fs {
			fs[i] = act(r, &seen)
		}
		carry := task.AsCompleted[func(context.Context) error, int]
		if r.Maybe(0.5) {
			carry = task.InOrder[func(context.Context) error, int]
		}
		stop := r.IntN(100)
		judge(r, &seen, func() (err error) {
			n, broke := 0, false
			for _, res := range carry(r.Context(), slices.Values(fs), func(ctx context.Context, f func(context.Context) error) (int, error) { return 0, f(ctx) }, opts...) {
				if err == nil && !errors.Is(res.Err, context.Canceled) {
					err = res.Err
				}
				r.Yield()
				if n++; n > stop {
					broke = true
					break
				}
			}
			if broke { // the errors may be those of tasks whose results were not wanted
				seen.err.Store(false)
				return nil
			}
			return err
		})
	})
}

func TestHammerPool(t *testing.T) {
	conctest.Stress(t, conctest.Config{Rounds: 2000}, func(r *conctest.Round) {
		var started, ended atomic.Int64
		p := task.NewPool(task.Limit(1 + r.IntN(3)))
		fs := make([]*task.Future[int], r.IntN(60))
		for i := range fs {
			how := r.IntN(30)
			fs[i] = task.Submit(r.Context(), p, func(ctx context.Context) (int, error) {
				started.Add(1)
				defer ended.Add(1)
				r.Yield()
				switch how {
				case 0:
					return i, errTest
				case 1:
					panic(errTest)
				case 2:
					goruntime.Goexit()
				case 3, 4, 5, 6:
					v, err := task.Submit(ctx, p, func(context.Context) (int, error) { r.Yield(); return i, nil }).Await(ctx)
					return v, err
				}
				return i, nil
			})
			if r.Maybe(0.1) {
				fs[i].Cancel()
			}
		}
		for i, f := range fs {
			var v int
			var err error
			var raised any
			if !goexits(func() {
				defer func() { raised = recover() }()
				v, err = f.Await(bg)
			}) && raised == nil {
				ok := err == nil && v == i || err == errTest || errors.Is(err, context.Canceled) || errors.Is(err, conctest.ErrCancelled)
				if !ok {
					r.Errorf("future %d: %d, %v", i, v, err)
				}
			}
			if raised != nil {
				if pe, ok := raised.(*task.PanicError); !ok || pe.Value != errTest {
					r.Errorf("raised %v", raised)
				}
			}
		}
		if r.Maybe(0.5) {
			p.Close()
		} else if err := p.Shutdown(r.Context()); err != nil && !errors.Is(err, conctest.ErrCancelled) {
			r.Error(err)
		}
		if started.Load() != ended.Load() {
			r.Errorf("%d tasks started, %d ended", started.Load(), ended.Load())
		}
	})
}
