//go:build go1.25

package task_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/task"
)

// In fake time the tests are exact, and a goroutine that outlives its join fails them.

func TestTimesAreExact(t *testing.T) {
	conctest.Bubble(t, func(t *testing.T) {
		if d := conctest.Takes(func() { _ = task.Sleep(bg, time.Hour) }); d != time.Hour {
			t.Error(d)
		}
		ctx, cancel := context.WithTimeout(bg, time.Minute)
		defer cancel()
		if d := conctest.Takes(func() { _ = task.Sleep(ctx, time.Hour) }); d != time.Minute {
			t.Error(d)
		}
		start := time.Now()
		var ticks []time.Duration
		s := task.Every(bg, time.Second, func(ctx context.Context) error {
			ticks = append(ticks, time.Since(start))
			if len(ticks) == 2 {
				return task.Sleep(ctx, 2500*time.Millisecond) // two ticks are missed, one is late
			}
			return nil
		})
		time.Sleep(6100 * time.Millisecond)
		if err := s.Stop(bg); err != nil {
			t.Error(err)
		}
		want := []time.Duration{1000, 2000, 4500, 5000, 6000}
		for i := range want {
			want[i] *= time.Millisecond
		}
		if !slices.Equal(ticks, want) {
			t.Error(ticks)
		}
	})
}

func TestParallelTimes(t *testing.T) {
	second := func(ctx context.Context, _ int) (int, error) { return 0, task.Sleep(ctx, time.Second) }
	for name, run := range map[string]func(limit task.Option){
		"Run": func(limit task.Option) {
			_ = task.Run(bg, func(g *task.Group) error {
				for range 12 {
					g.Go(func(ctx context.Context) error { return task.Sleep(ctx, time.Second) })
				}
				return nil
			}, limit)
		},
		"Map": func(limit task.Option) { _, _ = task.Map(bg, upTo(12), second, limit) },
		"Each": func(limit task.Option) {
			_ = task.Each(bg, slices.Values(upTo(12)), func(ctx context.Context, i int) error { _, err := second(ctx, i); return err }, limit)
		},
		"AsCompleted": func(limit task.Option) {
			for range task.AsCompleted(bg, slices.Values(upTo(12)), second, limit) {
			}
		},
		"InOrder": func(limit task.Option) {
			for range task.InOrder(bg, slices.Values(upTo(12)), second, limit) {
			}
		},
		"Batch": func(limit task.Option) {
			p := task.NewPool(limit)
			defer p.Close()
			b := task.NewBatch[int](p)
			for range 12 {
				b.Submit(func(ctx context.Context) (int, error) { return second(ctx, 0) })
			}
			b.WaitAll(bg)
		},
	} {
		t.Run(name, func(t *testing.T) {
			conctest.Bubble(t, func(t *testing.T) {
				for limit, want := range map[int]time.Duration{1: 12 * time.Second, 4: 3 * time.Second, 12: time.Second} {
					if d := conctest.Takes(func() { run(task.Limit(limit)) }); d != want {
						t.Errorf("limit %d: 12 tasks of a second took %v, want %v", limit, d, want)
					}
				}
			})
		})
	}
}

// A slow item of InOrder must not idle the other workers until the window is full.
func TestInOrderRunsAhead(t *testing.T) {
	conctest.Bubble(t, func(t *testing.T) {
		d := conctest.Takes(func() {
			for range task.InOrder(bg, slices.Values(upTo(4)), func(ctx context.Context, i int) (int, error) {
				if i == 0 {
					return 0, task.Sleep(ctx, 3*time.Second)
				}
				return 0, task.Sleep(ctx, time.Second)
			}, task.Limit(2)) {
			}
		})
		if d != 3*time.Second {
			t.Error(d)
		}
	})
}

func TestBreakDoesNotWaitForTheCalls(t *testing.T) {
	conctest.Bubble(t, func(t *testing.T) {
		d := conctest.Takes(func() {
			for range task.AsCompleted(bg, endless(), func(ctx context.Context, i int) (int, error) {
				return 0, task.Sleep(ctx, time.Duration(i)*time.Hour)
			}, task.Limit(3)) {
				break
			}
		})
		if d != 0 {
			t.Error("the calls were not cancelled, break took", d)
		}
	})
}

func TestPanicWaitsForItsJoin(t *testing.T) {
	conctest.Bubble(t, func(t *testing.T) {
		g := task.New(bg)
		g.Go(func(context.Context) error { panic("late") })
		time.Sleep(9 * time.Second) // the grace is ten
		v := panicOf(t, func() { _ = g.Wait() })
		if pe, ok := v.(*task.PanicError); !ok || pe.Value != "late" {
			t.Error(v)
		}
	})
}
