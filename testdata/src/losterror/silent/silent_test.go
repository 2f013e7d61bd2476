package silent

import (
	"context"
	"testing"

	"golang.org/x/sync/errgroup"

	"github.com/conclint/conclint/runtime/task"
)

func mustPanic(t *testing.T, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	f()
}

// What a call does besides returning an error is what these are about.
func TestMisuse(t *testing.T) {
	ctx := t.Context()
	p := task.NewPool(task.Limit(1))
	p.Close()
	mustPanic(t, func() { task.Submit(ctx, p, func(context.Context) (int, error) { return 0, save("") }) })
	mustPanic(t, func() { task.Submit[int](ctx, p, nil) })
	mustPanic(t, func() {
		var g errgroup.Group
		g.SetLimit(1)
		g.Go(func() error { return save("") })
		g.SetLimit(2)
		_ = g.Wait()
	})
}
