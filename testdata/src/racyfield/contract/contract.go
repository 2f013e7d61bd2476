// Package contract states which lock guards what; the statistics would say little.
package contract

import (
	"sync"
	"sync/atomic"
)

type cache struct {
	mu sync.Mutex
	// +checklocks:mu
	m map[string]int
	// +checklocks:mu
	size int
	// +checkatomic
	hits int64
	name string
}

func newCache() *cache {
	c := &cache{m: make(map[string]int)}
	c.size = 1
	return c
}

// Put holds the lock.
func (c *cache) Put(key string, v int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.m[key] = v
	c.size++
	atomic.AddInt64(&c.hits, 1)
}

// Get forgets it.
func (c *cache) Get(key string) int {
	return c.m[key] // want `c.m is read without c.mu, which guards it as its declaration at contract.go:11 says`
}

// Grow writes without it.
func (c *cache) Grow() {
	c.size++ // want `c.size is incremented without c.mu, which guards it as its declaration at contract.go:13 says`
}

// Hits reads plainly.
func (c *cache) Hits() int64 {
	return c.hits // want `c.hits is read plainly, but its declaration asks for sync/atomic; the plain access is a data race`
}

// HitsAtomically does not.
func (c *cache) HitsAtomically() int64 { return atomic.LoadInt64(&c.hits) }

// Name is not guarded.
func (c *cache) Name() string { return c.name }

// grow is called under the lock, as its annotation says.
//
// +checklocks:c.mu
func (c *cache) grow() { c.size++ }

// GrowSafely calls it so.
func (c *cache) GrowSafely() {
	c.mu.Lock()
	c.grow()
	c.mu.Unlock()
}

// Peek wants no judgement.
//
// +checklocksignore
func (c *cache) Peek() int { return c.size }

// Approximate neither, on one line.
func (c *cache) Approximate() int {
	return c.size // +checklocksforce
}

var tableMu sync.RWMutex

// +checklocks:tableMu
var table = map[string]string{}

// Look reads under the read lock.
func Look(k string) string {
	tableMu.RLock()
	defer tableMu.RUnlock()
	return table[k]
}

// LookFast does not.
func LookFast(k string) string {
	return table[k] // want `table is read without tableMu, which guards it as its declaration at contract.go:80 says`
}

type queue struct {
	mu    sync.Mutex
	items []int // guarded by mu
}

// Push holds the lock.
func (q *queue) Push(v int) {
	q.mu.Lock()
	q.items = append(q.items, v)
	q.mu.Unlock()
}

// Len does not, against the sentence beside the field.
func (q *queue) Len() int {
	return len(q.items) // want `q.items is read without q.mu, which guards it as its declaration at contract.go:\d+ says`
}
