// Package contract takes locks that annotations say are held, or must not be.
package contract

import "sync"

type cache struct {
	mu sync.RWMutex
	m  map[string]int
}

// +checklocks:c.mu
func (c *cache) evictBad(key string) {
	c.mu.Lock() // want `c.mu is locked again; it is already held by the caller \(contract.go:11\) and is not re-entrant`
	defer c.mu.Unlock()
	delete(c.m, key)
}

// +checklocks:c.mu
func (c *cache) evictAllBad() {
	for key := range c.m {
		c.remove(key) // want `c.mu is locked again by \(\*cache\).remove \(contract.go:\d+\); it is already held by the caller \(contract.go:18\) and is not re-entrant`
	}
}

func (c *cache) remove(key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, key)
}

// +checklocksread:c.mu
func (c *cache) sizeBad() int {
	c.mu.RLock() // want `c.mu is read-locked again while it is read-locked by the caller \(contract.go:31\); if a writer waits in between, both wait for ever`
	defer c.mu.RUnlock()
	return len(c.m)
}

// The lock is given up first.
//
// +checklocks:c.mu
func (c *cache) refreshOk(load func() map[string]int) {
	c.mu.Unlock()
	m := load()
	c.mu.Lock()
	c.m = m
}

// +checklocksexclude:c.mu
func (c *cache) notify(f func(*cache)) { f(c) }

func (c *cache) putBad(key string, f func(*cache)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[key]++
	c.notify(f) // want `c.mu is locked again by \(\*cache\).notify \(contract.go:48\); it is already held since contract.go:52 and is not re-entrant`
}

func (c *cache) putOk(key string, f func(*cache)) {
	c.mu.Lock()
	c.m[key]++
	c.mu.Unlock()
	c.notify(f)
}

// Only writers are excluded.
//
// +checklocksexcludewrite:c.mu
func (c *cache) report(f func(*cache)) { f(c) }

func (c *cache) readOk(f func(*cache)) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	c.report(f)
}

// A page and its book share the lock.
type page struct{ book *cache }

// +checklocksalias:p.book.mu=c.mu
func (c *cache) turnBad(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.book.mu.Lock() // want `c.mu is locked again; it is already held since contract.go:\d+ and is not re-entrant`
	p.book.mu.Unlock()
}

// Nothing says that they do.
func (c *cache) turnOk(p *page) {
	c.mu.Lock()
	defer c.mu.Unlock()
	p.book.mu.Lock()
	p.book.mu.Unlock()
}
