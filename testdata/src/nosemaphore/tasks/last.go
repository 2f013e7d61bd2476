package tasks

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// lastUseBad is the only user of errgroup in its file.
func lastUseBad(ctx context.Context, items []item) error {
	g, gctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			return it.save(gctx)
		})
	}
	err := g.Wait()
	return err
}
