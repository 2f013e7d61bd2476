package queue

import (
	"cmp"
	"context"
	"iter"
)

// Priority is a bounded queue that hands out the value with the smallest key first, and values with equal keys in the order in which they
// were put. Make one with [NewPriority].
//
// It orders by a key rather than by a function, because that is faster and cannot change its mind while a value waits. For the largest
// first, negate the key. A key that is NaN goes before all others.
type Priority[P cmp.Ordered, T any] struct {
	core
	heap []entry[P, T]
	puts uint64
}

// entry is a value with what it is ordered by: its key, then its arrival.
type entry[P cmp.Ordered, T any] struct {
	key     P
	arrival uint64
	value   T
}

func (e *entry[P, T]) before(o *entry[P, T]) bool {
	switch {
	case e.key < o.key:
		return true
	case e.key == o.key:
		return e.arrival < o.arrival
	case e.key > o.key:
		return false
	}
	return beforeNaN(e, o)
}

// beforeNaN orders entries of which at least one has a key that is not comparable.
func beforeNaN[P cmp.Ordered, T any](e, o *entry[P, T]) bool {
	if c := cmp.Compare(e.key, o.key); c != 0 {
		return c < 0
	}
	return e.arrival < o.arrival
}

// NewPriority returns a priority queue that holds up to capacity values. It panics if capacity < 1.
func NewPriority[P cmp.Ordered, T any](capacity int) *Priority[P, T] {
	q := &Priority[P, T]{}
	q.init("NewPriority", capacity)
	return q
}

// Put adds v under key. While the queue is full it waits; it returns [ErrClosed] if the queue is or gets closed, the cause of ctx if that
// ends first, or a [DeadlockError]; then v is not in the queue.
func (q *Priority[P, T]) Put(ctx context.Context, key P, v T) error {
	if err := q.beginPut(ctx); err != nil {
		return err
	}
	q.push(key, v)
	q.endPut()
	return nil
}

// TryPut adds v under key if there is room and the queue is open, and reports whether it did.
func (q *Priority[P, T]) TryPut(key P, v T) bool {
	if !q.tryBeginPut() {
		return false
	}
	q.push(key, v)
	q.endPut()
	return true
}

// Get removes and returns the value with the smallest key. While the queue is empty it waits; it returns [ErrClosed] if the queue is closed
// and empty, or the cause of ctx if that ends first or has ended already; then nothing was removed.
func (q *Priority[P, T]) Get(ctx context.Context) (T, error) { return q.take(ctx, forGood) }

// TryGet removes and returns the value with the smallest key if there is one, and reports whether there was.
func (q *Priority[P, T]) TryGet() (T, bool) {
	if !q.tryBeginTake() {
		var zero T
		return zero, false
	}
	v := q.pop()
	q.endTake(forGood)
	return v, true
}

// All ranges over the values in the order of their keys, removing each, until the queue is closed and empty or ctx ends, like [Queue.All].
func (q *Priority[P, T]) All(ctx context.Context) iter.Seq[T] { return all(ctx, q) }

// Process calls f for each value with n workers until the queue is closed and empty, like [Queue.Process]. The workers take the values in
// the order of their keys; with n > 1, calls overlap.
func (q *Priority[P, T]) Process(ctx context.Context, n int, f func(context.Context, T) error) error {
	return process(ctx, n, q, f)
}

func (q *Priority[P, T]) take(ctx context.Context, how taking) (T, error) {
	if err := q.beginTake(ctx); err != nil {
		var zero T
		return zero, err
	}
	v := q.pop()
	q.endTake(how)
	return v, nil
}

// -- a heap in which entry i has the children 4i+1 to 4i+4: half as deep as a binary one, and the children share cache lines --

func (q *Priority[P, T]) push(key P, v T) {
	e := entry[P, T]{key, q.puts, v}
	q.puts++
	q.heap = append(q.heap, e)
	h := q.heap
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !e.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = e
}

func (q *Priority[P, T]) pop() T {
	h := q.heap
	top := h[0].value
	last := len(h) - 1
	e := h[last]
	h[last] = entry[P, T]{}
	h = h[:last]
	q.heap = h
	if last == 0 {
		return top
	}
	i := 0
	for {
		first := 4*i + 1
		if first >= last {
			break
		}
		least := first
		for c := first + 1; c < min(first+4, last); c++ {
			if h[c].before(&h[least]) {
				least = c
			}
		}
		if !h[least].before(&e) {
			break
		}
		h[i] = h[least]
		i = least
	}
	h[i] = e
	return top
}
