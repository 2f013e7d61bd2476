package basic

import "sync"

// A lazy index is loaded by the first who asks, and dropped again.
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
	return *l.bloom == n // want `l.bloom is read without l.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at lazy.go:\d+`
}

func (l *lazy) Drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.bloom = nil
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

// A once-set key is read before anybody has made sure of it.
type early struct {
	mu  sync.Mutex
	key *int
}

func (e *early) Key() *int {
	if e.key != nil { // want `e.key is read without e.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at lazy.go:\d+`
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.key == nil {
		e.key = loadBloom()
	}
	return e.key
}

func (e *early) Same(p *int) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.key == p
}

func (e *early) Value() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return *e.key
}

// Counters found in a map are counted without the lock that the map needs.
type found struct {
	mu sync.Mutex
	m  map[string]int
}

func (f *found) Set(k string, n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.m[k] = n
}

func (f *found) Get(k string) int {
	return f.m[k] // want `f.m is read without f.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at lazy.go:\d+`
}

func (f *found) Len() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.m)
}

func (f *found) Drop(k string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.m, k)
}
