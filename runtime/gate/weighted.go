package gate

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
)

// Weighted is a semaphore whose holders take different numbers of units: bytes of memory, connections, cores. Make one with [NewWeighted].
//
// It is first come, first served: a large request at the head of the line is not overtaken by small ones, so it cannot starve.
// Acquire and Release cost two atomic operations as long as nobody waits; waiting allocates one ticket.
type Weighted struct {
	// state is the number of free units times two, plus one while somebody waits. While that bit is set, mu protects every change.
	state atomic.Int64
	size  int64
	made  place.Place

	mu          sync.Mutex
	first, last *ticket
}

// ticket is one place in the line.
type ticket struct {
	n          int64
	granted    bool
	ready      chan struct{}
	prev, next *ticket
}

const someoneWaits = 1

// NewWeighted returns a semaphore of size units, all free. It panics if size < 1.
func NewWeighted(size int64) *Weighted {
	if size < 1 {
		panic(fmt.Sprintf("gate: NewWeighted(%d) would never admit anyone", size))
	}
	w := &Weighted{size: size, made: place.Caller(1)}
	w.state.Store(size * 2)
	return w
}

// Size returns the number of units, free or not.
func (w *Weighted) Size() int64 { return w.size }

// Free returns the number of units that are free at this moment; it is outdated as soon as it is known.
func (w *Weighted) Free() int64 { return w.state.Load() >> 1 }

// Acquire takes n units at once and waits for them if need be. When ctx ends first, or has ended already, it takes nothing and returns the
// cause. An n above the size returns an error at once, because waiting could never succeed; a negative n panics.
func (w *Weighted) Acquire(ctx context.Context, n int64) error {
	w.check("Acquire", n)
	if n > w.size {
		return fmt.Errorf("gate: Weighted.Acquire(%d) at %v can never succeed: size is %d (made at %v)", n, place.Caller(1), w.size, w.made)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if w.tryFast(n) {
		return nil
	}
	return w.wait(ctx, n)
}

// TryAcquire takes n units if they are free and nobody waits, and reports whether it did. It never waits. A negative n panics.
func (w *Weighted) TryAcquire(n int64) bool {
	w.check("TryAcquire", n)
	return w.tryFast(n)
}

func (w *Weighted) tryFast(n int64) bool {
	for {
		v := w.state.Load()
		if v&someoneWaits != 0 || v>>1 < n {
			return false
		}
		if w.state.CompareAndSwap(v, v-2*n) {
			return true
		}
	}
}

func (w *Weighted) wait(ctx context.Context, n int64) error {
	w.mu.Lock()
	for {
		v := w.state.Load()
		if v&someoneWaits != 0 || w.state.CompareAndSwap(v, v|someoneWaits) {
			break
		}
	}
	t := &ticket{n: n, ready: make(chan struct{}), prev: w.last}
	if w.last == nil {
		w.first = t
	} else {
		w.last.next = t
	}
	w.last = t
	w.admit() // units may have been released before the bit was set
	w.mu.Unlock()

	select {
	case <-t.ready:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if t.granted {
		w.add(n)
	} else {
		w.remove(t)
	}
	w.admit() // whoever stood behind may fit now
	return context.Cause(ctx)
}

// Release gives n units back and admits those at the head of the line that fit now. It never blocks.
// It panics if that many units are not out, and then changes nothing; a negative n panics too.
func (w *Weighted) Release(n int64) {
	w.check("Release", n)
	for {
		v := w.state.Load()
		if free := v >> 1; free+n > w.size {
			panic(fmt.Sprintf("gate: Release(%d) at %v without Acquire: only %d of the %d units of the semaphore made at %v are out",
				n, place.Caller(1), w.size-free, w.size, w.made))
		}
		if v&someoneWaits != 0 {
			break
		}
		if w.state.CompareAndSwap(v, v+2*n) {
			return
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.add(n)
	w.admit()
}

// With runs f while it holds n units, which it gives back even if f panics or ends its goroutine. It returns f's error, or Acquire's, and
// then f did not run.
func (w *Weighted) With(ctx context.Context, n int64, f func() error) error {
	if err := w.Acquire(ctx, n); err != nil {
		return err
	}
	defer w.Release(n)
	return f()
}

func (w *Weighted) check(method string, n int64) {
	if n < 0 {
		panic(fmt.Sprintf("gate: Weighted.%s(%d) at %v: the number of units is negative", method, n, place.Caller(2)))
	}
}

// -- with mu held --

// add changes the number of free units, whether or not the bit is set (it may have been cleared since the caller looked).
func (w *Weighted) add(n int64) {
	if free := w.state.Add(2*n) >> 1; free > w.size {
		w.state.Add(-2 * n)
		panic(fmt.Sprintf("gate: Release(%d) without Acquire on the semaphore of %d units made at %v", n, w.size, w.made))
	}
}

// admit serves the line from its head for as long as the units suffice, and clears the bit when nobody is left.
func (w *Weighted) admit() {
	for t := w.first; t != nil && w.state.Load()>>1 >= t.n; t = w.first {
		w.state.Add(-2 * t.n)
		w.remove(t)
		t.granted = true
		close(t.ready)
	}
	if w.first != nil {
		return
	}
	for {
		v := w.state.Load()
		if v&someoneWaits == 0 || w.state.CompareAndSwap(v, v&^someoneWaits) {
			return
		}
	}
}

func (w *Weighted) remove(t *ticket) {
	if t.prev == nil {
		w.first = t.next
	} else {
		t.prev.next = t.next
	}
	if t.next == nil {
		w.last = t.prev
	} else {
		t.next.prev = t.prev
	}
	t.prev, t.next = nil, nil
}
