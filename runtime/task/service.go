package task

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Service is work that goes on in the background until it is stopped. Unlike a plain goroutine it does not die in the middle of a write when main
// returns, provided that main ends with [StopAll]. A panic in a service ends the process at once: there is no join to carry it to.
type Service struct {
	name   string
	ctx    context.Context
	cancel context.CancelCauseFunc
	done   chan struct{}
	err    error // valid once done is closed
	goexit bool
}

// errServiceStopped is the cause of a service's context after Stop.
var errServiceStopped = errors.New("task: the service was stopped")

// services holds the running services in the order of their start.
var services struct {
	mu      sync.Mutex
	running []*Service
}

// Background starts f as a service. f should return soon after its context has ended, which is when ctx ends or Stop is called. The name appears in
// [List], [Dump] and profiles.
func Background(ctx context.Context, name string, f func(ctx context.Context) error) *Service {
	if f == nil {
		panic("task: Background with a nil function")
	}
	s := &Service{name: name, done: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancelCause(ctx)
	services.mu.Lock()
	services.running = append(services.running, s)
	services.mu.Unlock()
	go s.live(f)
	return s
}

// Every starts a service that calls f each d, the first time after d. A call that takes longer than d delays the next one; calls that were
// missed are not made up for. The first error of f ends the service. [Named] gives it a name, "every d" is the default.
// It panics for d <= 0.
func Every(ctx context.Context, d time.Duration, f func(ctx context.Context) error, opts ...Option) *Service {
	if d <= 0 || f == nil {
		panic(fmt.Sprintf("task: Every needs a function and a positive interval, not %v", d))
	}
	name := newConfig(opts).name
	if name == "" {
		name = fmt.Sprintf("every %v", d)
	}
	return Background(ctx, name, func(ctx context.Context) error {
		ticker := time.NewTicker(d)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-ticker.C:
			}
			if ctx.Err() != nil {
				return context.Cause(ctx) // both were ready
			}
			if err := f(ctx); err != nil {
				return err
			}
		}
	})
}

func (s *Service) live(f func(ctx context.Context) error) {
	returned := false
	ctx, leave := enroll(s.ctx, s.name, "")
	defer func() {
		leave()
		if !returned {
			if v := recover(); v != nil {
				panic(v)
			}
			s.goexit = true
		}
		s.end()
	}()
	s.err = f(ctx)
	returned = true
}

func (s *Service) end() {
	if s.err != nil && s.ctx.Err() != nil && (errors.Is(s.err, s.ctx.Err()) || errors.Is(s.err, context.Cause(s.ctx))) {
		s.err = nil // it only says that it was stopped
	}
	if s.goexit {
		s.err = errGoexit
	}
	s.cancel(nil)
	services.mu.Lock()
	if at := slices.Index(services.running, s); at >= 0 {
		services.running = slices.Delete(services.running, at, at+1)
	}
	services.mu.Unlock()
	close(s.done)
}

// Name returns the name that was given to [Background].
func (s *Service) Name() string { return s.name }

// Done returns a channel that is closed when the service has ended, by itself or by Stop.
func (s *Service) Done() <-chan struct{} { return s.done }

// Err returns the error with which the service has ended: nil while it runs, and after it was stopped and returned nil or an echo of that.
func (s *Service) Err() error {
	if !isClosed(s.done) {
		return nil
	}
	return s.err
}

// Stop cancels the context of the service and waits until it has ended, and returns its error. It waits no longer than ctx: the cause of ctx
// is then the result, and the service goes on ending. Stop may be called again and concurrently.
func (s *Service) Stop(ctx context.Context) error {
	s.cancel(errServiceStopped)
	return s.await(ctx)
}

func (s *Service) await(ctx context.Context) error {
	select {
	case <-s.done:
		return s.err
	default:
	}
	select {
	case <-s.done:
		return s.err
	case <-ctx.Done():
		return fmt.Errorf("task: service %s has not ended: %w", s.name, context.Cause(ctx))
	}
}

// StopAll stops all running services, the youngest first, since it may use an older one. It returns their errors, joined. It belongs at the
// end of main, with a ctx that has a deadline; the services that have not ended by then are named in the error.
func StopAll(ctx context.Context) error {
	services.mu.Lock()
	running := slices.Clone(services.running)
	services.mu.Unlock()
	slices.Reverse(running)
	var errs []error
	for _, s := range running {
		errs = append(errs, s.Stop(ctx))
	}
	return errors.Join(errs...)
}
