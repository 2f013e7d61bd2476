//go:build go1.25

package gate_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"

	"github.com/conclint/conclint/runtime/gate"
)

// The tests of this file drive a gate and a sequential model of it with the same random steps. After each step all goroutines are asleep
// (synctest.Wait), so both must agree exactly on who has passed, who still waits and who got an error.

// request is one caller of a gate, in the real world and in the model.
type request struct {
	id     int
	n      int64
	cancel context.CancelFunc
}

type outcome struct {
	id  int
	err error
}

// world collects what the real gate does.
type world struct {
	t        *testing.T
	next     int
	outcomes chan outcome
}

func newWorld(t *testing.T) *world { return &world{t: t, outcomes: make(chan outcome, 1000)} }

func (w *world) start(n int64, wait func(context.Context) error) request {
	ctx, cancel := context.WithCancel(context.Background())
	r := request{id: w.next, n: n, cancel: cancel}
	w.next++
	go func() { w.outcomes <- outcome{r.id, wait(ctx)} }()
	return r
}

// expect lets everything settle and compares what has happened since with the model.
func (w *world) expect(step string, passed, failed []int) {
	w.t.Helper()
	synctest.Wait()
	var gotPassed, gotFailed []int
	for len(w.outcomes) > 0 {
		o := <-w.outcomes
		if o.err == nil {
			gotPassed = append(gotPassed, o.id)
		} else {
			gotFailed = append(gotFailed, o.id)
		}
	}
	for _, ids := range [][]int{passed, failed, gotPassed, gotFailed} {
		slices.Sort(ids)
	}
	if !slices.Equal(gotPassed, passed) || !slices.Equal(gotFailed, failed) {
		w.t.Fatalf("%s: passed %v, failed %v; the model says %v, %v", step, gotPassed, gotFailed, passed, failed)
	}
}

type weights interface {
	Acquire(context.Context, int64) error
	TryAcquire(int64) bool
	Release(int64)
	Free() int64
}

// units makes a Semaphore look like a Weighted whose requests are all of one unit.
type units struct{ *gate.Semaphore }

func (u units) Acquire(ctx context.Context, _ int64) error { return u.Semaphore.Acquire(ctx) }
func (u units) TryAcquire(int64) bool                      { return u.Semaphore.TryAcquire() }
func (u units) Release(int64)                              { u.Semaphore.Release() }
func (u units) Free() int64                                { return int64(u.Semaphore.Free()) }

func runSemaphoreModel(t *testing.T, rng *rand.Rand, size, largest int64, s weights) {
	w := newWorld(t)
	free := size
	var line, holders []request
	admit := func() (passed []int) {
		for len(line) > 0 && line[0].n <= free {
			free -= line[0].n
			holders = append(holders, line[0])
			passed = append(passed, line[0].id)
			line = line[1:]
		}
		return passed
	}
	release := func(i int) []int {
		r := holders[i]
		holders = slices.Delete(holders, i, i+1)
		s.Release(r.n)
		r.cancel()
		free += r.n
		return admit()
	}
	for range 60 {
		n := 1 + rng.Int64N(largest)
		switch op := rng.IntN(6); {
		case op <= 1:
			line = append(line, w.start(n, func(ctx context.Context) error { return s.Acquire(ctx, n) }))
			w.expect("Acquire", admit(), nil)
		case op == 2:
			want := len(line) == 0 && n <= free
			if got := s.TryAcquire(n); got != want {
				t.Fatalf("TryAcquire(%d) = %v with %d free and %d waiting", n, got, free, len(line))
			}
			if want {
				free -= n
				holders = append(holders, request{id: -1, n: n, cancel: func() {}})
			}
		case op == 3 && len(line) > 0:
			i := rng.IntN(len(line))
			r := line[i]
			line = slices.Delete(line, i, i+1)
			r.cancel()
			w.expect("cancel", admit(), []int{r.id})
		case len(holders) > 0:
			w.expect("Release", release(rng.IntN(len(holders))), nil)
		}
		if s.Free() != free {
			t.Fatalf("Free = %d, the model says %d", s.Free(), free)
		}
	}
	for len(holders) > 0 {
		w.expect("final Release", release(0), nil)
	}
	if len(line) != 0 || s.Free() != size {
		t.Fatalf("at the end %d wait and %d are free", len(line), s.Free())
	}
}

func TestSemaphoreMatchesModel(t *testing.T) {
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 10))
			size := 1 + rng.Int64N(3)
			runSemaphoreModel(t, rng, size, 1, units{gate.NewSemaphore(int(size))})
		})
	}
}

func TestWeightedMatchesModel(t *testing.T) {
	for seed := range uint64(150) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, 11))
			size := 1 + rng.Int64N(6)
			runSemaphoreModel(t, rng, size, size, gate.NewWeighted(size))
		})
	}
}

func TestBarrierMatchesModel(t *testing.T) {
	for seed := range uint64(300) {
		synctest.Test(t, func(t *testing.T) { runBarrierModel(t, rand.New(rand.NewPCG(seed, 12))) })
	}
}

func runBarrierModel(t *testing.T, rng *rand.Rand) {
	w := newWorld(t)
	parties := 1 + rng.IntN(4)
	actions, wantActions := 0, 0
	b := gate.NewBarrier(parties, gate.Action(func() { actions++ }))
	var waiting []request
	ids := func() (ids []int) {
		for _, r := range waiting {
			ids = append(ids, r.id)
			t.Cleanup(r.cancel)
		}
		waiting = nil
		return ids
	}
	completeIfFull := func() []int {
		if parties == 0 || len(waiting) < parties {
			return nil
		}
		wantActions++
		return ids()
	}
	for range 30 {
		switch op := rng.IntN(12); {
		case op < 8 && parties > 0:
			want := len(waiting)
			waiting = append(waiting, w.start(0, func(ctx context.Context) error {
				i, err := b.Wait(ctx)
				if err == nil && i != want {
					return errors.New("wrong index")
				}
				return err
			}))
			w.expect("Wait", completeIfFull(), nil)
		case op == 8 && parties > 0:
			parties--
			b.Leave()
			w.expect("Leave", completeIfFull(), nil)
		case op == 9 && len(waiting) > 0 && rng.IntN(4) == 0:
			waiting[rng.IntN(len(waiting))].cancel()
			w.expect("cancel breaks", nil, ids())
			checkBroken(t, b, context.Canceled)
			return
		case op == 10 && rng.IntN(4) == 0:
			b.Abort(errGaveUp)
			w.expect("Abort", nil, ids())
			checkBroken(t, b, errGaveUp)
			return
		}
		if actions != wantActions || b.Parties() != parties || b.Waiting() != len(waiting) {
			t.Fatalf("actions %d, parties %d, waiting %d; the model says %d, %d, %d",
				actions, b.Parties(), b.Waiting(), wantActions, parties, len(waiting))
		}
	}
	b.Abort(nil)
	w.expect("final Abort", nil, ids())
}

func checkBroken(t *testing.T, b *gate.Barrier, cause error) {
	t.Helper()
	if _, err := b.Wait(context.Background()); !errors.Is(err, gate.ErrBroken) || !errors.Is(err, cause) {
		t.Fatalf("Wait on a broken barrier = %v, want %v", err, cause)
	}
}
