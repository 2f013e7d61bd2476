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

// What implements it is not to be seen from here; as a rule it runs until ctx ends.
func behindInterfaceOk(ctx context.Context, r loops.Runner) {
	go r.Run(ctx)
}

func behindInterfaceBad(ctx context.Context, r loops.Runner) {
	go r.Load(ctx, "all") // want `the error of r.Load is lost`
}

// forward returns no other error than Serve.
func forward(ctx context.Context, s *loops.Service) error { return s.Serve(ctx) }

func forwardOk(ctx context.Context, s *loops.Service) {
	go forward(ctx, s)
}

type tree struct{ left, right *tree }

func (t *tree) walk(f func(*tree) error) error {
	if t == nil {
		return nil
	}
	if err := t.left.walk(f); err != nil {
		return err
	}
	if err := f(t); err != nil {
		return err
	}
	return t.right.walk(f)
}

func visitBad(t *tree, write func(*tree) error) {
	go func() {
		t.walk(func(t *tree) error { return write(t) }) // want `the error of \(\*tree\).walk is lost`
	}()
}
