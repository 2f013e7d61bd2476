// Package helper changes what its callers pass; it starts no goroutine and takes no lock.
package helper

import (
	"sync"
	"sync/atomic"
)

// Inc is not safe for concurrent use.
func Inc(p *int) { *p++ }

// AtomicInc is.
func AtomicInc(p *int64) { atomic.AddInt64(p, 1) }

// Get only reads.
func Get(p *int) int { return *p }

// Count notes one more of a key.
func Count(m map[string]int, key string) { m[key]++ }

// A Counter has a lock, but not all of its methods take it.
type Counter struct {
	Mu sync.Mutex
	N  int
	n  int
}

// Bump takes no lock.
func (c *Counter) Bump() { c.n++ }

// LockedBump does.
func (c *Counter) LockedBump() {
	c.Mu.Lock()
	defer c.Mu.Unlock()
	c.N++
}

// Value reads without the lock.
func (c *Counter) Value() int { return c.n }

// Later starts a goroutine of its own and does not wait for it.
func Later(p *int) {
	go func() { *p++ }()
}

// LaterDone says when the goroutine has done its work.
func LaterDone(wg *sync.WaitGroup, p *int) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		*p++
	}()
}

// Waited starts a goroutine and waits for it.
func Waited(p *int) {
	done := make(chan struct{})
	go func() {
		*p++
		close(done)
	}()
	<-done
}

// A Set has a bit for each kind.
type Set int

// None is the start of all sets.
var None Set

// NewSet returns a set of the caller's own.
func NewSet(kinds ...int) Set {
	s := Set(None)
	s.Add(kinds...)
	return s
}

// Add adds kinds to the set.
func (s *Set) Add(kinds ...int) {
	for _, k := range kinds {
		*s |= 1 << k
	}
}
