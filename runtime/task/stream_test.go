package task_test

import (
	"context"
	"iter"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/task"
)

type carrier func(ctx context.Context, in iter.Seq[int], f func(context.Context, int) (int, error), opts ...task.Option) iter.Seq2[int, task.Result[int]]

func forStreams(t *testing.T, f func(t *testing.T, carry carrier)) {
	t.Run("AsCompleted", func(t *testing.T) { within(t, func() { f(t, task.AsCompleted[int, int]) }) })
	t.Run("InOrder", func(t *testing.T) { within(t, func() { f(t, task.InOrder[int, int]) }) })
}

func TestStreamYieldsEachItemOnce(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		for _, limit := range []int{1, 2, 5} {
			for _, n := range []int{0, 1, 2, 3, 1000} {
				var seen []int
				for i, r := range carry(bg, slices.Values(upTo(n)), double, task.Limit(limit)) {
					if r.Err != nil || r.Value != 2*i {
						t.Fatal(i, r)
					}
					seen = append(seen, i)
				}
				slices.Sort(seen)
				if !slices.Equal(seen, upTo(n)) {
					t.Fatalf("limit %d: %d of %d items", limit, len(seen), n)
				}
			}
		}
	})
}

func TestInOrderKeepsTheOrder(t *testing.T) {
	next := 0
	for i := range task.InOrder(bg, slices.Values(upTo(300)), func(_ context.Context, i int) (int, error) {
		time.Sleep(time.Duration(i%7) * 20 * time.Microsecond)
		return 0, nil
	}, task.Limit(5)) {
		if i != next {
			t.Fatalf("got %d, want %d", i, next)
		}
		next++
	}
}

func TestAsCompletedYieldsTheFastFirst(t *testing.T) {
	within(t, func() {
		release := make(chan struct{})
		var order []int
		for i := range task.AsCompleted(bg, slices.Values([]int{0, 1}), func(_ context.Context, i int) (int, error) {
			if i == 0 {
				<-release
			}
			return 0, nil
		}, task.Limit(2)) {
			order = append(order, i)
			if i == 1 {
				close(release)
			}
		}
		if !slices.Equal(order, []int{1, 0}) {
			t.Error(order)
		}
	})
}

// A result must not wait for the next item of a slow input.
func TestResultsDoNotWaitForTheInput(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		requests := make(chan int)
		go func() { requests <- 0 }()
		n := 0
		for i := range carry(bg, received(requests), double, task.Limit(2)) {
			if n++; i == 5 {
				close(requests)
			} else {
				go func() { requests <- i + 1 }() // the next request answers this result
			}
		}
		if n != 6 {
			t.Error(n)
		}
	})
}

func received(c <-chan int) iter.Seq[int] {
	return func(yield func(int) bool) {
		for v := range c {
			if !yield(v) {
				return
			}
		}
	}
}

// rill leaks here: 3 goroutines before, 9 after.
func TestBreakLeavesNothingBehind(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		conctest.NoLeaks(t)
		closed := false
		for i := range carry(bg, func(yield func(int) bool) {
			defer func() { closed = true }() // no race: the loop's end is after the input's
			for i := 0; yield(i); i++ {
			}
		}, func(ctx context.Context, i int) (int, error) {
			if i > 3 {
				<-ctx.Done() // only the break ends these
			}
			return i, ctx.Err()
		}, task.Limit(6)) {
			if i == 2 {
				break
			}
		}
		if !closed {
			t.Error("the input was not ended")
		}
	})
}

func TestItemsTakenAhead(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		for _, limit := range []int{1, 3} {
			var taken atomic.Int64
			yielded := int64(0)
			for range carry(bg, func(yield func(int) bool) {
				for i := 0; i < 100; i++ {
					taken.Add(1)
					if !yield(i) {
						return
					}
				}
			}, double, task.Limit(limit)) {
				yielded++
				if yielded%10 == 0 {
					time.Sleep(200 * time.Microsecond) // let it run ahead
				}
				// One more is in the hands of the input, waiting for room.
				if ahead := taken.Load() - yielded; ahead > int64(2*limit)+1 {
					t.Errorf("limit %d: %d items ahead", limit, ahead)
				}
			}
		}
	})
}

func TestStreamKeepsItsLimit(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		var running, over atomic.Int64
		for range carry(bg, slices.Values(upTo(200)), func(context.Context, int) (int, error) {
			if running.Add(1) > 3 {
				over.Add(1)
			}
			time.Sleep(20 * time.Microsecond)
			running.Add(-1)
			return 0, nil
		}, task.Limit(3)) {
		}
		if over.Load() > 0 {
			t.Error(over.Load())
		}
	})
}

func TestErrorsAreYieldedAndStopNothing(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		failed := 0
		for _, r := range carry(bg, slices.Values(upTo(100)), func(ctx context.Context, i int) (int, error) {
			if i%2 == 0 {
				return 0, errTest
			}
			return 0, ctx.Err()
		}) {
			if r.Err == errTest {
				failed++
			} else if r.Err != nil {
				t.Error(r.Err)
			}
		}
		if failed != 50 {
			t.Error(failed)
		}
	})
}

// Every item taken from the input is yielded, and a loop whose input was cut short hears of it.
func TestStreamEndsWithItsContext(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		for _, at := range []int64{0, 1, 10} {
			ctx, cancel := context.WithCancelCause(bg)
			var taken int64
			yielded, cut := int64(0), false
			for _, r := range carry(ctx, func(yield func(int) bool) {
				for i := 0; ; i++ {
					if taken == at {
						cancel(errTest)
					}
					taken++
					if !yield(i) {
						return
					}
				}
			}, double) {
				yielded++
				cut = cut || r.Err == errTest
			}
			if yielded != taken || !cut {
				t.Errorf("cancelled at %d: %d items taken, %d yielded, cut %v", at, taken, yielded, cut)
			}
		}
	})
}

func TestStreamMayBeRangedOverTwice(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		seq := carry(bg, slices.Values(upTo(10)), double)
		for range 2 {
			n := 0
			for range seq {
				n++
			}
			if n != 10 {
				t.Error(n)
			}
		}
	})
}

func TestStreamPulled(t *testing.T) {
	forStreams(t, func(t *testing.T, carry carrier) {
		conctest.NoLeaks(t)
		next, stop := iter.Pull2(carry(bg, endless(), double))
		for range 5 {
			if _, r, ok := next(); !ok || r.Err != nil {
				t.Error(r, ok)
			}
		}
		stop()
	})
}
