package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/conclint/conclint/runtime/internal/place"
	"github.com/conclint/conclint/runtime/internal/waitlist"
)

// ErrClosed is returned by Put on a closed queue, and by Get on a closed queue that is empty.
var ErrClosed = errors.New("queue: closed")

// core is what all queues share: who may put or take, and who waits for it. The values themselves are kept by the queue that embeds it,
// which touches them only between begin and end, while mu is held.
type core struct {
	limit int
	made  place.Place

	mu     sync.Mutex
	room   waitlist.List // of those who want to put
	items  waitlist.List // of those who want to take
	idle   waitlist.List // of those in Join
	length int
	// unfinished counts the values that were put and not yet dealt with.
	unfinished int
	closed     bool

	workers    int  // of Process, at this moment
	stuck      int  // workers that wait in Put
	otherTaker bool // somebody has taken a value outside Process
}

func (c *core) init(name string, capacity int) {
	if capacity < 1 {
		panic(fmt.Sprintf("queue: %s(%d) at %v: capacity must be > 0", name, capacity, place.Caller(2)))
	}
	c.limit = capacity
	c.made = place.Caller(2)
}

// Len returns the number of values in the queue at this moment.
func (c *core) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.length
}

// Cap returns the largest number of values the queue holds at a time.
func (c *core) Cap() int { return c.limit }

// Close lets no more values in: Put returns [ErrClosed], also to those who wait in it. What is in the queue is still handed out. Closing
// again does nothing.
func (c *core) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.closed = true
	c.room.WakeAll()
	c.items.WakeAll()
}

// Closed reports whether Close has been called. Values may still be in the queue.
func (c *core) Closed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

// Join waits until every value put so far, or put while it waits, has been dealt with. It returns the cause of ctx when that ends first.
// Called from the function of Process on the same queue, and with its context, it panics, because it would wait for itself.
func (c *core) Join(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.unfinished == 0 {
		return nil
	}
	if c.isWorker(ctx) {
		panic(fmt.Sprintf("queue: Join at %v inside Process of the same queue (made at %v) would wait for itself", place.Caller(1), c.made))
	}
	for w := (*waitlist.Waiter)(nil); c.unfinished > 0; {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w = c.sleep(ctx, &c.idle, w)
	}
	return nil
}

// beginPut waits for room. If it returns nil, the caller holds mu and must store one value and call endPut.
func (c *core) beginPut(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	if c.length < c.limit && !c.closed {
		return nil
	}
	return c.awaitRoom(ctx)
}

func (c *core) awaitRoom(ctx context.Context) error {
	err := c.waitRoom(ctx)
	if err != nil {
		c.mu.Unlock()
	}
	return err
}

func (c *core) waitRoom(ctx context.Context) error {
	if c.closed {
		return ErrClosed
	}
	if c.isWorker(ctx) {
		if c.stuck+1 >= c.workers && !c.otherTaker {
			return &DeadlockError{Workers: c.workers, Capacity: c.limit, made: c.made}
		}
		c.stuck++
		defer func() { c.stuck-- }()
	}
	for w := (*waitlist.Waiter)(nil); c.length >= c.limit && !c.closed; {
		// Room goes before the end of ctx, so that a wake-up is never spent on somebody who leaves.
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w = c.sleep(ctx, &c.room, w)
	}
	if c.closed {
		return ErrClosed
	}
	return nil
}

// tryBeginPut is beginPut without waiting.
func (c *core) tryBeginPut() bool {
	c.mu.Lock()
	if c.length < c.limit && !c.closed {
		return true
	}
	c.mu.Unlock()
	return false
}

func (c *core) endPut() {
	c.length++
	c.unfinished++
	c.items.WakeOne()
	c.mu.Unlock()
}

// beginTake waits for a value. If it returns nil, the caller holds mu and must remove one value and call endTake.
func (c *core) beginTake(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	c.mu.Lock()
	if c.length > 0 {
		return nil
	}
	return c.awaitItem(ctx)
}

func (c *core) awaitItem(ctx context.Context) error {
	err := c.waitItem(ctx)
	if err != nil {
		c.mu.Unlock()
	}
	return err
}

func (c *core) waitItem(ctx context.Context) error {
	if c.closed {
		return ErrClosed
	}
	for w := (*waitlist.Waiter)(nil); c.length == 0; {
		if c.closed {
			return ErrClosed
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w = c.sleep(ctx, &c.items, w)
	}
	return nil
}

// tryBeginTake is beginTake without waiting.
func (c *core) tryBeginTake() bool {
	c.mu.Lock()
	if c.length > 0 {
		return true
	}
	c.mu.Unlock()
	return false
}

// taking says what a value is taken for.
type taking int

const (
	forGood   taking = iota // by Get: dealt with as soon as it is taken
	inLoop                  // by All: dealt with when the loop body is done
	inProcess               // by Process: dealt with when the function is done
)

func (c *core) endTake(how taking) {
	c.length--
	if how == forGood {
		c.finishLocked()
	}
	if how != inProcess {
		c.otherTaker = true
	}
	c.room.WakeOne()
	c.mu.Unlock()
}

// finish says that a value taken in a loop or by Process has been dealt with.
func (c *core) finish() {
	c.mu.Lock()
	c.finishLocked()
	c.mu.Unlock()
}

func (c *core) finishLocked() {
	c.unfinished--
	if c.unfinished == 0 {
		c.idle.WakeAll()
	}
}

// sleep gives mu up until somebody wakes the caller or ctx ends. w is nil the first time; afterwards, a caller that was woken in vain,
// because somebody else was faster, keeps its place at the head of the line.
func (c *core) sleep(ctx context.Context, line *waitlist.List, w *waitlist.Waiter) *waitlist.Waiter {
	if w == nil {
		w = line.Add()
	} else {
		line.AddFirst(w)
	}
	c.mu.Unlock()
	woken := w.Sleep(ctx.Done())
	c.mu.Lock()
	if !woken {
		w.Leave() // if it was woken after all, the caller looks for its chance before it looks at ctx
	}
	return w
}
