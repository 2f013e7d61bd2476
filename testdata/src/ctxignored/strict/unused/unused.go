// Package unused takes contexts for nothing.
package unused

import "context"

func Bad(ctx context.Context, n int) int { // want `Bad takes ctx and never uses it`
	return n + 1
}

func Ok(_ context.Context, n int) int { return n + 1 }

func UsedOk(ctx context.Context) error { return ctx.Err() }

type doer interface {
	Do(ctx context.Context) int
}

type one struct{}

// Do has its parameter from the interface.
func (one) Do(ctx context.Context) int { return 1 } // want `Do takes ctx and never uses it`

var _ doer = one{}

func CapturedOk(ctx context.Context) func() error {
	return func() error { return ctx.Err() }
}
