package queue

import (
	"context"
	"iter"
)

// source is what All and Process need of a queue.
type source[T any] interface {
	take(context.Context, taking) (T, error)
	base() *core
}

func (c *core) base() *core { return c }

func all[T any](ctx context.Context, q source[T]) iter.Seq[T] {
	return func(yield func(T) bool) {
		for {
			v, err := q.take(ctx, inLoop)
			if err != nil || !yieldOne(q.base(), yield, v) {
				return
			}
		}
	}
}

// yieldOne counts v as dealt with however the loop body ends: return, break, panic or Goexit.
func yieldOne[T any](c *core, yield func(T) bool, v T) bool {
	defer c.finish()
	return yield(v)
}
