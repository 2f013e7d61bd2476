package task

import "context"

// Local is a value that belongs to a request or a task, as a thread-local variable belongs to a thread. It travels with the context, so the tasks
// started with that context see it too. For a buffer or connection per worker use [MapWith], for scratch memory sync.Pool.
type Local[T any] struct{ _ byte } // not empty: two locals must have two addresses

// localValue keeps a nil of an interface type apart from no value.
type localValue[T any] struct{ v T }

// NewLocal returns a new variable, which has no value in any context. It is usually a package variable.
func NewLocal[T any]() *Local[T] { return &Local[T]{} }

// With returns a context in which l has the value v. Contexts derived from it have it too; ctx itself does not change.
func (l *Local[T]) With(ctx context.Context, v T) context.Context {
	return context.WithValue(ctx, l, localValue[T]{v})
}

// Get returns the value of l in ctx, and false with the zero value if it has none.
func (l *Local[T]) Get(ctx context.Context) (T, bool) {
	boxed, ok := ctx.Value(l).(localValue[T])
	return boxed.v, ok
}
