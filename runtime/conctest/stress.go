package conctest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"testing"
	"time"
)

// Config sets up [Stress].
type Config struct {
	Rounds int     // default 1000; a tenth of it with -short, and times CONCTEST_SCALE from the environment
	Cancel float64 // probability that the context of a round is cancelled at a random time, default 0.5; negative: never
	Seed   uint64  // default: CONCTEST_SEED from the environment, otherwise a new one for each call
}

// ErrCancelled is the cause of the context of a round that was cancelled at random.
var ErrCancelled = errors.New("conctest: cancelled at random")

// Stress calls body many times, each time with other random decisions, and stops at the first round that fails t. The report of a failure
// names the seed; CONCTEST_SEED=seed repeats the decisions, though not what the scheduler made of them. After each round body must have joined
// what it started: Stress ends with a leak check.
func Stress(t testing.TB, cfg Config, body func(r *Round)) {
	t.Helper()
	NoLeaks(t)
	if cfg.Cancel == 0 {
		cfg.Cancel = 0.5
	}
	if cfg.Seed == 0 {
		cfg.Seed = seedFromEnvironment(t)
	}
	for i := range rounds(t, cfg.Rounds) {
		r := &Round{TB: t, N: i, rand: newRand(cfg.Seed, i, 0), fate: newRand(cfg.Seed, i, 1)}
		r.play(cfg.Cancel, body)
		if t.Failed() {
			t.Fatalf("conctest: failed in round %d with seed %d", i, cfg.Seed)
		}
	}
}

// newRand gives every round two independent sources: what the canceller draws must not shift what the body draws.
func newRand(seed uint64, round, source int) *rand.Rand {
	return rand.New(rand.NewPCG(seed, uint64(round)<<1|uint64(source)))
}

func seedFromEnvironment(t testing.TB) uint64 {
	t.Helper()
	s := os.Getenv("CONCTEST_SEED")
	if s == "" {
		return rand.Uint64() | 1
	}
	seed, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		t.Fatalf("conctest: CONCTEST_SEED: %v", err)
	}
	return seed
}

func rounds(t testing.TB, n int) int {
	t.Helper()
	if n == 0 {
		n = 1000
	}
	if s := os.Getenv("CONCTEST_SCALE"); s != "" {
		scale, err := strconv.Atoi(s)
		if err != nil || scale < 1 {
			t.Fatalf("conctest: CONCTEST_SCALE must be a positive number, not %q", s)
		}
		n *= scale
	}
	if testing.Short() {
		n = max(1, n/10)
	}
	return n
}

// Round is one run of the body of [Stress]. Its methods may be called by all goroutines of the round.
type Round struct {
	testing.TB
	N   int // number of the round, from 0
	ctx context.Context

	mu   sync.Mutex
	rand *rand.Rand
	fate *rand.Rand // used by the canceller only
}

func (r *Round) play(cancelRate float64, body func(r *Round)) {
	ctx, cancel := context.WithCancelCause(context.Background())
	r.ctx = ctx
	var canceller sync.WaitGroup
	if r.fate.Float64() < cancelRate {
		canceller.Add(1)
		go func() {
			defer canceller.Done()
			for range r.fate.IntN(40) {
				yield(r.fate.IntN)
			}
			cancel(ErrCancelled)
		}()
	}
	// Also when body ends the test by FailNow.
	defer func() {
		cancel(nil)
		canceller.Wait()
		if r.Failed() {
			r.Logf("conctest: this was round %d", r.N)
		}
	}()
	body(r)
}

// Context returns the context of the round, which may be cancelled at a random time with the cause [ErrCancelled], and is cancelled at its end.
func (r *Round) Context() context.Context { return r.ctx }

// IntN returns a random number from 0 to n-1.
func (r *Round) IntN(n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rand.IntN(n)
}

// Maybe returns true with probability p.
func (r *Round) Maybe(p float64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.rand.Float64() < p
}

// Yield gives way to other goroutines in a random manner: not at all, once or several times, or by a sleep of some microseconds.
func (r *Round) Yield() { yield(r.IntN) }

func yield(intN func(int) int) {
	switch intN(8) {
	case 0, 1, 2:
	case 3, 4, 5:
		runtime.Gosched()
	case 6:
		for range 1 + intN(10) {
			runtime.Gosched()
		}
	case 7:
		time.Sleep(time.Duration(intN(20)) * time.Microsecond)
	}
}

// Within fails the test and dumps all stacks if f has not returned after d. It is for real time, where a hang would otherwise cost the
// timeout of the whole test binary; f then stays behind. In a bubble of fake time use [Bubble], which finds deadlocks by itself.
func Within(t testing.TB, d time.Duration, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-done:
	case <-timer.C:
		buf := make([]byte, 1<<20)
		t.Fatal(fmt.Sprintf("conctest: not done after %v\n\n%s", d, buf[:runtime.Stack(buf, true)]))
	}
}
