// Package scopes counts in the members of task scopes and groups.
package scopes

import (
	"context"

	"github.com/conclint/conclint/runtime/task"
)

// lost increments in two members at once.
func lost(ctx context.Context) (int, error) {
	n := 0
	err := task.Run(ctx, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			n++ // want `n is incremented in a group goroutine \(started at scopes.go:\d+\) and incremented at scopes.go:\d+ by another \(started at scopes.go:\d+\) without a common lock`
			return nil
		})
		g.Go(func(ctx context.Context) error {
			n++
			return nil
		})
		return nil
	})
	return n, err
}

// inBody meets the member in the body of the scope, which does not wait.
func inBody(ctx context.Context) (int, error) {
	n := 0
	err := task.Run(ctx, func(g *task.Group) error {
		g.Go(func(ctx context.Context) error {
			n++ // want `n is incremented in a group goroutine \(started at scopes.go:\d+\) and incremented at scopes.go:\d+ without a common lock`
			return nil
		})
		n++
		return nil
	})
	return n, err
}

// The silent ones.

// afterRun reads when the scope has waited for its only member.
func afterRun(ctx context.Context) (int, error) {
	n := 0
	err := task.Run(ctx, func(g *task.Group) error {
		n++
		g.Go(func(ctx context.Context) error {
			n++
			return nil
		})
		return nil
	})
	n++
	return n, err
}

// oneScopeAfterTheOther has one member at a time.
func oneScopeAfterTheOther(ctx context.Context) int {
	n := 0
	for range 3 {
		_ = task.Run(ctx, func(g *task.Group) error {
			g.Go(func(ctx context.Context) error {
				n++
				return nil
			})
			return nil
		})
	}
	return n
}

// waited waits inside the scope.
func waited(ctx context.Context) error {
	return task.Run(ctx, func(g *task.Group) error {
		n := 0
		f := task.Go(g, func(ctx context.Context) (int, error) {
			n++
			return n, nil
		})
		if _, err := f.Await(ctx); err != nil {
			return err
		}
		n++
		return nil
	})
}

// ownGroup waits for a group of its own.
func ownGroup(ctx context.Context) int {
	n := 0
	g := task.New(ctx)
	g.Go(func(ctx context.Context) error {
		n++
		return nil
	})
	_ = g.Wait()
	return n
}
