// Package basic holds accesses without the lock that guards the data elsewhere.
package basic

import "sync"

type store struct {
	mu    sync.RWMutex
	items map[string]int
	count int
}

func New() *store { return &store{items: make(map[string]int)} }

func (s *store) Put(k string, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[k] = v
	s.count++
}

func (s *store) Delete(k string) {
	s.mu.Lock()
	delete(s.items, k)
	s.count--
	s.mu.Unlock()
}

func (s *store) Has(k string) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.items[k]
	return ok && s.count > 0
}

func (s *store) Len() int {
	return len(s.items) // want `s.items is read by len without s.mu, which is held at \d of \d accesses; it may run in parallel with the write at basic.go:\d+`
}

func (s *store) Count() int {
	return s.count // want `s.count is read without s.mu, which is held at \d of \d accesses; it may run in parallel with the write at basic.go:\d+`
}

func (s *store) Touch(k string) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	s.items[k] = 0 // want `s.items\[k\] is changed while s.mu is only read-locked`
}

func (s *store) After() int {
	s.mu.Lock()
	s.items["x"] = 1
	s.mu.Unlock()
	return s.items["x"] // related to the first report of the field
}

func (s *store) dropLocked(k string) { delete(s.items, k) }

func (s *store) Drop(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.dropLocked(k)
}

func (s *store) DropAll(keys []string) {
	s.mu.Lock()
	s.count = 0
	s.mu.Unlock()
	for _, k := range keys {
		s.dropLocked(k) // want `\(\*store\).dropLocked is called without a lock, but expects its caller to hold one, as the call at basic.go:\d+ does with s.mu`
	}
}

type queue struct {
	mu   sync.Mutex
	list []int
}

func (q *queue) push(v int) { q.list = append(q.list, v) }

func (q *queue) Push(v int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.push(v)
}

func (q *queue) PushTwo(v, w int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.push(v)
	q.push(w)
}

func (q *queue) PushFast(v int) {
	q.push(v) // want `\(\*queue\).push is called without queue.mu, which its other callers hold; its write of q.list at basic.go:\d+ may run in parallel with the \w+ at basic.go:\d+`
}

func (q *queue) Pop() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	v := q.list[0]
	q.list = q.list[1:]
	return v
}

var (
	regMu    sync.Mutex
	registry = map[string]int{}
)

func Register(name string) {
	regMu.Lock()
	defer regMu.Unlock()
	registry[name] = len(registry)
}

func Unregister(name string) {
	regMu.Lock()
	defer regMu.Unlock()
	delete(registry, name)
}

func Lookup(name string) int {
	return registry[name] // want `registry is read without regMu, which is held at \d of \d accesses`
}

type base struct {
	sync.Mutex
	state int
}

type conn struct {
	base
	id int
}

func (c *conn) Open()  { c.Lock(); c.state = 1; c.Unlock() }
func (c *conn) Close() { c.Lock(); c.state = 2; c.Unlock() }
func (c *conn) Is(n int) bool {
	c.Lock()
	defer c.Unlock()
	return c.state == n
}

func (c *conn) Fail()  { c.Lock(); c.state = 3; c.Unlock() }
func (c *conn) Reset() { c.Lock(); c.state = 0; c.Unlock() }
func (c *conn) Raw() int {
	return c.state // want `c.state is read without c.base.Mutex, which is held at 5 of 6 accesses`
}
