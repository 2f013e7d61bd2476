package lock

import (
	"context"
	"fmt"
	"sync"

	"github.com/conclint/conclint/runtime/internal/place"
	"github.com/conclint/conclint/runtime/internal/waitlist"
)

// Cond is a condition variable: a place where goroutines wait until what L protects is in some state. Unlike [sync.Cond], its Wait is given
// the condition, so it cannot be used without a loop, and a context, so it can be given up. Set L before first use; it must not be copied
// after that. When one lock and one value are all there is, [Guarded] is simpler.
type Cond struct {
	L sync.Locker // held while the condition is looked at or changed

	mu   sync.Mutex // protects line, since Signal may be called without L
	line waitlist.List
}

// NewCond returns a condition variable on l.
func NewCond(l sync.Locker) *Cond { return &Cond{L: l} }

// Wait returns nil as soon as ready reports true. The caller must hold L, and holds it again when Wait returns; in between it is free while
// Wait sleeps. ready is called with L held, first at once and then after every wake-up. If ctx has ended while ready reports false, Wait
// returns its cause; ready is always asked first, so a wake-up is never spent on somebody who gives up.
func (c *Cond) Wait(ctx context.Context, ready func() bool) error {
	if c.L == nil {
		panic(fmt.Sprintf("lock: Cond.Wait at %v: L is not set", place.Caller(1)))
	}
	if h, ok := c.L.(interface{ AssertHeld() }); ok {
		h.AssertHeld()
	}
	woken := false
	for !ready() {
		if ctx.Err() != nil {
			if woken { // perhaps instead of somebody whose condition holds: pass it on
				c.Signal()
			}
			return context.Cause(ctx)
		}
		woken = c.sleep(ctx)
	}
	return nil
}

// sleep gives L up until the caller is woken or ctx ends, and reports whether it was woken (both may happen).
func (c *Cond) sleep(ctx context.Context) (woken bool) {
	c.mu.Lock()
	w := c.line.Add()
	c.mu.Unlock()
	c.L.Unlock()
	defer c.L.Lock()
	if w.Sleep(ctx.Done()) {
		return true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return !w.Leave()
}

// Signal wakes the one goroutine that has waited longest, if any. It is right only if any one of those who wait can use what has changed;
// otherwise use Broadcast. The caller need not hold L.
func (c *Cond) Signal() {
	c.mu.Lock()
	c.line.WakeOne()
	c.mu.Unlock()
}

// Broadcast wakes everyone who waits. The caller need not hold L.
func (c *Cond) Broadcast() {
	c.mu.Lock()
	c.line.WakeAll()
	c.mu.Unlock()
}
