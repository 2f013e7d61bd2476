package task

import (
	"context"
	"errors"
	"time"
)

// ErrClosed is the error of [Recv] on a closed channel.
var ErrClosed = errors.New("task: the channel is closed")

// Sleep returns nil after d, or the cause of ctx if that ends before. If ctx has ended already it does not sleep, not even for d <= 0.
func Sleep(ctx context.Context, d time.Duration) error {
	if isClosed(ctx.Done()) {
		return context.Cause(ctx)
	}
	if d <= 0 {
		return nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Recv receives from ch. It returns [ErrClosed] if ch is closed and empty, and the cause of ctx if that ends first or has ended already.
func Recv[T any](ctx context.Context, ch <-chan T) (T, error) {
	var v T
	var open bool
	if isClosed(ctx.Done()) {
		return v, context.Cause(ctx)
	}
	select { // ready at once: cheaper than the select of two
	case v, open = <-ch:
		return v, closedUnless(open)
	default:
	}
	select {
	case v, open = <-ch:
		return v, closedUnless(open)
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}

func closedUnless(open bool) error {
	if open {
		return nil
	}
	return ErrClosed
}

// Send sends v to ch. It returns the cause of ctx if that ends first or has ended already. As with a plain send, ch must not be closed.
func Send[T any](ctx context.Context, ch chan<- T, v T) error {
	if isClosed(ctx.Done()) {
		return context.Cause(ctx)
	}
	select {
	case ch <- v:
		return nil
	default:
	}
	select {
	case ch <- v:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
