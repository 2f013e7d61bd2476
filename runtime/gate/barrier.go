package gate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
)

// ErrBroken is what Wait's error matches (with [errors.Is]) when the barrier is broken; the error also matches what broke it.
var ErrBroken = errors.New("gate: barrier is broken")

// Barrier lets a fixed number of parties run in rounds: nobody enters the next round before everybody has finished this one. Make one with
// [NewBarrier].
//
// A barrier cannot outlive its parties, so it never leaves the others waiting for one that is gone: a party that ends says so with
// `defer b.Leave()`, and the others go on without it; a party whose context ends while it waits breaks the barrier for all, because the
// round can no longer be completed. A broken barrier stays broken. A round allocates nothing unless contexts that can end are waited with.
type Barrier struct {
	action func()
	made   place.Place

	mu       sync.Mutex
	progress sync.Cond // the round was completed, or the barrier broken
	parties  int
	arrived  int // parties waiting in this round
	acting   bool
	broken   error
	round    atomic.Uint64 // changed with mu held, read also without
}

// BarrierOption configures a [Barrier].
type BarrierOption func(*Barrier)

// Action makes f run once per round, after the last party has arrived and before any is let go. It runs on the goroutine of the last party
// to arrive, or of the one that leaves; the others are waiting, so f may touch their data without a lock. If f panics, the barrier is broken
// and the panic goes on.
func Action(f func()) BarrierOption { return func(b *Barrier) { b.action = f } }

// NewBarrier returns a barrier for n parties. It panics if n < 1.
func NewBarrier(n int, opts ...BarrierOption) *Barrier {
	if n < 1 {
		panic(fmt.Sprintf("gate: NewBarrier(%d) has no party", n))
	}
	b := &Barrier{parties: n, made: place.Caller(1)}
	b.progress.L = &b.mu
	for _, opt := range opts {
		opt(b)
	}
	return b
}

// Parties returns the number of parties that have not left.
func (b *Barrier) Parties() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.parties
}

// Waiting returns the number of parties that wait at this moment.
func (b *Barrier) Waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.arrived
}

// Wait waits until all parties have arrived. It returns the caller's place in the order of arrival, from 0, which differs for each party of
// a round and so can choose the one that does some job. If the barrier breaks first, by [Barrier.Abort] or because the context of one party
// ends, every party of the round gets an error that matches [ErrBroken] and the cause. What a party did before Wait is visible to all of
// them after it.
func (b *Barrier) Wait(ctx context.Context) (index int, err error) {
	index, round, passed, err := b.arrive(ctx)
	if passed || err != nil {
		return index, err
	}
	// The others may need no more than the processor to arrive, and going to sleep costs more than letting them have it.
	for range yields {
		runtime.Gosched()
		if b.round.Load() != round {
			return index, nil
		}
	}
	return index, b.await(ctx, round, place.Caller(1))
}

// yields is how often a party lets others run before it goes to sleep.
const yields = 2

// arrive takes part in the round, and completes it if the caller is the last party.
func (b *Barrier) arrive(ctx context.Context) (index int, round uint64, passed bool, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for b.acting && b.broken == nil {
		b.progress.Wait() // more callers than parties: this one belongs to the next round
	}
	if b.broken == nil && b.parties == 0 {
		panic(fmt.Sprintf("gate: Barrier.Wait at %v: all parties of the barrier made at %v have left", place.Caller(2), b.made))
	}
	if ctx.Err() != nil {
		b.breakWith(context.Cause(ctx), place.Caller(2))
	}
	if b.broken != nil {
		return 0, 0, false, b.broken
	}
	index, round = b.arrived, b.round.Load()
	b.arrived++
	if b.arrived < b.parties {
		return index, round, false, nil
	}
	b.complete()
	return index, round, b.broken == nil, b.broken
}

// await sleeps until the round is completed or the barrier broken.
func (b *Barrier) await(ctx context.Context, round uint64, at place.Place) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if ctx.Done() != nil {
		stop := context.AfterFunc(ctx, func() {
			b.mu.Lock()
			defer b.mu.Unlock()
			if b.round.Load() == round && !b.acting {
				b.breakWith(context.Cause(ctx), at)
			}
		})
		defer stop()
	}
	for b.round.Load() == round && b.broken == nil {
		b.progress.Wait()
	}
	if b.round.Load() != round {
		return nil // completed, whatever happened afterwards
	}
	return b.broken
}

// Leave takes one party out for good and never waits. If all others are waiting already, that completes their round (and runs the action).
// On a broken barrier it does nothing, so `defer b.Leave()` is right for every party. It panics if no party is left to leave.
func (b *Barrier) Leave() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.broken != nil {
		return
	}
	if b.parties == 0 {
		panic(fmt.Sprintf("gate: Barrier.Leave at %v: all parties of the barrier made at %v have left", place.Caller(1), b.made))
	}
	if b.parties == b.arrived { // only while the action runs
		panic(fmt.Sprintf("gate: Barrier.Leave at %v: all %d parties of the barrier made at %v are waiting, so the caller is none of them",
			place.Caller(1), b.parties, b.made))
	}
	b.parties--
	if b.parties > 0 && b.parties == b.arrived {
		b.complete()
	}
}

// Abort breaks the barrier: everyone who waits, and everyone who comes later, gets an error that matches [ErrBroken] and err.
// If the barrier is broken already, the first cause stays.
func (b *Barrier) Abort(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.breakWith(err, place.Caller(1))
}

// -- with mu held --

// complete ends the round. It gives mu up while the action runs.
func (b *Barrier) complete() {
	if b.action != nil {
		b.act()
		if b.broken != nil {
			return
		}
	}
	b.arrived = 0
	b.round.Add(1)
	b.progress.Broadcast()
}

func (b *Barrier) act() {
	b.acting = true
	b.mu.Unlock()
	returned := false
	defer func() {
		b.mu.Lock()
		b.acting = false
		if !returned { // a panic or Goexit: the others must not wait for a round that nobody will complete
			b.breakWith(errors.New("the action did not return"), b.made)
		}
	}()
	b.action()
	returned = true
}

func (b *Barrier) breakWith(cause error, at place.Place) {
	if b.broken != nil {
		return
	}
	if cause == nil {
		cause = errors.New("aborted")
	}
	b.broken = fmt.Errorf("%w at %v: %w", ErrBroken, at, cause)
	b.progress.Broadcast()
}
