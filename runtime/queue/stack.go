package queue

import (
	"context"
	"iter"
)

// Stack is a bounded queue, last in, first out. Make one with [NewStack].
type Stack[T any] struct {
	core
	values []T
}

// NewStack returns a stack that holds up to capacity values. It panics if capacity < 1.
func NewStack[T any](capacity int) *Stack[T] {
	s := &Stack[T]{}
	s.init("NewStack", capacity)
	return s
}

// Put pushes v. While the stack is full it waits; it returns [ErrClosed] if the stack is or gets closed, the cause of ctx if that ends first,
// or a [DeadlockError]; then v is not on the stack.
func (s *Stack[T]) Put(ctx context.Context, v T) error {
	if err := s.beginPut(ctx); err != nil {
		return err
	}
	s.values = append(s.values, v)
	s.endPut()
	return nil
}

// TryPut pushes v if there is room and the stack is open, and reports whether it did.
func (s *Stack[T]) TryPut(v T) bool {
	if !s.tryBeginPut() {
		return false
	}
	s.values = append(s.values, v)
	s.endPut()
	return true
}

// Get removes and returns the newest value. While the stack is empty it waits; it returns [ErrClosed] if the stack is closed and empty, or
// the cause of ctx if that ends first or has ended already; then nothing was removed.
func (s *Stack[T]) Get(ctx context.Context) (T, error) { return s.take(ctx, forGood) }

// TryGet removes and returns the newest value if there is one, and reports whether there was.
func (s *Stack[T]) TryGet() (T, bool) {
	if !s.tryBeginTake() {
		var zero T
		return zero, false
	}
	v := s.pop()
	s.endTake(forGood)
	return v, true
}

// All ranges over the values, removing each, until the stack is closed and empty or ctx ends, like [Queue.All].
func (s *Stack[T]) All(ctx context.Context) iter.Seq[T] { return all(ctx, s) }

// Process calls f for each value with n workers until the stack is closed and empty, like [Queue.Process].
func (s *Stack[T]) Process(ctx context.Context, n int, f func(context.Context, T) error) error {
	return process(ctx, n, s, f)
}

func (s *Stack[T]) take(ctx context.Context, how taking) (T, error) {
	if err := s.beginTake(ctx); err != nil {
		var zero T
		return zero, err
	}
	v := s.pop()
	s.endTake(how)
	return v, nil
}

func (s *Stack[T]) pop() T {
	last := len(s.values) - 1
	v := s.values[last]
	var zero T
	s.values[last] = zero
	s.values = s.values[:last]
	return v
}
