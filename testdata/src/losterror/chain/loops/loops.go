// Package loops runs until a context ends.
package loops

import (
	"context"
	"errors"
	"time"
)

// A Service does something now and then.
type Service struct {
	every time.Duration
	step  func(ctx context.Context) error
}

// Serve returns the error of ctx, as a supervisor wants it.
func (s *Service) Serve(ctx context.Context) error {
	defer func() { s.step = nil }()
	for {
		if err := s.step(ctx); errors.Is(err, errors.ErrUnsupported) {
			return pause(ctx, time.Hour)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(s.every):
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(d):
		return nil
	}
}

// Run returns what went wrong, too.
func (s *Service) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := s.step(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// A Runner is implemented elsewhere.
type Runner interface {
	Run(ctx context.Context) error
	Load(ctx context.Context, name string) error
}
