// Package silent holds correct programs that look like unguarded accesses.
package silent

import (
	"sync"
	"sync/atomic"
)

type store struct {
	mu    sync.RWMutex
	items map[string]int
	count int
	name  string
	hits  atomic.Int64
}

// New builds: nobody else has the object yet.
func New() *store {
	s := &store{items: make(map[string]int)}
	s.count = 1
	s.items["a"] = 1
	s.fill()
	return s
}

// fill is called by constructors only.
func (s *store) fill() {
	s.count++
	s.items["b"] = 2
}

func (s *store) Put(k string, v int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[k] = v
	s.count++
}

func (s *store) Delete(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deleteLocked(k)
}

// deleteLocked says by its name that the caller holds the lock.
func (s *store) deleteLocked(k string) {
	delete(s.items, k)
	s.count--
}

// total: the caller must hold s.mu.
func (s *store) total() int { return s.count + len(s.items) }

func (s *store) Total() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.total()
}

// sum is always called with the lock held, though nothing says so.
func (s *store) sum() int { return s.count }

func (s *store) Sum() int {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.sum()
}

// Name reads what never changes after construction.
func (s *store) Name() string { return s.name }

// Swap takes the old map out and works on it alone.
func (s *store) Swap() int {
	s.mu.Lock()
	old := s.items
	s.items = make(map[string]int)
	s.mu.Unlock()
	n := 0
	for range old {
		n++
	}
	return n
}

// with runs a callback under the lock.
func (s *store) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *store) Reset() {
	s.with(func() {
		s.items = nil
		s.count = 0
	})
}

// Deferred unlocks in a deferred literal that works before it.
func (s *store) Deferred() {
	s.mu.Lock()
	defer func() {
		s.count++
		s.mu.Unlock()
	}()
	s.items["c"] = 3
}

// Peek is fine: the value may be stale, no lock needed.
func (s *store) Peek() int {
	// A stale value will do: racy by design, benign.
	return s.count
}

// two guards: every write holds both, so either is enough to read.
type double struct {
	a, b sync.Mutex
	v    int
}

func (d *double) Set(v int) {
	d.a.Lock()
	d.b.Lock()
	d.v = v
	d.b.Unlock()
	d.a.Unlock()
}

func (d *double) Add() {
	d.a.Lock()
	d.b.Lock()
	d.v++
	d.b.Unlock()
	d.a.Unlock()
}

func (d *double) ViaA() int {
	d.a.Lock()
	defer d.a.Unlock()
	return d.v
}

func (d *double) ViaB() int {
	d.b.Lock()
	defer d.b.Unlock()
	return d.v
}

// worker's progress is written by one goroutine, under the lock for readers.
type worker struct {
	mu       sync.Mutex
	progress int
	jobs     chan int
}

func newWorker() *worker { return &worker{jobs: make(chan int)} }

func (w *worker) Start() { go w.loop() }

func (w *worker) loop() {
	for j := range w.jobs {
		if w.progress > j {
			continue // the only writer reads its own value
		}
		w.mu.Lock()
		w.progress = j
		w.mu.Unlock()
	}
}

func (w *worker) Progress() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.progress
}

func (w *worker) Done() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.progress > 10
}

// drained reads after the goroutines have been waited for.
type pool struct {
	mu  sync.Mutex
	wg  sync.WaitGroup
	sum int
}

func (p *pool) Go(n int) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		p.mu.Lock()
		p.sum += n
		p.mu.Unlock()
	}()
}

func (p *pool) Add(n int) {
	p.mu.Lock()
	p.sum += n
	p.mu.Unlock()
}

func (p *pool) Twice() {
	p.mu.Lock()
	p.sum *= 2
	p.mu.Unlock()
}

func (p *pool) Drain() int {
	p.wg.Wait()
	return p.sum
}
