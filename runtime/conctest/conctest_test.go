package conctest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestMain(m *testing.M) {
	grace = 200 * time.Millisecond
	Main(m)
}

// recorder is a test that only notes what is done to it.
type recorder struct {
	testing.TB
	mu       sync.Mutex
	failed   bool
	log      []string
	cleanups []func()
}

func (r *recorder) Helper()          {}
func (r *recorder) Cleanup(f func()) { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Failed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.failed
}
func (r *recorder) Logf(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.log = append(r.log, fmt.Sprintf(format, args...))
}
func (r *recorder) Error(args ...any) { r.fail(fmt.Sprint(args...)) }
func (r *recorder) Errorf(format string, args ...any) {
	r.fail(fmt.Sprintf(format, args...))
}
func (r *recorder) fail(msg string) {
	r.Logf("%s", msg)
	r.mu.Lock()
	r.failed = true
	r.mu.Unlock()
}

// failNow is what Fatal panics with: a recorder runs on the goroutine of the real test.
type failNow struct{}

func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); panic(failNow{}) }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); panic(failNow{}) }

// record runs f as a test of its own and returns its log if it failed.
func record(f func(t testing.TB)) (failed bool, log string) {
	r := &recorder{}
	func() {
		defer func() {
			if v := recover(); v != nil && v != (failNow{}) {
				panic(v)
			}
		}()
		f(r)
	}()
	slices.Reverse(r.cleanups)
	for _, c := range r.cleanups {
		c()
	}
	return r.failed, strings.Join(r.log, "\n")
}

func leakyFunction(stop chan struct{}) { <-stop }

func TestNoLeaksFindsLeak(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	failed, log := record(func(t testing.TB) {
		NoLeaks(t)
		go leakyFunction(stop)
		go leakyFunction(stop)
	})
	if !failed || !strings.Contains(log, "2 leaked goroutines:") || !strings.Contains(log, "conctest.leakyFunction") {
		t.Error(failed, log)
	}
}

func TestNoLeaksIgnoresWhatWasThereBefore(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	go leakyFunction(stop)
	if failed, log := record(func(t testing.TB) { NoLeaks(t) }); failed {
		t.Error(log)
	}
}

func TestNoLeaksWaitsForTheDying(t *testing.T) {
	if failed, log := record(func(t testing.TB) {
		NoLeaks(t)
		go time.Sleep(20 * time.Millisecond)
	}); failed {
		t.Error(log)
	}
}

func TestMainFailsOnLeak(t *testing.T) {
	stop := make(chan struct{})
	var report strings.Builder
	code := run(func() int { go leakyFunction(stop); return 0 }, &report)
	if code != 1 || !strings.Contains(report.String(), "1 leaked goroutine:") {
		t.Error("a leak went unnoticed:", code, report.String())
	}
	if left := Leaked(0); len(left) != 1 || !strings.Contains(left[0], "leakyFunction") {
		t.Error(left)
	}
	close(stop)
	if left := Leaked(Grace); left != nil {
		t.Error(left)
	}
	if code := run(func() int { return 3 }, &report); code != 3 {
		t.Error("the code of the tests is lost:", code)
	}
}

func TestLeakCheckInsideSubtest(t *testing.T) {
	t.Run("sub", func(t *testing.T) {
		if left := Leaked(100 * time.Millisecond); left != nil { // the parent is parked in T.Run
			t.Error(left)
		}
	})
}

func TestStressVariesAndCancels(t *testing.T) {
	seen := map[int]bool{}
	cancelled, alive, rounds := 0, 0, 0
	Stress(t, Config{Rounds: 200}, func(r *Round) {
		seen[r.IntN(1000)] = true
		rounds++
		for range 30 {
			r.Yield()
		}
		switch context.Cause(r.Context()) {
		case nil:
			alive++
		case ErrCancelled:
			cancelled++
		default:
			t.Error(context.Cause(r.Context()))
		}
	})
	if len(seen) < rounds/2 || rounds >= 100 && (cancelled == 0 || alive == 0) {
		t.Errorf("%d rounds: %d different numbers, %d cancelled, %d not", rounds, len(seen), cancelled, alive)
	}
}

func TestStressRepeatsDecisionsOfSeed(t *testing.T) {
	play := func() (numbers []int) {
		Stress(t, Config{Rounds: 20, Seed: 7, Cancel: -1}, func(r *Round) { numbers = append(numbers, r.IntN(1<<30)) })
		return numbers
	}
	if a, b := play(), play(); !slices.Equal(a, b) {
		t.Error(a, b)
	}
}

func TestStressStopsAtFailureAndNamesTheSeed(t *testing.T) {
	last := 0
	failed, log := record(func(t testing.TB) {
		Stress(t, Config{Rounds: 100, Seed: 99, Cancel: -1}, func(r *Round) {
			if last = r.N; r.N == 3 {
				r.Error("broken")
			}
		})
	})
	if !failed || last != 3 || !strings.Contains(log, "round 3 with seed 99") {
		t.Error(failed, last, log)
	}
}

func TestStressFindsLeak(t *testing.T) {
	stop := make(chan struct{})
	defer close(stop)
	failed, log := record(func(t testing.TB) {
		Stress(t, Config{Rounds: 1}, func(*Round) { go leakyFunction(stop) })
	})
	if !failed || !strings.Contains(log, "leakyFunction") {
		t.Error(failed, log)
	}
}

func TestSettingsFromEnvironment(t *testing.T) {
	t.Setenv("CONCTEST_SEED", "5")
	t.Setenv("CONCTEST_SCALE", "3")
	n, first := 0, 0
	body := func(r *Round) {
		if n++; n == 1 {
			first = r.IntN(1 << 30)
		}
	}
	Stress(t, Config{Rounds: 10}, body)
	if want := 30; !testing.Short() && n != want {
		t.Errorf("%d rounds, want %d", n, want)
	}
	before := first
	n = 0
	Stress(t, Config{Rounds: 10}, body)
	if first != before {
		t.Error("the seed of the environment is ignored")
	}
	for name, bad := range map[string]string{"CONCTEST_SEED": "x", "CONCTEST_SCALE": "0"} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(name, bad)
			if failed, log := record(func(t testing.TB) { Stress(t, Config{Rounds: 1}, body) }); !failed || !strings.Contains(log, name) {
				t.Error(failed, log)
			}
		})
	}
}

func TestWithin(t *testing.T) {
	if failed, log := record(func(t testing.TB) { Within(t, time.Hour, func() {}) }); failed {
		t.Error(log)
	}
	stop := make(chan struct{})
	failed, log := record(func(t testing.TB) { Within(t, time.Millisecond, func() { leakyFunction(stop) }) })
	if !failed || !strings.Contains(log, "not done after 1ms") || !strings.Contains(log, "leakyFunction") {
		t.Error(failed, log)
	}
	close(stop)
}

func ExampleStress() {
	// func TestCounter(t *testing.T) {
	t := &recorder{}
	Stress(t, Config{Rounds: 50}, func(r *Round) {
		done := make(chan struct{})
		go func() { defer close(done); r.Yield() }()
		select {
		case <-done:
		case <-r.Context().Done(): // at a random time in half of the rounds
			<-done
		}
	})
	fmt.Println("failed:", t.Failed())
	// Output: failed: false
}

func ExampleLeaked() {
	stop := make(chan struct{})
	go leakyFunction(stop)
	fmt.Println(len(Leaked(0)))
	close(stop)
	fmt.Println(len(Leaked(Grace)))
	// Output:
	// 1
	// 0
}
