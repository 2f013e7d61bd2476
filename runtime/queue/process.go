package queue

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
	"github.com/conclint/conclint/runtime/task"
)

func process[T any](ctx context.Context, n int, q source[T], f func(context.Context, T) error) error {
	c := q.base()
	if n < 1 {
		panic(fmt.Sprintf("queue: Process with %d workers at %v would never take anything", n, place.Caller(2)))
	}
	// All workers are counted before the first one starts: it must not take itself for the only one.
	c.addWorkers(n)
	var left atomic.Int64
	defer func() { c.addWorkers(int(left.Load()) - n) }() // those that never started, because ctx had ended
	return task.Run(ctx, func(g *task.Group) error {
		for range n {
			g.Go(func(ctx context.Context) error {
				defer c.addWorkers(-1)
				defer left.Add(1)
				ctx = context.WithValue(ctx, worker{c}, true)
				for {
					v, err := q.take(ctx, inProcess)
					if errors.Is(err, ErrClosed) {
						return nil
					}
					if err != nil {
						return err
					}
					if err := handleOne(ctx, c, f, v); err != nil {
						return err
					}
				}
			})
		}
		return nil
	})
}

func handleOne[T any](ctx context.Context, c *core, f func(context.Context, T) error, v T) error {
	defer c.finish()
	return f(ctx, v)
}

// worker is the context key that marks the calls made by Process on one queue.
type worker struct{ *core }

func (c *core) isWorker(ctx context.Context) bool {
	return c.workers > 0 && ctx.Value(worker{c}) != nil
}

func (c *core) addWorkers(n int) {
	c.mu.Lock()
	c.workers += n
	c.mu.Unlock()
}

// DeadlockError is returned by a Put from inside Process on the same, full queue when every other worker already waits in such a Put: nobody
// would be left to take a value. It is not returned once somebody has taken values by Get or All, and it is recognised only if Put is
// called with the context that Process has passed. Give the queue more room, use TryPut, or put from outside.
type DeadlockError struct {
	Workers  int // of Process
	Capacity int // of the queue, which is full
	made     place.Place
}

// Error names the queue by the place where it was made.
func (e *DeadlockError) Error() string {
	return fmt.Sprintf("queue: Put refused: all %d workers of Process would wait to put into their own full queue of %d (made at %v)",
		e.Workers, e.Capacity, e.made)
}
