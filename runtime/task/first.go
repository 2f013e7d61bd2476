package task

import (
	"context"
	"errors"
	"sync/atomic"
)

// First runs all fs at the same time and returns the first result that comes without an error. It cancels the others and waits for them. If
// all fail it returns their errors, joined in the order of fs; if ctx ends before a success, its cause. A panic of any of them is re-raised.
func First[T any](ctx context.Context, fs ...func(ctx context.Context) (T, error)) (T, error) {
	var best T
	if len(fs) == 0 {
		return best, errors.New("task: First of no functions")
	}
	var won atomic.Bool
	err := Run(ctx, func(g *Group) error {
		for _, f := range fs {
			g.Go(func(ctx context.Context) error {
				v, err := f(ctx)
				if err == nil && won.CompareAndSwap(false, true) {
					best = v
					g.Cancel(nil)
				}
				return err
			})
		}
		return nil
	}, AllErrors())
	if won.Load() {
		return best, nil
	}
	return best, err
}
