// Package real retells relocks that were shipped and fixed in public repositories, in own code.
package real

import (
	"fmt"
	"sync"
)

// A cache formats itself for a log line while it holds the read lock; its
// String method takes the same lock. After a range-descriptor cache.
type cache struct {
	mu sync.RWMutex
	m  map[string]string
}

func (c *cache) String() string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return fmt.Sprint(len(c.m))
}

func (c *cache) evictBad(k string) string {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if _, ok := c.m[k]; !ok {
		return c.String() // want `c.mu is read-locked again by \(\*cache\).String`
	}
	return ""
}

// A queue asks its items, and an item asks the store that is scanning them.
// After a raft log queue.
type replica struct{ owner *hub }

func (r *replica) behind() bool { return r.owner.status() > 0 }

type hub struct {
	mu       sync.RWMutex
	replicas map[int]*replica
	n        int
}

func (h *hub) status() int {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.n
}

func (h *hub) scanBad() (n int) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, r := range h.replicas {
		if r.behind() { // want `h.replicas\[\].owner.mu is locked by \(\*hub\).status \(real.go:\d+\) while h.mu is held since real.go:\d+; if both are one object`
			n++
		}
	}
	return n
}

// An interface with one implementation leads back to the client that holds the
// lock. After an HTTP cluster client.
type doer interface{ do() }

type client struct {
	mu sync.RWMutex
}

func (c *client) do() { c.mu.RLock(); defer c.mu.RUnlock() }

type members struct{ c doer }

func newMembers(c doer) *members { return &members{c: c} }

func (m *members) leader() { m.c.do() }

func (c *client) syncBad() {
	c.mu.Lock()
	defer c.mu.Unlock()
	newMembers(c).leader() // want `c.mu is locked again by \(\*client\).do`
}
