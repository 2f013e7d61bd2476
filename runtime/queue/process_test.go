package queue_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/queue"
)

func TestProcess(t *testing.T) {
	eachKind(t, func(t *testing.T, make func(int) buffer) {
		q := make(4)
		var sum atomic.Int64
		go func() {
			defer q.Close()
			for i := range 101 {
				q.Put(context.Background(), i)
			}
		}()
		err := q.Process(t.Context(), 3, func(_ context.Context, v int) error { sum.Add(int64(v)); return nil })
		if err != nil || sum.Load() != 5050 {
			t.Errorf("Process = %v, sum %d", err, sum.Load())
		}
		if err := q.Join(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestProcessFailure(t *testing.T) {
	q := queue.New[int](10)
	for i := range 10 {
		q.TryPut(i)
	}
	err := q.Process(t.Context(), 2, func(ctx context.Context, v int) error {
		if v == 3 {
			return errGaveUp
		}
		if v > 3 {
			<-ctx.Done()
		}
		return nil
	})
	if err != errGaveUp {
		t.Errorf("Process = %v, want the first error", err)
	}
	if n := q.Len(); n < 5 {
		t.Errorf("%d values left: the workers went on taking after the error", n)
	}
	if err := q.Process(cancelled(), 2, func(context.Context, int) error { return nil }); err != errGaveUp {
		t.Errorf("Process with an ended context = %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := queue.New[int](1).Process(ctx, 2, func(context.Context, int) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Process that waits for values = %v", err)
	}
}

func TestProcessPanicReachesTheCaller(t *testing.T) {
	q := queue.New[int](2)
	q.TryPut(1)
	func() {
		defer func() {
			if r := recover(); r == nil || !strings.Contains(errorText(r), "boom") {
				t.Errorf("recovered %v", r)
			}
		}()
		q.Process(t.Context(), 2, func(context.Context, int) error { panic("boom") })
	}()
	if err := q.Join(t.Context()); err != nil {
		t.Errorf("the value whose function panicked counts as dealt with: %v", err)
	}
}

func errorText(v any) string {
	if err, ok := v.(error); ok {
		return err.Error()
	}
	return ""
}

// A crawler: the workers put into their own queue. When the last of them would wait for room, Put is refused instead of hanging.
func TestPutInsideProcessIsRefusedWhenNobodyIsLeft(t *testing.T) {
	for _, workers := range []int{1, 2, 4} {
		q := queue.New[int](4)
		q.TryPut(0)
		err := q.Process(t.Context(), workers, func(ctx context.Context, v int) error {
			for range 3 {
				if err := q.Put(ctx, v+1); err != nil {
					return err
				}
			}
			return nil
		})
		var deadlock *queue.DeadlockError
		if !errors.As(err, &deadlock) || deadlock.Workers != workers || deadlock.Capacity != 4 ||
			!strings.Contains(err.Error(), "(made at queue/process_test.go:") {
			t.Errorf("%d workers: %v, want a DeadlockError", workers, err)
		}
	}
}

// The same with somebody else who takes values: it only waits.
func TestPutInsideProcessWaitsForOtherTakers(t *testing.T) {
	q := queue.New[int](1)
	q.TryPut(0)
	if v, ok := q.TryGet(); v != 0 || !ok {
		t.Fatal("no value")
	}
	q.TryPut(1)
	err := q.Process(t.Context(), 1, func(ctx context.Context, v int) error {
		if v != 1 {
			return nil
		}
		q.TryPut(2)
		go func() { q.Get(context.Background()) }()
		defer q.Close()
		return q.Put(ctx, 3)
	})
	if err != nil {
		t.Error(err)
	}
}
