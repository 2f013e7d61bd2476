package gate_test

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/gate"
)

// Holders that fail, panic or end their goroutine give their permit back.
func TestWithStress(t *testing.T) {
	eachLimiter(t, func(t *testing.T, make func(int) limiter) {
		conctest.Stress(t, conctest.Config{Rounds: 1000}, func(r *conctest.Round) {
			size := 1 + r.IntN(3)
			s := make(size)
			var inside atomic.Int64
			var wg sync.WaitGroup
			for range 6 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					defer func() { recover() }()
					err := s.with(r.Context(), func() error {
						defer inside.Add(-1)
						if inside.Add(1) > int64(size) {
							r.Error("too many inside")
						}
						r.Yield()
						switch r.IntN(6) {
						case 0:
							panic("boom")
						case 1:
							runtime.Goexit()
						case 2:
							return errGaveUp
						}
						return nil
					})
					if err != nil && err != errGaveUp && !errors.Is(err, conctest.ErrCancelled) {
						r.Errorf("With = %v", err)
					}
				}()
			}
			wg.Wait()
			if s.free() != size {
				r.Errorf("%d of %d permits free at the end", s.free(), size)
			}
		})
	})
}

// An action that panics or aborts, parties that leave at random: nobody is left behind.
func TestBarrierStress(t *testing.T) {
	conctest.Stress(t, conctest.Config{Rounds: 1000}, func(r *conctest.Round) {
		parties := 1 + r.IntN(4)
		rounds := 0
		b := gate.NewBarrier(parties, gate.Action(func() {
			if rounds++; r.Maybe(0.05) {
				panic("boom")
			}
		}))
		var passed atomic.Int64
		var wg sync.WaitGroup
		for range parties {
			wg.Add(1)
			go func() {
				defer wg.Done()
				defer func() { recover() }()
				defer b.Leave()
				for range r.IntN(6) {
					r.Yield()
					if _, err := b.Wait(r.Context()); err != nil {
						if !errors.Is(err, gate.ErrBroken) {
							r.Errorf("Wait = %v", err)
						}
						return
					}
					passed.Add(1)
				}
			}()
		}
		wg.Wait()
		if int(passed.Load()) > rounds*parties {
			r.Errorf("%d passed in %d rounds of %d", passed.Load(), rounds, parties)
		}
	})
}
