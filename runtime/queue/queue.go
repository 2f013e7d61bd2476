package queue

import (
	"context"
	"iter"
)

// Queue is a bounded queue, first in, first out. Make one with [New].
type Queue[T any] struct {
	core
	ring []T // its length grows up to the capacity, by doubling
	head int // index of the oldest value
}

// New returns a queue that holds up to capacity values. Memory grows with what is really in it. It panics if capacity < 1.
func New[T any](capacity int) *Queue[T] {
	q := &Queue[T]{}
	q.init("New", capacity)
	q.ring = make([]T, min(capacity, firstSize))
	return q
}

// firstSize is the number of values a queue has room for before it grows.
const firstSize = 64

// Put appends v. While the queue is full it waits; it returns [ErrClosed] if the queue is or gets closed, the cause of ctx if that ends
// first, or a [DeadlockError]; then v is not in the queue.
func (q *Queue[T]) Put(ctx context.Context, v T) error {
	if err := q.beginPut(ctx); err != nil {
		return err
	}
	q.push(v)
	q.endPut()
	return nil
}

// TryPut appends v if there is room and the queue is open, and reports whether it did.
func (q *Queue[T]) TryPut(v T) bool {
	if !q.tryBeginPut() {
		return false
	}
	q.push(v)
	q.endPut()
	return true
}

// Get removes and returns the oldest value. While the queue is empty it waits; it returns [ErrClosed] if the queue is closed and empty, or
// the cause of ctx if that ends first or has ended already; then nothing was removed.
func (q *Queue[T]) Get(ctx context.Context) (T, error) { return q.take(ctx, forGood) }

// TryGet removes and returns the oldest value if there is one, and reports whether there was.
func (q *Queue[T]) TryGet() (T, bool) {
	if !q.tryBeginTake() {
		var zero T
		return zero, false
	}
	v := q.pop()
	q.endTake(forGood)
	return v, true
}

// All ranges over the values, removing each, until the queue is closed and empty or ctx ends; [context.Context.Err] tells which. Several
// goroutines may range at a time and share the values. Leaving the loop early loses nothing.
func (q *Queue[T]) All(ctx context.Context) iter.Seq[T] { return all(ctx, q) }

// Process calls f for each value with n workers, and returns when the queue is closed and empty and every call has returned. The first error
// cancels the context of the other calls and is returned once they are back; values not yet taken stay in the queue. It returns the cause
// of ctx if that ends first. A panic or Goexit in f reaches the caller as it does in [task.Run]. It panics if n < 1.
func (q *Queue[T]) Process(ctx context.Context, n int, f func(context.Context, T) error) error {
	return process(ctx, n, q, f)
}

func (q *Queue[T]) take(ctx context.Context, how taking) (T, error) {
	if err := q.beginTake(ctx); err != nil {
		var zero T
		return zero, err
	}
	v := q.pop()
	q.endTake(how)
	return v, nil
}

func (q *Queue[T]) push(v T) {
	if q.length == len(q.ring) {
		q.grow()
	}
	i := q.head + q.length
	if i >= len(q.ring) {
		i -= len(q.ring)
	}
	q.ring[i] = v
}

func (q *Queue[T]) pop() T {
	p := &q.ring[q.head]
	v := *p
	var zero T
	*p = zero // the queue must not keep alive what it no longer holds
	if q.head++; q.head == len(q.ring) {
		q.head = 0
	}
	return v
}

func (q *Queue[T]) grow() {
	ring := make([]T, min(q.limit, 2*len(q.ring)))
	n := copy(ring, q.ring[q.head:])
	copy(ring[n:], q.ring[:q.head])
	q.ring, q.head = ring, 0
}
