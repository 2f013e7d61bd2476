package gate

import (
	"context"
	"sync"
	"sync/atomic"
)

// Event is a flag that goroutines can wait for. The zero value is an event that is not set, ready to use; it must not be copied after first
// use. Asking for an event that is set costs one atomic load.
type Event struct {
	set atomic.Bool

	mu   sync.Mutex    // serialises Set, Reset and the making of done
	done chan struct{} // made when first asked for; closed while set
}

var closed = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// Set sets the flag and wakes everybody who waits. Setting it again does nothing.
// What happened before Set is visible to everyone whose Wait returns nil, or whose IsSet returns true, because of it.
func (e *Event) Set() {
	if e.set.Load() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set.Load() {
		return
	}
	e.set.Store(true)
	if e.done != nil {
		close(e.done)
	}
}

// Reset clears the flag. Those whom a Set has woken before still pass, even if they had no time to run yet.
func (e *Event) Reset() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.set.Load() {
		e.set.Store(false)
		e.done = nil
	}
}

// IsSet reports whether the flag is set.
func (e *Event) IsSet() bool { return e.set.Load() }

// Wait returns nil as soon as the flag is set, at once if it is set already, or the cause of ctx if that ends first.
func (e *Event) Wait(ctx context.Context) error {
	if e.set.Load() {
		return nil
	}
	return e.wait(ctx)
}

func (e *Event) wait(ctx context.Context) error {
	select {
	case <-e.Done():
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Done returns a channel that is closed when the flag is set, for use in a select. After a Reset, ask again: the old channel stays closed.
func (e *Event) Done() <-chan struct{} {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.done == nil {
		if e.set.Load() {
			return closed
		}
		e.done = make(chan struct{})
	}
	return e.done
}
