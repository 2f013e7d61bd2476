package task

import (
	"context"
	"sync"
)

// queuePerWorker is how many tasks wait in the queue for each worker before a submitter has to wait.
const queuePerWorker = 8

// owner is what a crew works for: a group or a pool.
type owner interface {
	// failed is told about the error of the task number seq.
	failed(seq int64, err error)
	// abnormal is called inside the deferred function of a goroutine whose task did not return; see scope.abnormal.
	abnormal(u unit, v any, leave func())
}

// crew is a bounded set of workers with a queue. Workers are started when there is work for them, at most limit, and
// stay until the crew closes. It costs about 30 ns and no allocation per task.
//
// A submitter that finds the queue full waits until half of it is done, so that it is woken once for many tasks.
// A submitter that is itself a task of the crew never waits: the room is doubled instead, for everybody.
type crew struct {
	scope   *scope
	owner   owner
	limit   int
	id      crewID
	lineage *lineage

	mu        sync.Mutex
	work      sync.Cond // an idle worker waits here
	space     sync.Cond // a submitter waits here
	empty     sync.Cond // the joiner waits here
	ring      []unit    // length is a power of two
	head, n   int
	room      int   // units that the queue holds before a submitter has to wait
	taken     int64 // units taken out of the ring so far: the number of the next one
	workers   int   // started and neither gone nor held by a panic
	idle      int
	waiting   int // submitters in space
	pending   int // units queued or running
	waking    bool
	draining  bool // the joiner has come: workers leave when nothing is pending
	refusing  bool // a pool that is being closed takes units from its own tasks only
	closed    bool // joined: nothing may be submitted any more
	watching  bool // stopWatch is set
	stopWatch func() bool
	joined    place
}

func newCrew(s *scope, o owner, limit int, outer *lineage) *crew {
	c := &crew{scope: s, owner: o, limit: limit, id: takeCrewID()}
	c.lineage = outer.child(c.id)
	c.room = queuePerWorker * limit
	c.ring = make([]unit, 8) // grows when it is used, so that a high limit costs nothing
	c.work.L, c.space.L, c.empty.L = &c.mu, &c.mu, &c.mu
	return c
}

// submit queues u and reports whether it did; it waits while there is no room, unless the caller is a task of the crew. It gives up when the
// crew's own context ends, or ctx, which may be nil. closed reports that the crew has been joined.
func (c *crew) submit(ctx context.Context, u unit) (queued, closed bool) {
	isMember, known := false, false // asked only once it matters
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		switch {
		case c.closed:
			return false, true
		case c.scope.isEnded() || ctx != nil && ctx.Err() != nil:
			return false, false
		case c.n < c.room && (isMember || !c.refusing):
			c.push(u)
			return true, false
		case !known:
			id := c.id
			c.mu.Unlock()
			isMember, known = ctx != nil && isMemberContext(ctx, c) || onStack(id), true
			c.mu.Lock()
		case isMember:
			c.room *= 2
		case c.refusing:
			return false, true
		default:
			c.waitForSpace(ctx)
		}
	}
}

// trySubmit queues u if a worker is free to take it at once.
func (c *crew) trySubmit(u unit) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.scope.isEnded() || c.pending >= c.limit {
		return false
	}
	c.push(u)
	return true
}

func (c *crew) push(u unit) {
	if c.n == len(c.ring) {
		c.grow()
	}
	c.ring[(c.head+c.n)&(len(c.ring)-1)] = u
	c.n++
	c.pending++
	if !c.waking {
		c.wake()
	}
}

// wake gets one more worker going if there is one. At most one is on its way at a time, and it wakes the next, so that
// short tasks are not spread over more workers than they need.
func (c *crew) wake() {
	if c.idle > 0 {
		c.waking = true
		c.work.Signal()
	} else if c.workers < c.limit {
		c.waking = true
		c.workers++
		go under(c.lineage, c.labour)
	}
}

func (c *crew) grow() {
	bigger := make([]unit, 2*len(c.ring))
	for i := range c.n {
		bigger[i] = c.ring[(c.head+i)&(len(c.ring)-1)]
	}
	c.ring, c.head = bigger, 0
}

// waitForSpace waits until half of the queue is done or a context ends. c.mu is held.
func (c *crew) waitForSpace(ctx context.Context) {
	c.watch()
	if ctx != nil && ctx.Done() != nil {
		stop := context.AfterFunc(ctx, c.wakeSubmitters)
		defer stop()
	}
	c.waiting++
	c.space.Wait()
	c.waiting--
}

// watch arranges that the queue is dropped as soon as the crew's context ends, even while every worker is busy. c.mu is held.
func (c *crew) watch() {
	if !c.watching {
		c.watching = true
		c.stopWatch = context.AfterFunc(c.scope.base, c.dropAll)
	}
}

func (c *crew) watchQueue() {
	c.mu.Lock()
	if !c.closed {
		c.watch()
	}
	c.mu.Unlock()
}

func (c *crew) wakeSubmitters() {
	c.mu.Lock()
	c.space.Broadcast()
	c.mu.Unlock()
}

// labour is the life of a worker.
func (c *crew) labour() {
	var u unit
	normal := false
	defer func() {
		if !normal {
			c.owner.abnormal(u, recover(), c.lose)
		}
	}()
	ended := c.scope.ended
	c.mu.Lock()
	c.waking = false
	for {
		for c.n == 0 {
			if c.draining && c.pending == 0 {
				c.workers--
				c.settle()
				c.mu.Unlock()
				normal = true
				return
			}
			c.idle++
			c.work.Wait()
			c.idle--
			c.waking = false
		}
		u = c.ring[c.head]
		c.ring[c.head] = nil
		c.head = (c.head + 1) & (len(c.ring) - 1)
		c.n--
		seq := c.taken
		c.taken++
		if c.n > 0 && !c.waking {
			c.wake()
		}
		if c.waiting > 0 && c.n <= c.room/2 {
			c.space.Broadcast()
		}
		c.mu.Unlock()
		if isClosed(ended) {
			u.drop(context.Cause(c.scope.base))
		} else {
			u.run(c, seq)
		}
		u = nil
		c.mu.Lock()
		c.pending--
		if c.pending == 0 && c.draining {
			c.settle()
		}
	}
}

// settle lets the idle workers and the joiner see that nothing is pending. c.mu is held.
func (c *crew) settle() {
	if c.draining && c.pending == 0 {
		if c.idle > 0 {
			c.work.Broadcast()
		}
		if c.workers == 0 {
			c.closed = true
			c.empty.Broadcast()
		}
	}
}

// lose takes a worker that will run no more tasks off the crew, together with the task it was running.
func (c *crew) lose() {
	if c.scope.isEnded() {
		c.dropAll()
	}
	c.mu.Lock()
	c.workers--
	c.pending--
	if c.n > 0 && !c.waking {
		c.wake()
	}
	c.settle()
	c.mu.Unlock()
}

// dropAll empties the queue after the crew's context has ended.
func (c *crew) dropAll() {
	c.mu.Lock()
	dropped := make([]unit, 0, c.n)
	for i := range c.n {
		at := (c.head + i) & (len(c.ring) - 1)
		dropped = append(dropped, c.ring[at])
		c.ring[at] = nil
	}
	c.n = 0
	c.space.Broadcast()
	c.mu.Unlock()
	cause := context.Cause(c.scope.base)
	for _, u := range dropped {
		u.drop(cause)
	}
	c.mu.Lock()
	c.pending -= len(dropped)
	c.settle()
	c.mu.Unlock()
}

// begin counts a unit that its awaiter has taken over, and numbers it; end must follow.
func (c *crew) begin() (seq int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pending++
	seq = c.taken
	c.taken++
	return seq
}

func (c *crew) end() {
	c.mu.Lock()
	c.pending--
	c.settle()
	c.mu.Unlock()
}

// isBusy reports whether any unit of the crew is running.
func (c *crew) isBusy() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pending > c.n
}

// refuse closes the crew to new units while it still works off the queue. Only units of its own tasks are still taken.
func (c *crew) refuse(at place) {
	c.mu.Lock()
	if !c.refusing {
		c.refusing, c.joined = true, at
	}
	c.space.Broadcast()
	c.mu.Unlock()
}

// drain waits until nothing is pending, sends the workers home and closes the crew. at is the place of the join.
func (c *crew) drain(at place) {
	c.mu.Lock()
	c.draining = true
	if c.joined == 0 {
		c.joined = at
	}
	for !c.closed {
		c.settle()
		if c.closed {
			break
		}
		c.empty.Wait()
	}
	id, stopWatch := c.id, c.stopWatch
	c.id, c.stopWatch = 0, nil
	c.mu.Unlock()
	returnCrewID(id)
	if stopWatch != nil {
		stopWatch()
	}
}

func (c *crew) joinedAt() place {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.joined
}
