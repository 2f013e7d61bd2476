package silent

import "sync"

// A lazy index is loaded by the first who asks, and stays.
type lazy struct {
	mu    sync.Mutex
	bloom *int
}

func loadBloom() *int { return new(int) }

func (l *lazy) Has(n int) bool {
	l.mu.Lock()
	if l.bloom == nil {
		l.bloom = loadBloom()
	}
	l.mu.Unlock()
	return *l.bloom == n
}

func (l *lazy) Loaded() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bloom != nil
}

func (l *lazy) Value() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return *l.bloom
}

func (l *lazy) Same(p *int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.bloom == p
}

// What a cache holds is complete when it is put there.
type coder struct{ name string }

type coders struct {
	mu sync.RWMutex
	m  map[string]**coder
}

func (c *coders) Get(k string) coder {
	c.mu.RLock()
	p, ok := c.m[k]
	c.mu.RUnlock()
	if ok {
		return **p
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return *c.makeLocked(k)
}

func (c *coders) makeLocked(k string) *coder {
	if p, ok := c.m[k]; ok {
		return *p
	}
	q := &coder{name: k}
	c.m[k] = &q
	return q
}

func (c *coders) Len() int {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return len(c.m)
}

func (c *coders) Drop(k string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.m, k)
}
