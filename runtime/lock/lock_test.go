package lock_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/conclint/conclint/runtime/conctest"
	"github.com/conclint/conclint/runtime/lock"
)

func TestMain(m *testing.M) { conctest.Main(m) }

var errGaveUp = errors.New("gave up")

func cancelled() context.Context {
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(errGaveUp)
	return ctx
}

func mustPanic(t *testing.T, f func(), parts ...string) {
	t.Helper()
	defer func() {
		t.Helper()
		value := recover()
		msg, ok := value.(string)
		if !ok {
			t.Fatalf("panic %v, want a text with %q", value, parts)
		}
		for _, p := range parts {
			if !strings.Contains(msg, p) {
				t.Errorf("panic %q does not contain %q", msg, p)
			}
		}
	}()
	f()
}

func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for range 10000 {
		if ok() {
			return
		}
		time.Sleep(time.Millisecond)
	}
	t.Fatal("waited in vain until", what)
}

// inGoroutine runs f in a goroutine of its own and waits for it.
func inGoroutine(f func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		f()
	}()
	wg.Wait()
}

func TestMutexExcludes(t *testing.T) {
	for name, l := range map[string]sync.Locker{"Mutex": lock.NewMutex(), "RWMutex": lock.NewRWMutex(), "zero": new(lock.Mutex)} {
		t.Run(name, func(t *testing.T) {
			n := 0
			var wg sync.WaitGroup
			for range 8 {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for range 500 {
						l.Lock()
						n++
						l.Unlock()
					}
				}()
			}
			wg.Wait()
			if n != 4000 {
				t.Errorf("n = %d, want 4000", n)
			}
		})
	}
}

func TestTry(t *testing.T) {
	var m lock.Mutex
	var rw lock.RWMutex
	if !m.TryLock() || !rw.TryRLock() {
		t.Fatal("a free lock is refused")
	}
	inGoroutine(func() {
		if m.TryLock() || rw.TryLock() {
			t.Error("a held lock is given")
		}
		if !rw.TryRLock() {
			t.Error("a second reader is refused")
		} else {
			rw.RUnlock()
		}
	})
	m.Unlock()
	rw.RUnlock()
	if !rw.TryLock() {
		t.Fatal("a free lock is refused")
	}
	inGoroutine(func() {
		if rw.TryRLock() {
			t.Error("a reader is let in while somebody writes")
		}
	})
	rw.Unlock()
	r := rw.RLocker()
	r.Lock()
	r.Unlock()
	rw.Lock()
	rw.Unlock()
}

func TestAllOrdersItsLocks(t *testing.T) {
	type account struct {
		mu      lock.Mutex
		balance int
	}
	var accounts [4]account
	rounds := 2000
	if testing.Short() {
		rounds = 200
	}
	var wg sync.WaitGroup
	for g := range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			rng := rand.New(rand.NewPCG(uint64(g), 1))
			for range rounds {
				from, to := &accounts[rng.IntN(4)], &accounts[rng.IntN(4)] // in any order, also the same twice
				unlock := lock.All(&from.mu, &to.mu)
				from.balance--
				to.balance++
				unlock()
			}
		}()
	}
	wg.Wait()
	sum := 0
	for i := range accounts {
		sum += accounts[i].balance
	}
	if sum != 0 {
		t.Errorf("sum %d, want 0", sum)
	}
}

func TestAllUnlockTwice(t *testing.T) {
	var a lock.Mutex
	var b lock.RWMutex
	unlock := lock.All(&b, &a)
	unlock()
	mustPanic(t, unlock, "locks taken by All at lock/lock_test.go:", "are unlocked again at")
	if !a.TryLock() || !b.TryLock() {
		t.Error("still locked")
	}
	a.Unlock()
	b.Unlock()
	lock.All()()
}

func TestRankOption(t *testing.T) {
	mustPanic(t, func() { lock.Rank(0) }, "lock: Rank(0) at lock/lock_test.go:", "ranks begin at 1")
	high, low := lock.NewMutex(lock.Rank(2)), lock.NewMutex(lock.Rank(1), lock.Named("low"))
	lock.All(high, low)() // a debug build panics if All takes them in the order of its arguments
}

func TestGuardedDoUnlocksOnPanicAndGoexit(t *testing.T) {
	g := lock.NewGuarded(map[string]int{})
	func() {
		defer func() { recover() }()
		g.Do(func(*map[string]int) { panic("boom") })
	}()
	inGoroutine(func() { g.Do(func(*map[string]int) { runtime.Goexit() }) })
	func() {
		defer func() { recover() }()
		g.When(t.Context(), func(*map[string]int) bool { panic("boom") }, func(*map[string]int) {})
	}()
	func() {
		defer func() { recover() }()
		g.When(t.Context(), func(*map[string]int) bool { return true }, func(*map[string]int) { panic("boom") })
	}()
	ran := false
	g.Do(func(m *map[string]int) { (*m)["x"]++; ran = true })
	if !ran {
		t.Error("Do did not run")
	}
}

func TestGuardedWhen(t *testing.T) {
	var box lock.Guarded[[]int]
	filled := func(v *[]int) bool { return len(*v) > 0 }
	if err := box.When(cancelled(), filled, func(*[]int) { t.Error("do ran") }); err != errGaveUp {
		t.Errorf("When = %v, want the cause", err)
	}
	got := make(chan int, 2)
	for range 2 {
		go func() {
			err := box.When(context.Background(), filled, func(v *[]int) {
				got <- (*v)[0]
				*v = (*v)[1:]
			})
			if err != nil {
				t.Error(err)
			}
		}()
	}
	box.Do(func(v *[]int) { *v = append(*v, 1) })
	box.Do(func(v *[]int) { *v = append(*v, 2) })
	if a, b := <-got, <-got; a+b != 3 {
		t.Errorf("got %d and %d", a, b)
	}
	if err := box.When(cancelled(), func(v *[]int) bool { return len(*v) == 0 }, func(*[]int) {}); err != nil {
		t.Errorf("When with a true condition and an ended context = %v", err)
	}
}

func TestGuardedHammer(t *testing.T) {
	trials := 20
	if testing.Short() {
		trials = 2
	}
	for trial := range trials {
		var tokens lock.Guarded[int]
		var wg sync.WaitGroup
		const workers, each = 6, 60
		for w := range workers {
			wg.Add(1)
			go func() {
				defer wg.Done()
				rng := rand.New(rand.NewPCG(uint64(trial), uint64(w)))
				for range each {
					if w%2 == 0 {
						tokens.Do(func(n *int) { *n++ })
						continue
					}
					for { // take one token, however often the attempt is cancelled
						ctx, cancel := context.WithCancel(context.Background())
						if rng.IntN(3) == 0 {
							go cancel()
						}
						err := tokens.When(ctx, func(n *int) bool { return *n > 0 }, func(n *int) { *n-- })
						cancel()
						if err == nil {
							break
						}
					}
				}
			}()
		}
		wg.Wait()
		tokens.Do(func(n *int) {
			if *n != 0 {
				t.Errorf("%d tokens left", *n)
			}
		})
	}
}

func TestCond(t *testing.T) {
	var mu lock.Mutex
	c := lock.NewCond(&mu)
	n := 0
	mu.Lock()
	if err := c.Wait(cancelled(), func() bool { return true }); err != nil {
		t.Errorf("Wait with a true condition = %v", err)
	}
	if err := c.Wait(cancelled(), func() bool { return false }); err != errGaveUp {
		t.Errorf("Wait = %v, want the cause", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	if err := c.Wait(ctx, func() bool { return false }); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Wait = %v", err)
	}
	mu.Unlock()

	var wg sync.WaitGroup
	for range 4 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			if err := c.Wait(context.Background(), func() bool { return n > 0 }); err != nil {
				t.Error(err)
			}
			n--
		}()
	}
	for range 4 {
		mu.Lock()
		n++
		mu.Unlock()
		c.Signal()
	}
	wg.Wait()
	c.Broadcast()
	mustPanic(t, func() { new(lock.Cond).Wait(t.Context(), nil) }, "lock: Cond.Wait at lock/lock_test.go:", "L is not set")
}

// A Signal that meets a waiter who is about to give up must reach the other one.
func TestCondSignalIsNotLost(t *testing.T) {
	rounds := 1000
	if testing.Short() {
		rounds = 100
	}
	for range rounds {
		var mu sync.Mutex
		c := lock.Cond{L: &mu}
		ctx, cancel := context.WithCancel(context.Background())
		tokens, taken := 0, 0
		var wg sync.WaitGroup
		take := func(ctx context.Context) {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			if c.Wait(ctx, func() bool { return tokens > 0 }) == nil {
				tokens--
				taken++
			}
		}
		wg.Add(2)
		go take(ctx)
		go take(context.Background())
		runtime.Gosched()
		go cancel()
		mu.Lock()
		tokens++
		mu.Unlock()
		c.Signal()
		until(t, "the token is taken", func() bool { mu.Lock(); defer mu.Unlock(); return taken == 1 })
		mu.Lock()
		tokens++
		mu.Unlock()
		c.Signal()
		wg.Wait()
		cancel()
	}
}
