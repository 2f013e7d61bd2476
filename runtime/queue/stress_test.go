package queue_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/queue"
)

// Functions that fail, panic or end their goroutine, contexts that end, and a Close at any time: Process comes back in the right way, every value
// was handled at most once, and none is lost.
func TestProcessStress(t *testing.T) {
	conctest.Stress(t, conctest.Config{Rounds: 1500}, func(r *conctest.Round) {
		capacity, workers, values := 1+r.IntN(4), 1+r.IntN(3), r.IntN(20)
		q := queue.New[int](capacity)
		failAt, how := r.IntN(40), r.IntN(3) // beyond the last value: nowhere
		var handled [20]atomic.Int32
		var accepted atomic.Int32
		var producers sync.WaitGroup
		producers.Add(1)
		go func() {
			defer producers.Done()
			defer q.Close()
			for v := range values {
				if q.Put(r.Context(), v) != nil {
					return
				}
				accepted.Add(1)
				r.Yield()
			}
		}()
		var err error
		ending := "goexit"
		var consumer sync.WaitGroup
		consumer.Add(1)
		go func() {
			defer consumer.Done()
			defer func() {
				if v := recover(); v != nil {
					ending = "panic"
				}
				for range q.All(context.Background()) { // what is left, so that the producer can end
					handled[0].Add(100)
				}
			}()
			err = q.Process(r.Context(), workers, func(_ context.Context, v int) error {
				handled[v].Add(1)
				r.Yield()
				if v != failAt {
					return nil
				}
				switch how {
				case 0:
					panic("boom")
				case 1:
					runtime.Goexit()
				}
				return errGaveUp
			})
			ending = "return"
		}()
		producers.Wait()
		consumer.Wait()
		total := int32(0)
		for v := range handled {
			n := handled[v].Load()
			if n%100 > 1 {
				r.Errorf("value %d was handled %d times", v, n%100)
			}
			total += n%100 + n/100
		}
		if total != accepted.Load() {
			r.Errorf("%d values accepted, %d came out", accepted.Load(), total)
		}
		hit := failAt < values && handled[failAt].Load()%100 == 1
		want := "return"
		if hit && how < 2 {
			want = []string{"panic", "goexit"}[how]
		}
		if ending != want {
			r.Errorf("Process ended by %s, want %s", ending, want)
		}
		switch {
		case hit && how == 2 && err != errGaveUp:
			r.Errorf("Process = %v, want the error of its function", err)
		case !hit && err != nil && !errors.Is(err, conctest.ErrCancelled):
			r.Errorf("Process = %v", err)
		}
	})
}
