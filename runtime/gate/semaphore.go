package gate

import (
	"context"
	"fmt"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
)

// Semaphore admits at most Size holders at a time, first come, first served. Make one with [NewSemaphore].
//
// Acquire and Release together cost two atomic operations as long as nobody waits, and never allocate.
// Any goroutine may release what another one acquired.
type Semaphore struct {
	// state is the number of free permits or, below zero, the number of callers no permit has been granted to yet.
	state atomic.Int64
	// tokens carries the granted permits to those who wait. At most size are under way, so sending never blocks.
	tokens chan struct{}
	size   int64
	made   place.Place
}

// NewSemaphore returns a semaphore with n permits, all free. It panics if n < 1: such a semaphore would never admit anyone.
func NewSemaphore(n int) *Semaphore {
	if n < 1 {
		panic(fmt.Sprintf("gate: NewSemaphore(%d) would never admit anyone", n))
	}
	s := &Semaphore{tokens: make(chan struct{}, n), size: int64(n), made: place.Caller(1)}
	s.state.Store(int64(n))
	return s
}

// Size returns the number of permits, free or not.
func (s *Semaphore) Size() int { return int(s.size) }

// Free returns the number of permits that are free at this moment; it is outdated as soon as it is known.
func (s *Semaphore) Free() int { return int(max(0, s.state.Load())) }

// Acquire takes one permit and waits for it if there is none. When ctx ends first, or has ended already, it takes nothing and returns the
// cause.
func (s *Semaphore) Acquire(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if s.state.Add(-1) >= 0 {
		return nil
	}
	if done := ctx.Done(); done != nil {
		return s.wait(ctx, done)
	}
	<-s.tokens
	return nil
}

// wait receives the permit of a caller that has already counted itself as waiting.
func (s *Semaphore) wait(ctx context.Context, done <-chan struct{}) error {
	select {
	case <-s.tokens:
		return nil
	case <-done:
	}
	// Waiters are only counted, so whoever is still without a grant may leave in the name of any of them.
	for {
		v := s.state.Load()
		if v >= 0 {
			// Every waiter has been granted a permit, this one too: take it and pass it on.
			<-s.tokens
			s.Release()
			return context.Cause(ctx)
		}
		if s.state.CompareAndSwap(v, v+1) {
			return context.Cause(ctx)
		}
	}
}

// TryAcquire takes one permit if one is free and reports whether it did. It never waits.
func (s *Semaphore) TryAcquire() bool {
	for {
		v := s.state.Load()
		if v <= 0 {
			return false
		}
		if s.state.CompareAndSwap(v, v-1) {
			return true
		}
	}
}

// Release gives one permit back, to the caller that has waited longest if somebody waits. It never blocks.
// It panics if no permit is out, and then changes nothing.
func (s *Semaphore) Release() {
	v := s.state.Add(1)
	if v > s.size {
		s.state.Add(-1)
		panic(fmt.Sprintf("gate: Release at %v without Acquire: all %d permits of the semaphore made at %v are free", place.Caller(1), s.size, s.made))
	}
	if v <= 0 {
		s.tokens <- struct{}{}
	}
}

// With runs f while it holds one permit, which it gives back even if f panics or ends its goroutine. It returns f's error, or the cause of
// ctx when no permit came in time and f did not run.
func (s *Semaphore) With(ctx context.Context, f func() error) error {
	if err := s.Acquire(ctx); err != nil {
		return err
	}
	defer s.Release()
	return f()
}
