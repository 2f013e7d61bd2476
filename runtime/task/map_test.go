package task_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/task"
)

func upTo(n int) []int {
	in := make([]int, n)
	for i := range in {
		in[i] = i
	}
	return in
}

func double(_ context.Context, i int) (int, error) { return 2 * i, nil }

func TestMap(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 10, 1000, 100_000} {
		for _, opts := range [][]task.Option{nil, {task.Limit(1)}, {task.Limit(7)}, {task.Named("map"), task.Limit(3)}} {
			out, err := task.Map(bg, upTo(n), double, opts...)
			if err != nil || len(out) != n {
				t.Fatal(n, len(out), err)
			}
			for i, v := range out {
				if v != 2*i {
					t.Fatalf("n %d: element %d is %d", n, i, v)
				}
			}
		}
	}
}

func TestMapCallsEachElementOnce(t *testing.T) {
	counts := make([]atomic.Int32, 20_000)
	_, err := task.Map(bg, upTo(len(counts)), func(_ context.Context, i int) (int, error) {
		counts[i].Add(1)
		if i%1000 == 0 {
			time.Sleep(50 * time.Microsecond) // disturb the pace
		}
		return 0, nil
	}, task.Limit(4))
	if err != nil {
		t.Fatal(err)
	}
	for i := range counts {
		if n := counts[i].Load(); n != 1 {
			t.Fatalf("element %d: %d calls", i, n)
		}
	}
}

func TestMapStopsAtFirstError(t *testing.T) {
	var calls atomic.Int64
	out, err := task.Map(bg, upTo(1_000_000), func(_ context.Context, i int) (int, error) {
		calls.Add(1)
		if i == 5 {
			return 0, errTest
		}
		return i + 1, nil
	}, task.Limit(2))
	if err != errTest || calls.Load() > 900_000 {
		t.Errorf("err %v, %d calls", err, calls.Load())
	}
	if len(out) != 1_000_000 || out[5] != 0 {
		t.Error(len(out))
	}
}

func TestMapErrorCancelsTheOthers(t *testing.T) {
	within(t, func() {
		_, err := task.Map(bg, upTo(4), func(ctx context.Context, i int) (int, error) {
			if i == 3 {
				return 0, errTest
			}
			<-ctx.Done()
			if context.Cause(ctx) != errTest {
				t.Error("cause:", context.Cause(ctx))
			}
			return 0, ctx.Err()
		}, task.Limit(4))
		if err != errTest {
			t.Error(err)
		}
	})
}

func TestMapAllErrors(t *testing.T) {
	_, err := task.Map(bg, upTo(1000), func(_ context.Context, i int) (int, error) {
		if i%300 == 0 {
			return 0, fmt.Errorf("error %d", i)
		}
		return i, nil
	}, task.AllErrors())
	if err == nil || err.Error() != "error 0\nerror 300\nerror 600\nerror 900" {
		t.Error(err)
	}
}

func TestMapEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(bg)
	var calls atomic.Int64
	_, err := task.Map(ctx, upTo(100_000), func(context.Context, int) (int, error) {
		if calls.Add(1) == 10 {
			cancel(errTest)
		}
		time.Sleep(10 * time.Microsecond)
		return 0, nil
	}, task.Limit(2))
	if err != errTest || calls.Load() > 1000 {
		t.Errorf("err %v, %d calls", err, calls.Load())
	}
}

func TestMapWith(t *testing.T) {
	type state struct {
		busy atomic.Bool
		n    int
	}
	var mu sync.Mutex
	var states []*state
	out, err := task.MapWith(bg, upTo(5000), func() *state {
		s := &state{}
		mu.Lock()
		defer mu.Unlock()
		states = append(states, s)
		return s
	}, func(_ context.Context, s *state, i int) (int, error) {
		if !s.busy.CompareAndSwap(false, true) {
			t.Error("two calls share a state")
		}
		s.n++
		s.busy.Store(false)
		return i + 1, nil
	}, task.Limit(4))
	if err != nil || out[4999] != 5000 || len(states) > 4 {
		t.Error(err, len(states))
	}
	n := 0
	for _, s := range states {
		n += s.n
	}
	if n != 5000 {
		t.Error(n)
	}
}

func TestFirst(t *testing.T) {
	within(t, func() {
		v, err := task.First(bg,
			func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() },
			func(context.Context) (string, error) { return "", errTest },
			func(context.Context) (string, error) { time.Sleep(time.Millisecond); return "won", nil },
		)
		if v != "won" || err != nil {
			t.Error(v, err)
		}
		other := errors.New("other")
		_, err = task.First(bg,
			func(context.Context) (int, error) { time.Sleep(time.Millisecond); return 0, errTest },
			func(context.Context) (int, error) { return 0, other },
		)
		if err == nil || err.Error() != "test error\nother" || !errors.Is(err, other) {
			t.Error(err)
		}
		if _, err = task.First[int](bg); err == nil {
			t.Error("First of nothing succeeded")
		}
		ctx, cancel := context.WithCancelCause(bg)
		cancel(errTest)
		if _, err = task.First(ctx, func(ctx context.Context) (int, error) { return 0, ctx.Err() }); !errors.Is(err, errTest) {
			t.Error(err)
		}
	})
}

func TestEach(t *testing.T) {
	within(t, func() {
		var n atomic.Int64
		err := task.Each(bg, slices.Values(upTo(1000)), func(_ context.Context, i int) error { n.Add(int64(i)); return nil }, task.Limit(3))
		if err != nil || n.Load() != 499_500 {
			t.Error(err, n.Load())
		}
		calls := 0
		err = task.Each(bg, endless(), func(_ context.Context, i int) error { calls++; return errTest }, task.Limit(1))
		if err != errTest || calls != 1 {
			t.Error(err, calls)
		}
		err = task.Each(bg, slices.Values(upTo(5)), func(_ context.Context, i int) error { return fmt.Errorf("error %d", i) }, task.Limit(2), task.AllErrors())
		if err == nil || err.Error() != "error 0\nerror 1\nerror 2\nerror 3\nerror 4" {
			t.Error(err)
		}
		ctx, cancel := context.WithCancelCause(bg)
		err = task.Each(ctx, endless(), func(_ context.Context, i int) error {
			if i == 100 {
				cancel(errTest)
			}
			return nil
		})
		if err != errTest {
			t.Error(err)
		}
		v := panicOf(t, func() {
			_ = task.Each(bg, func(yield func(int) bool) { yield(1); panic("input") }, func(context.Context, int) error { return nil })
		})
		if v != "input" {
			t.Error(v)
		}
	})
}
