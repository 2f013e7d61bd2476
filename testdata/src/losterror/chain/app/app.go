// Package app starts what package loops has.
package app

import (
	"context"

	"losterror/chain/loops"
)

func serveOk(ctx context.Context, s *loops.Service) {
	go s.Serve(ctx) // whoever ends ctx knows
}

func waitOk(ctx context.Context, s *loops.Service) {
	go func() {
		_ = s.Serve(ctx)
	}()
}

func runBad(ctx context.Context, s *loops.Service) {
	go s.Run(ctx) // want `the error of \(\*Service\).Run is lost`
}

// forward returns no other error than Serve.
func forward(ctx context.Context, s *loops.Service) error { return s.Serve(ctx) }

func forwardOk(ctx context.Context, s *loops.Service) {
	go forward(ctx, s)
}
