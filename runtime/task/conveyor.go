package task

import (
	"context"
	"iter"
	"sync"
	"sync/atomic"
)

// conveyor moves the items of an iterator through at most limit workers to one consumer. Three kinds of goroutines
// meet at it: the feeder ranges over the input, workers call f, and the consumer takes the results. At most window items are
// on it at a time, counting those whose results the consumer has not been given.
type conveyor[T, R any] struct {
	s       scope
	f       func(ctx context.Context, item T) (R, error)
	outer   *lineage
	ordered bool // results leave in the order of the input
	quiet   bool // there is no consumer: results are dropped, errors fail the scope
	limit   int
	window  int64

	mu      sync.Mutex
	work    sync.Cond // an idle worker waits here
	space   sync.Cond // the feeder waits here
	result  sync.Cond // the consumer waits here
	todo    []T       // ring of window items
	done    []carried[T, R]
	fed     int64 // items put on
	claimed int64 // items taken by workers
	stored  int64 // results, for the place of the next one if the order does not matter
	workers int   // started and not gone
	idle    int
	waking  bool // a worker is on its way; see crew.wake
	lazy    bool // the consumer waits
	fedAll  bool // the feeder is gone
	broken  bool // the consumer wants no more, or a panic ended it all

	// taken counts the results given to the consumer, or in quiet mode those that are finished. It is written without the lock,
	// so that a consumer pays for the lock only when the feeder is asleep.
	taken    atomic.Int64
	asleepAt atomic.Int64 // fed, while the feeder waits; otherwise 0
}

// carried is an item with its result.
type carried[T, R any] struct {
	item  T
	res   Result[R]
	ready bool
}

func newConveyor[T, R any](ctx context.Context, f func(ctx context.Context, item T) (R, error), opts []Option) *conveyor[T, R] {
	c := &conveyor[T, R]{f: f, outer: lineageOf(ctx)}
	c.s.open(ctx, newConfig(opts))
	c.limit = c.s.cfg.workers()
	c.window = int64(2 * c.limit)
	c.todo = make([]T, c.window)
	c.work.L, c.space.L, c.result.L = &c.mu, &c.mu, &c.mu
	return c
}

// start runs life in a goroutine of the conveyor.
func (c *conveyor[T, R]) start(life func()) {
	if c.outer != nil {
		go under(c.outer, life)
	} else {
		go life()
	}
}

// feed is the life of the feeder.
func (c *conveyor[T, R]) feed(in iter.Seq[T]) {
	returned := false
	defer func() {
		if !returned {
			c.s.abnormal(plain(nil), recover(), func() { c.leave(&c.fedAll, true) })
			return
		}
		c.leave(&c.fedAll, false)
	}()
	for item := range in {
		if !c.put(item) {
			break
		}
	}
	returned = true
}

// leave marks the end of the feeder; after a panic the rest is broken off.
func (c *conveyor[T, R]) leave(flag *bool, broken bool) {
	c.mu.Lock()
	*flag = true
	if broken {
		c.broken = true
	}
	c.wakeAll()
	c.mu.Unlock()
}

func (c *conveyor[T, R]) wakeAll() {
	c.work.Broadcast()
	c.space.Broadcast()
	c.result.Broadcast()
}

// put puts item on the conveyor and reports whether there should be another. When the context has ended it takes this last one, so that a consumer
// sees at least one result with the cause if the input was cut short.
func (c *conveyor[T, R]) put(item T) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.broken && c.fed-c.taken.Load() >= c.window {
		c.asleepAt.Store(c.fed)
		if c.fed-c.taken.Load() < c.window {
			break // the consumer may not have seen asleepAt
		}
		c.space.Wait()
	}
	c.asleepAt.Store(0)
	if c.broken {
		return false
	}
	c.todo[c.fed%c.window] = item
	c.fed++
	if !c.waking {
		c.wake()
	}
	return !c.s.isEnded()
}

func (c *conveyor[T, R]) wake() {
	if c.idle > 0 {
		c.waking = true
		c.work.Signal()
	} else if c.workers < c.limit {
		c.waking = true
		c.workers++
		c.start(c.labour)
	}
}

// labour is the life of a worker.
func (c *conveyor[T, R]) labour() {
	returned := false
	defer func() {
		if !returned {
			c.s.abnormal(plain(nil), recover(), func() {
				c.mu.Lock()
				c.workers--
				c.broken = true
				c.wakeAll()
				c.mu.Unlock()
			})
		}
	}()
	ctx := context.Context(&c.s)
	if name := c.s.cfg.name; name != "" {
		named, done := enroll(ctx, name, name)
		defer done()
		ctx = named
	}
	c.mu.Lock()
	c.waking = false
	for {
		for c.claimed == c.fed && !c.fedAll && !c.broken {
			c.idle++
			c.work.Wait()
			c.idle--
			c.waking = false
		}
		if c.broken || c.claimed == c.fed {
			break
		}
		seq := c.claimed
		c.claimed++
		at := seq % c.window
		item := c.todo[at]
		var none T
		c.todo[at] = none
		if c.claimed < c.fed && !c.waking {
			c.wake()
		}
		c.mu.Unlock()
		var res Result[R]
		if c.s.isEnded() {
			res.Err = context.Cause(c.s.base)
		} else {
			res.Value, res.Err = c.f(ctx, item)
		}
		c.mu.Lock()
		c.store(seq, item, res)
	}
	c.workers--
	if c.workers == 0 {
		c.result.Broadcast()
	}
	c.mu.Unlock()
	returned = true
}

// store puts a result where the consumer looks for it. c.mu is held.
func (c *conveyor[T, R]) store(seq int64, item T, res Result[R]) {
	if c.quiet {
		if res.Err != nil {
			c.s.fail(seq, res.Err)
		}
		taken := c.taken.Add(1)
		if at := c.asleepAt.Load(); at != 0 && at-taken <= c.window/2 {
			c.space.Signal()
		}
		return
	}
	place := c.stored
	c.stored++
	if c.ordered {
		place = seq
	}
	c.done[place%c.window] = carried[T, R]{item, res, true}
	if c.lazy {
		c.result.Signal()
	}
}

// consume gives the results to yield until there are no more or yield wants none, and joins everything.
func (c *conveyor[T, R]) consume(yield func(T, Result[R]) bool) {
	returned := false
	defer func() {
		if !returned {
			c.s.joinUnwinding(recover(), c.join)
		}
	}()
	batch := make([]carried[T, R], 0, c.window)
	for wanted := true; wanted; {
		batch = c.collect(batch[:0])
		if len(batch) == 0 {
			break
		}
		for i := range batch {
			b := &batch[i]
			c.advance()
			if wanted = yield(b.item, b.res); !wanted {
				c.s.stop(nil)
				break
			}
		}
		clear(batch)
	}
	returned = true
	c.join()
	_ = c.s.verdict() // panics and Goexit; the errors are in the results
}

// collect waits for results and takes all that are there. It returns none when there will be no more.
func (c *conveyor[T, R]) collect(batch []carried[T, R]) []carried[T, R] {
	head := c.taken.Load()
	c.mu.Lock()
	defer c.mu.Unlock()
	for !c.broken {
		for d := &c.done[head%c.window]; d.ready; d = &c.done[head%c.window] {
			batch = append(batch, *d)
			*d = carried[T, R]{}
			head++
		}
		if len(batch) > 0 || c.fedAll && head == c.fed {
			break
		}
		c.lazy = true
		c.result.Wait()
		c.lazy = false
	}
	return batch
}

// advance makes room for one more item. A sleeping feeder is woken when half of the window is free.
func (c *conveyor[T, R]) advance() {
	taken := c.taken.Add(1)
	if at := c.asleepAt.Load(); at == 0 || at-taken > c.window/2 {
		return
	}
	c.mu.Lock()
	c.space.Signal()
	c.mu.Unlock()
}

// join waits until the feeder and the workers are gone.
func (c *conveyor[T, R]) join() {
	c.mu.Lock()
	c.broken = true
	c.wakeAll()
	for !c.fedAll || c.workers > 0 {
		c.result.Wait()
	}
	c.mu.Unlock()
}
