package gate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/gate"
)

func TestBarrierRoundsInStep(t *testing.T) {
	const parties, rounds = 4, 500
	actions := 0 // no lock: the action runs alone
	b := gate.NewBarrier(parties, gate.Action(func() { actions++ }))
	var indexes [rounds]atomic.Int64
	var at [parties]atomic.Int64
	var wg sync.WaitGroup
	for p := range parties {
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer b.Leave()
			for r := range rounds {
				at[p].Store(int64(r))
				i, err := b.Wait(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				indexes[r].Add(1 << (8 * i))
				for q := range parties {
					if d := at[q].Load() - int64(r); d != 0 && d != 1 {
						t.Errorf("party %d is %d rounds ahead", q, d)
					}
				}
			}
		}()
	}
	wg.Wait()
	if actions != rounds {
		t.Errorf("%d actions, want %d", actions, rounds)
	}
	for r := range rounds {
		if got := indexes[r].Load(); got != 0x01010101 {
			t.Fatalf("round %d: indexes %x, want each of 0..3 once", r, got)
		}
	}
	if b.Parties() != 0 {
		t.Errorf("%d parties left", b.Parties())
	}
}

func startWaiters(t *testing.T, b *gate.Barrier, n int) <-chan error {
	t.Helper()
	errs := make(chan error, n)
	for range n {
		go func() { _, err := b.Wait(context.Background()); errs <- err }()
	}
	until(t, "all wait", func() bool { return b.Waiting() == n })
	return errs
}

// A party that dies must not leave the others waiting for ever: in each way of dying.
func TestBarrierPartyDies(t *testing.T) {
	t.Run("leaves", func(t *testing.T) {
		b := gate.NewBarrier(3)
		errs := startWaiters(t, b, 2)
		b.Leave()
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
		if b.Parties() != 2 {
			t.Errorf("%d parties, want 2", b.Parties())
		}
	})
	t.Run("panics", func(t *testing.T) {
		b := gate.NewBarrier(3)
		errs := startWaiters(t, b, 2)
		func() {
			defer func() { recover() }()
			defer b.Leave()
			panic("boom")
		}()
		for range 2 {
			if err := <-errs; err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("times out", func(t *testing.T) {
		b := gate.NewBarrier(4)
		errs := startWaiters(t, b, 2)
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		if _, err := b.Wait(ctx); !errors.Is(err, gate.ErrBroken) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait = %v", err)
		}
		for range 2 {
			if err := <-errs; !errors.Is(err, gate.ErrBroken) || !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Wait = %v, want broken by the deadline", err)
			}
		}
		b.Leave() // harmless on a broken barrier
	})
	t.Run("comes with an ended context", func(t *testing.T) {
		b := gate.NewBarrier(3)
		errs := startWaiters(t, b, 2)
		if _, err := b.Wait(cancelled()); !errors.Is(err, errGaveUp) {
			t.Errorf("Wait = %v", err)
		}
		for range 2 {
			if err := <-errs; !errors.Is(err, errGaveUp) {
				t.Errorf("Wait = %v", err)
			}
		}
	})
	t.Run("aborts", func(t *testing.T) {
		b := gate.NewBarrier(3)
		errs := startWaiters(t, b, 2)
		b.Abort(errGaveUp)
		b.Abort(errors.New("too late"))
		for range 2 {
			if err := <-errs; !errors.Is(err, errGaveUp) || !errors.Is(err, gate.ErrBroken) {
				t.Errorf("Wait = %v", err)
			}
		}
		if _, err := b.Wait(t.Context()); !errors.Is(err, errGaveUp) {
			t.Errorf("Wait after Abort = %v", err)
		}
	})
	t.Run("panics in the action", func(t *testing.T) {
		b := gate.NewBarrier(2, gate.Action(func() { panic("boom") }))
		errs := startWaiters(t, b, 1)
		func() {
			defer func() {
				if r := recover(); r != "boom" {
					t.Errorf("recovered %v", r)
				}
			}()
			b.Wait(t.Context())
		}()
		if err := <-errs; !errors.Is(err, gate.ErrBroken) {
			t.Errorf("Wait = %v", err)
		}
	})
}

func TestBarrierActionMayAbort(t *testing.T) {
	var b *gate.Barrier
	b = gate.NewBarrier(2, gate.Action(func() { b.Abort(errGaveUp) }))
	errs := startWaiters(t, b, 1)
	if _, err := b.Wait(t.Context()); !errors.Is(err, errGaveUp) {
		t.Errorf("last party: %v", err)
	}
	if err := <-errs; !errors.Is(err, errGaveUp) {
		t.Errorf("first party: %v", err)
	}
}

func TestBarrierMoreCallersThanParties(t *testing.T) {
	b := gate.NewBarrier(2, gate.Action(runtime.Gosched))
	errs := make(chan error, 40)
	for range 40 {
		go func() { _, err := b.Wait(context.Background()); errs <- err }()
	}
	for range 40 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestBarrierMisuse(t *testing.T) {
	mustPanic(t, func() { gate.NewBarrier(0) }, "NewBarrier(0) has no party")
	b := gate.NewBarrier(1)
	b.Leave()
	mustPanic(t, func() { b.Leave() }, "Barrier.Leave at gate/barrier_test.go:", "all parties", "made at gate/barrier_test.go:")
	var acting *gate.Barrier
	acting = gate.NewBarrier(1, gate.Action(func() {
		mustPanic(t, func() { acting.Leave() }, "all 1 parties", "are waiting, so the caller is none of them")
	}))
	if _, err := acting.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	mustPanic(t, func() { b.Wait(t.Context()) }, "Barrier.Wait at gate/barrier_test.go:", "all parties", "have left")
}

// Parties that leave, time out or abort at random: nobody is left waiting, and a round either completes for all or breaks for all.
func TestBarrierHammer(t *testing.T) {
	trials := 600
	if testing.Short() {
		trials = 60
	}
	for trial := range trials {
		rng := rand.New(rand.NewPCG(uint64(trial), 3))
		parties := 1 + rng.IntN(5)
		b := gate.NewBarrier(parties)
		var completed [20]atomic.Int64
		var wg sync.WaitGroup
		for p := range parties {
			lifetime := rng.IntN(20)
			fate := rng.IntN(6)
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer b.Leave()
				ctx, cancel := context.WithCancel(context.Background())
				defer cancel()
				for r := range lifetime {
					if r == lifetime-1 && fate == 0 {
						go cancel()
					}
					if r == lifetime-1 && fate == 1 {
						b.Abort(errGaveUp)
					}
					if _, err := b.Wait(ctx); err != nil {
						if !errors.Is(err, gate.ErrBroken) {
							t.Errorf("party %d: %v", p, err)
						}
						return
					}
					completed[r].Add(1)
				}
			}()
		}
		wg.Wait()
	}
}
