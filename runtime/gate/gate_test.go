package gate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/gate"
)

func TestMain(m *testing.M) { conctest.Main(m) }

var errGaveUp = errors.New("gave up")

func cancelled() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errGaveUp)
	return ctx
}

// mustPanic runs f and checks that it panics with a text that contains every part.
func mustPanic(t *testing.T, f func(), parts ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		value := recover()
		msg, ok := value.(string)
		if !ok {
			t.Fatalf("panic %v, want a text with %q", value, parts)
		}
		for _, p := range parts {
			if !strings.Contains(msg, p) {
				t.Errorf("panic %q does not contain %q", msg, p)
			}
		}
	}()
	f()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 10000 {
		if ok() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("waited in vain until", what)
}

// limiter is what both semaphores have in common when one unit is taken.
type limiter struct {
	acquire func(context.Context) error
	try     func() bool
	release func()
	with    func(context.Context, func() error) error
	free    func() int
}

func unit(n int) limiter {
	s := gate.NewSemaphore(n)
	return limiter{s.Acquire, s.TryAcquire, s.Release, s.With, s.Free}
}

func weighted(n int) limiter {
	w := gate.NewWeighted(int64(n))
	return limiter{
		func(ctx context.Context) error { return w.Acquire(ctx, 1) },
		func() bool { return w.TryAcquire(1) },
		func() { w.Release(1) },
		func(ctx context.Context, f func() error) error { return w.With(ctx, 1, f) },
		func() int { return int(w.Free()) },
	}
}

func eachLimiter(t *testing.T, test func(t *testing.T, make func(n int) limiter)) {
	t.Run("Semaphore", func(t *testing.T) { test(t, unit) })
	t.Run("Weighted", func(t *testing.T) { test(t, weighted) })
}

func TestAcquireWithEndedContextTakesNothing(t *testing.T) {
	eachLimiter(t, func(t *testing.T, make func(int) limiter) {
		s := make(1)
		if err := s.acquire(cancelled()); !errors.Is(err, errGaveUp) {
			t.Errorf("Acquire = %v, want the cause", err)
		}
		if s.free() != 1 {
			t.Error("the refused Acquire took the permit")
		}
	})
}

func TestAcquireGivesUpWhenContextEnds(t *testing.T) {
	eachLimiter(t, func(t *testing.T, make func(int) limiter) {
		s := make(1)
		if err := s.acquire(t.Context()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if err := s.acquire(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Acquire = %v, want deadline exceeded", err)
		}
		s.release()
		if !s.try() || s.try() {
			t.Error("after the cancelled wait there must be exactly one permit")
		}
	})
}

func TestWithReleasesOnErrorPanicAndGoexit(t *testing.T) {
	eachLimiter(t, func(t *testing.T, make func(int) limiter) {
		s := make(1)
		if err := s.with(t.Context(), func() error { return errGaveUp }); err != errGaveUp {
			t.Errorf("With = %v, want f's error", err)
		}
		func() {
			defer func() { recover() }()
			s.with(t.Context(), func() error { panic("boom") })
		}()
		var wg sync.WaitGroup
		wg.Add(1)
		go func() {
			defer wg.Done()
			s.with(context.Background(), func() error { runtime.Goexit(); return nil })
		}()
		wg.Wait()
		if s.free() != 1 {
			t.Errorf("%d permits free, want 1", s.free())
		}
		ran := false
		if err := s.with(cancelled(), func() error { ran = true; return nil }); err != errGaveUp || ran {
			t.Errorf("With after the end of ctx: err %v, ran %v", err, ran)
		}
	})
}

func TestSemaphoreMisuse(t *testing.T) {
	s := gate.NewSemaphore(2)
	mustPanic(t, s.Release, "gate: Release at gate/gate_test.go:", "without Acquire", "2 permits", "made at gate/gate_test.go:")
	if s.Free() != 2 {
		t.Error("the refused Release changed the count")
	}
	mustPanic(t, func() { gate.NewSemaphore(0) }, "NewSemaphore(0) would never admit anyone")
}

func TestWeightedMisuse(t *testing.T) {
	w := gate.NewWeighted(3)
	err := w.Acquire(context.Background(), 5)
	if err == nil || !strings.Contains(err.Error(), "Acquire(5)") || !strings.Contains(err.Error(), "can never succeed: size is 3 (made at gate/gate_test.go:") {
		t.Errorf("Acquire(5) of 3 = %v", err)
	}
	if w.TryAcquire(4) {
		t.Error("TryAcquire(4) of 3 succeeded")
	}
	if err := w.Acquire(context.Background(), 0); err != nil {
		t.Errorf("Acquire(0) = %v", err)
	}
	w.TryAcquire(1)
	mustPanic(t, func() { w.Release(2) }, "Release(2) at gate/gate_test.go:", "only 1 of the 3 units", "made at")
	mustPanic(t, func() { w.Release(-1) }, "Release(-1) at gate/gate_test.go:", "negative")
	mustPanic(t, func() { w.Acquire(context.Background(), -1) }, "negative")
	mustPanic(t, func() { gate.NewWeighted(0) }, "NewWeighted(0)")
	if w.Free() != 2 {
		t.Errorf("%d units free after refused calls, want 2", w.Free())
	}
}

// A large request must not be overtaken for ever by small ones, and its withdrawal must let those behind it pass.
func TestWeightedHeadOfLine(t *testing.T) {
	w := gate.NewWeighted(3)
	w.TryAcquire(2)
	ctx, cancel := context.WithCancel(t.Context())
	large := make(chan error, 1)
	go func() { large <- w.Acquire(ctx, 3) }()
	until(t, "the large request waits", func() bool {
		if w.TryAcquire(1) {
			w.Release(1)
			return false
		}
		return true
	})
	small := make(chan error, 1)
	go func() { small <- w.Acquire(context.Background(), 1) }()
	select {
	case <-small:
		t.Fatal("the small request overtook the large one")
	case <-time.After(5 * time.Millisecond):
	}
	cancel()
	if err := <-large; !errors.Is(err, context.Canceled) {
		t.Errorf("large = %v", err)
	}
	if err := <-small; err != nil {
		t.Errorf("small = %v", err)
	}
}

func TestLimiterHammer(t *testing.T) {
	eachLimiter(t, func(t *testing.T, make func(int) limiter) {
		const size, workers = 3, 16
		rounds := 2000
		if testing.Short() {
			rounds = 200
		}
		s := make(size)
		var inside atomic.Int64
		var wg sync.WaitGroup
		for w := range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				rng := rand.New(rand.NewPCG(uint64(w), 1))
				for range rounds {
					ctx, cancel := context.WithCancel(context.Background())
					switch rng.IntN(4) {
					case 0:
						go cancel()
					case 1:
						if !s.try() {
							cancel()
							continue
						}
						if inside.Add(1) > size {
							t.Error("too many inside")
						}
						inside.Add(-1)
						s.release()
						cancel()
						continue
					}
					if s.acquire(ctx) == nil {
						if inside.Add(1) > size {
							t.Error("too many inside")
						}
						if rng.IntN(2) == 0 {
							runtime.Gosched()
						}
						inside.Add(-1)
						s.release()
					}
					cancel()
				}
			}()
		}
		wg.Wait()
		if got := s.free(); got != size {
			t.Errorf("%d permits free at the end, want %d", got, size)
		}
	})
}

func TestWeightedHammerWithSizes(t *testing.T) {
	const size = 7
	w := gate.NewWeighted(size)
	var out atomic.Int64
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewPCG(uint64(i), 2))
			for range 1000 {
				n := rng.Int64N(size + 1)
				ctx, cancel := context.WithCancel(context.Background())
				if rng.IntN(3) == 0 {
					go cancel()
				}
				if w.Acquire(ctx, n) == nil {
					if out.Add(n) > size {
						t.Error("more units out than there are")
					}
					runtime.Gosched()
					out.Add(-n)
					w.Release(n)
				}
				cancel()
			}
		}()
	}
	wg.Wait()
	if w.Free() != size || !w.TryAcquire(size) {
		t.Errorf("%d units free at the end, want %d", w.Free(), size)
	}
}

func TestEvent(t *testing.T) {
	var e gate.Event
	if e.IsSet() {
		t.Error("zero Event is set")
	}
	if err := e.Wait(cancelled()); err != errGaveUp {
		t.Errorf("Wait = %v, want the cause", err)
	}
	before := e.Done()
	e.Set()
	e.Set() // idempotent
	if err := e.Wait(cancelled()); err != nil {
		t.Errorf("Wait on a set event = %v", err)
	}
	<-before
	<-e.Done()
	e.Reset()
	e.Reset()
	if e.IsSet() {
		t.Error("set after Reset")
	}
	select {
	case <-e.Done():
		t.Error("Done is closed after Reset")
	default:
	}
	<-before // what was asked for before the Reset stays closed
}

func TestEventWakesEverybodyOfItsRound(t *testing.T) {
	var e gate.Event
	for range 200 {
		var ready, woken sync.WaitGroup
		for range 4 {
			ready.Add(1)
			woken.Add(1)
			done := e.Done()
			go func() { ready.Done(); <-done; woken.Done() }()
		}
		ready.Wait()
		e.Set()
		e.Reset() // must not take the signal away from those who wait
		woken.Wait()
	}
}

func TestEventHammer(t *testing.T) {
	var e gate.Event
	var data int // written before Set, read after Wait: the race detector checks the happens-before edge
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			if i%2 == 0 {
				if err := e.Wait(ctx); err != nil || data != 42 {
					t.Errorf("Wait = %v, data %d", err, data)
				}
				return
			}
			for !e.IsSet() {
				runtime.Gosched()
			}
			if data != 42 {
				t.Errorf("data %d", data)
			}
		}()
	}
	data = 42
	for range 4 {
		wg.Add(1)
		go func() { defer wg.Done(); e.Set() }()
	}
	wg.Wait()
}
