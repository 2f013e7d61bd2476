// Package tasks holds fan-outs that become calls of the runtime's task package, and those that cannot.
package tasks

import (
	"context"
	"net"
	"net/http"
	"os"

	"golang.org/x/sync/errgroup"

	"github.com/conclint/conclint/runtime/task"
)

type item struct{ name string }

func (i item) save(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	return os.WriteFile(i.name, nil, 0o644)
}

func returnedBad(ctx context.Context, items []item) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			return it.save(gctx)
		})
	}
	return g.Wait()
}

func testedBad(ctx context.Context, items []*item) (int, error) {
	g, ctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			return it.save(ctx) // nothing to clean up
		})
	}
	if err := g.Wait(); err != nil {
		return 0, err
	}
	return len(items), nil
}

// contextUsedBad uses the group's context outside of the functions: only SetLimit is offered.
func contextUsedBad(ctx context.Context, items []item) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			return it.save(gctx)
		})
	}
	err := g.Wait()
	<-gctx.Done()
	return err
}

// moreInLoopBad does something else in the loop.
func moreInLoopBad(ctx context.Context, items []item) (int, error) {
	g, gctx := errgroup.WithContext(ctx)
	n := 0
	for _, it := range items {
		n += len(it.name)
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			return it.save(gctx)
		})
	}
	return n, g.Wait()
}

// commentedBad would lose its comment.
func commentedBad(ctx context.Context, items []item) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, it := range items {
		// Each item is saved by itself.
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			return it.save(gctx)
		})
	}
	return g.Wait()
}

func runBad(ctx context.Context, items []item) error {
	return task.Run(ctx, func(g *task.Group) error {
		for _, it := range items {
			g.Go(it.save) // want `one goroutine per element of items, with no limit: g has no Limit`
		}
		return nil
	})
}

func newBad(ctx context.Context, items []item) error {
	g := task.New(ctx)
	for _, it := range items {
		g.Go(it.save) // want `one goroutine per element of items, with no limit: g has no Limit`
	}
	return g.Wait()
}

// optionsOk may have a limit among its options.
func optionsOk(ctx context.Context, items []item, opts ...task.Option) error {
	g := task.New(ctx, opts...)
	for _, it := range items {
		g.Go(it.save)
	}
	return g.Wait()
}

// serveOk starts one server per listener, in a literal that looks at its error.
func serveOk(files []net.Listener, srv *http.Server, failed func(error)) {
	for _, l := range files {
		go func() {
			if err := srv.Serve(l); err != nil {
				failed(err)
			}
		}()
	}
}
