//go:build race || conclint_debug

package lock_test

import (
	"sync"
	"testing"

	"github.com/conclint/conclint/runtime/lock"
)

func TestRelock(t *testing.T) {
	m := lock.NewMutex(lock.Named("store.mu"))
	m.Lock()
	mustPanic(t, m.Lock, "lock: store.mu is locked again by the goroutine that holds it; first at lock/debug_test.go:", ", now at lock/")
	mustPanic(t, func() { m.Lock() }, "now at lock/debug_test.go:")
	m.Unlock()
	m.Lock() // the refused calls have left nothing behind
	m.Unlock()
}

func TestRelockRWMutex(t *testing.T) {
	var m lock.RWMutex
	m.RLock()
	m.RLock() // nobody ever writes
	m.RUnlock()
	mustPanic(t, func() { m.Lock() }, "locked for writing by the goroutine that holds it for reading; first at lock/debug_test.go:")
	m.RUnlock()
	m.Lock()
	mustPanic(t, func() { m.RLock() }, "locked again by the goroutine that holds it")
	mustPanic(t, func() { m.RLocker().Lock() }, "now at lock/debug_test.go:")
	m.Unlock()
	m.RLock()
	mustPanic(t, func() { m.RLock() }, "locked for reading again", "a writer in between (lock/debug_test.go:")
	m.RUnlock()
}

func TestForeignUnlock(t *testing.T) {
	var m lock.Mutex
	mustPanic(t, func() { m.Unlock() }, "the lock first used at lock/debug_test.go:", "is unlocked at lock/debug_test.go:", "does not hold it")
	m.Lock()
	inGoroutine(func() {
		mustPanic(t, func() { m.Unlock() }, "does not hold it (another one holds it since lock/debug_test.go:")
	})
	m.Unlock()
	var rw lock.RWMutex
	rw.RLock()
	mustPanic(t, func() { rw.Unlock() }, "in the wrong mode", "locked it at lock/debug_test.go:")
	rw.RUnlock()
}

func TestAssertHeld(t *testing.T) {
	m := lock.NewMutex(lock.Named("m"))
	mustPanic(t, m.AssertHeld, "lock: m is needed at", "does not hold it")
	m.Lock()
	m.AssertHeld()
	m.Unlock()
	rw := lock.NewRWMutex(lock.Named("rw"))
	rw.RLock()
	rw.AssertRHeld()
	mustPanic(t, rw.AssertHeld, "wrong mode")
	rw.RUnlock()
	rw.Lock()
	rw.AssertRHeld()
	rw.Unlock()
	c := lock.NewCond(m)
	mustPanic(t, func() { c.Wait(t.Context(), func() bool { return true }) }, "lock: m is needed")
}

func TestRankInversion(t *testing.T) {
	outer, inner := lock.NewMutex(lock.Rank(1), lock.Named("outer")), lock.NewRWMutex(lock.Rank(2), lock.Named("inner"))
	outer.Lock()
	inner.RLock()
	inner.RUnlock()
	outer.Unlock()
	inner.RLock()
	mustPanic(t, func() { outer.Lock() }, "rank inversion: outer (rank 1) is locked at lock/debug_test.go:", "while inner (rank 2) is held since lock/debug_test.go:")
	if !outer.TryLock() { // does not wait, so may go against the order
		t.Error("TryLock failed")
	}
	outer.Unlock()
	inner.RUnlock()
}

func nest(a, b sync.Locker) {
	a.Lock()
	defer a.Unlock()
	b.Lock()
	defer b.Unlock()
}

func TestOrderInversion(t *testing.T) {
	a, b := lock.NewMutex(lock.Named("inv.a")), lock.NewMutex(lock.Named("inv.b"))
	nest(a, b)
	nest(a, b)
	for range 2 { // every time, not just once
		mustPanic(t, func() { nest(b, a) },
			"lock: order inversion: inv.a is locked at lock/debug_test.go:", "while inv.b is held since", ", but inv.b is locked at lock/debug_test.go:", "while inv.a is held since")
	}
	if !a.TryLock() || !b.TryLock() {
		t.Fatal("a refused Lock has left something locked")
	}
	a.Unlock()
	b.Unlock()
}

func TestCycleOfThree(t *testing.T) {
	var a, b, c lock.Mutex
	nest(&a, &b)
	inGoroutine(func() { nest(&b, &c) })
	mustPanic(t, func() { nest(&c, &a) }, "order inversion", ", but", ", and")
}

func newPair() (a, b *lock.Mutex) {
	a = lock.NewMutex()
	b = new(lock.Mutex)
	b.Setup()
	return a, b
}

// The order counts for the classes, so the two inversions need not meet in one pair of locks.
func TestClasses(t *testing.T) {
	a1, b1 := newPair()
	a2, b2 := newPair()
	nest(a1, b1)
	mustPanic(t, func() { nest(b2, a2) }, "order inversion: the lock made at lock/debug_test.go:")
	x, y := &lock.Mutex{}, &lock.Mutex{}
	x2, y2 := &lock.Mutex{}, &lock.Mutex{}
	nest(x, y)
	nest(y2, x2) // without a class, other locks are other locks
}

// Two locks of one class may be nested (parent and child), but not in both orders.
func TestOneClass(t *testing.T) {
	a1, _ := newPair()
	a2, _ := newPair()
	a3, _ := newPair()
	nest(a1, a2)
	nest(a2, a3)
	nest(a1, a3)
	mustPanic(t, func() { nest(a3, a1) }, "order inversion")
}

func TestReadersOnlyIsNoInversion(t *testing.T) {
	a, b := lock.NewRWMutex(lock.Named("ro.a")), lock.NewRWMutex(lock.Named("ro.b"))
	nest(a.RLocker(), b.RLocker())
	nest(b.RLocker(), a.RLocker())
	a.Lock() // one writer is not enough: who waits for b reads beside those who read it
	a.Unlock()
	mustPanic(t, func() { b.Lock() }, "order inversion: ro.")
	nest2 := func() { nest(b, a.RLocker()) }
	mustPanic(t, nest2, "order inversion")
}

// With one more lock around both, the two orders cannot meet.
func TestCommonGateIsNoInversion(t *testing.T) {
	var gate, a, b lock.Mutex
	gate.Lock()
	nest(&a, &b)
	nest(&b, &a)
	gate.Unlock()
	mustPanic(t, func() { nest(&b, &a) }, "order inversion")
}

func TestTryIsNoInversion(t *testing.T) {
	var a, b lock.Mutex
	nest(&a, &b)
	b.Lock()
	if !a.TryLock() {
		t.Fatal("TryLock failed")
	}
	a.Unlock()
	b.Unlock()
}

func TestAllIsNoInversionButCounts(t *testing.T) {
	a1, b1 := newPair()
	a2, b2 := newPair()
	lock.All(a1, b1)()
	lock.All(b2, a2)()
	lock.All(b1, a1)()
	lock.All(b1, a2)()
	var x, y lock.Mutex
	lock.All(&x, &y)() // numbers x before y
	mustPanic(t, func() { nest(&y, &x) }, "order inversion")
	x.Lock()
	mustPanic(t, func() { lock.All(&y, &x) }, "locked again")
	x.Unlock()
	lock.All(&y, &x)() // y was not left locked
}

func TestGuardedReentry(t *testing.T) {
	g := lock.NewGuarded(0, lock.Named("counter"))
	g.Do(func(*int) {
		mustPanic(t, func() { g.Do(func(*int) {}) },
			"lock: counter is locked again by the goroutine that holds it; first at lock/debug_test.go:", "now at lock/debug_test.go:")
		mustPanic(t, func() { g.When(t.Context(), func(*int) bool { return true }, func(*int) {}) }, "now at lock/debug_test.go:")
	})
}

// A record of what a goroutine holds must go with it, since the next one may be taken for it.
func TestHoldsDoNotOutliveTheirGoroutine(t *testing.T) {
	var m lock.Mutex
	var wg sync.WaitGroup
	for range 2000 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			m.Lock()
			defer m.Unlock()
		}()
	}
	wg.Wait()
}

func BenchmarkDebugLock(b *testing.B) {
	var m, outer lock.Mutex
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
	b.Run("nested", func(b *testing.B) {
		b.ReportAllocs()
		outer.Lock()
		defer outer.Unlock()
		for b.Loop() {
			m.Lock()
			m.Unlock()
		}
	})
}
