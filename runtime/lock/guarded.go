package lock

import (
	"context"

	"github.com/conclint/conclint/runtime/internal/waitlist"
)

// Guarded is a value with its own lock. It can be reached only through Do and When, so it cannot be touched without the lock, and the lock
// cannot be forgotten or kept. The zero value guards the zero T. It must not be copied after first use.
//
// The pointer that the functions get is theirs only while they run: keeping it, or a map or slice it leads to, is a data race.
type Guarded[T any] struct {
	guard
	value T
}

// guard is the part of a Guarded that does not depend on its type.
type guard struct {
	mu   Mutex
	line waitlist.List // of those in When
}

// unlockChanged unlocks after the value may have changed.
func (g *guard) unlockChanged() {
	if !g.line.Empty() {
		g.line.WakeAll()
	}
	g.mu.Unlock()
}

// NewGuarded returns a guarded value that starts as v.
func NewGuarded[T any](v T, opts ...Option) *Guarded[T] {
	g := &Guarded[T]{value: v}
	g.mu.order.setup(opts)
	g.mu.watch.setup(&g.mu.order)
	return g
}

// Do runs f with the lock held, and gives the lock back even if f panics. It costs as much as Lock and Unlock. f must not call Do or When of
// the same Guarded; a debug build panics if it does.
func (g *Guarded[T]) Do(f func(v *T)) {
	g.mu.lockFor(1)
	defer g.unlockChanged()
	f(&g.value)
}

// When waits until ready reports true and then runs do, both with the lock held and nothing in between. ready is called once at first and
// again after every Do and every other When that has run; it must not change the value. When ctx ends while ready still reports false, When
// returns its cause and do does not run.
//
// Nobody has to signal: the end of Do wakes everyone who waits, which costs a wake-up for each of them.
func (g *Guarded[T]) When(ctx context.Context, ready func(v *T) bool, do func(v *T)) error {
	if err := g.lockWhen(ctx, ready); err != nil {
		return err
	}
	defer g.unlockChanged()
	do(&g.value)
	return nil
}

// lockWhen returns with the lock held if and only if it returns nil.
func (g *Guarded[T]) lockWhen(ctx context.Context, ready func(v *T) bool) (err error) {
	g.mu.lockFor(2)
	held, ok := true, false
	defer func() {
		if held && !ok { // an error, or ready has panicked
			g.mu.Unlock()
		}
	}()
	for !ready(&g.value) {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		w := g.line.Add()
		g.mu.Unlock()
		held = false
		woken := w.Sleep(ctx.Done())
		g.mu.lockFor(2)
		held = true
		if !woken {
			w.Leave()
		}
	}
	ok = true
	return nil
}
