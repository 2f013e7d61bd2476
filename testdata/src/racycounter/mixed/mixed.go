// Package mixed has variables that are accessed both atomically and plainly.
package mixed

import (
	"sync"
	"sync/atomic"
)

type gauge struct {
	mu    sync.Mutex
	calls int64
	open  int32
	level int32
}

func (g *gauge) Call() { atomic.AddInt64(&g.calls, 1) }

func (g *gauge) Calls() int64 {
	return g.calls // want `g.calls is read plainly, but updated atomically at mixed.go:\d+`
}

func (g *gauge) Reset() {
	g.calls = 0
}

func (g *gauge) Open() bool { return atomic.CompareAndSwapInt32(&g.open, 0, 1) }

func (g *gauge) IsOpen() bool { return atomic.LoadInt32(&g.open) == 1 }

// NewGauge writes plainly, but nobody else can see the object yet.
func NewGauge() *gauge {
	g := new(gauge)
	g.open = 1
	return g
}

// SetLevel and Level: written atomically under the lock, so that reading under the lock is safe.
func (g *gauge) SetLevel(v int32) {
	g.mu.Lock()
	defer g.mu.Unlock()
	atomic.StoreInt32(&g.level, v)
}

func (g *gauge) Level() int32 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.level
}

var total uint32

func Add() { atomic.AddUint32(&total, 1) }

func Report() {
	println(total) // want `total is read plainly, but updated atomically at mixed.go:\d+`
}

type job struct{ left int32 }

func (j *job) step() { atomic.AddInt32(&j.left, -1) }

// Run reads plainly after all steps have ended.
func Run(n int) int32 {
	j := &job{left: int32(n)}
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() { defer wg.Done(); j.step() }()
	}
	wg.Wait()
	return j.left
}

// RunEarly does not wait.
func RunEarly(n int) int32 {
	j := &job{left: int32(n)}
	for i := 0; i < n; i++ {
		go j.step()
	}
	return j.left // want `j.left is read plainly, but updated atomically at mixed.go:\d+`
}

type table struct{ gen uint64 }

func (t *table) init() { t.gen = 1 }

// NewTable initialises through a method.
func NewTable() *table {
	t := new(table)
	t.init()
	return t
}

func (t *table) Next() uint64 { return atomic.AddUint64(&t.gen, 1) }

type index struct {
	count uint64
	size  atomic.Int64
	mu    sync.Mutex
}

// Insert adds in two steps.
func (x *index) Insert() {
	n := atomic.LoadUint64(&x.count)
	atomic.StoreUint64(&x.count, n+1) // want `x.count is stored atomically, but from the value loaded at mixed.go:\d+; what another goroutine adds in between is lost`
	x.size.Store(x.size.Load() + 2)   // want `x.size is stored atomically, but from the value loaded at mixed.go:\d+`
}

// InsertLocked does so under a lock.
func (x *index) Exclusive() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.size.Store(x.size.Load() + 1)
}

// One is right.
func (x *index) One() { x.size.Add(1) }

// Reset stores something else.
func (x *index) Reset() { x.size.Store(0) }

func (x *index) run() {
	x.size.Store(x.size.Load() + 1) // only this goroutine does
}

func newIndex() *index {
	x := new(index)
	x.size.Store(x.size.Load() + 1)
	go x.run()
	return x
}

type backend struct {
	calls *int64
	name  string
}

type picker struct{ backends []backend }

// Pick compares plainly what it then adds to atomically, through a copy of the struct.
func (p *picker) Pick() string {
	best := p.backends[0]
	for i := range p.backends {
		b := p.backends[i]
		if *b.calls < *best.calls { // want `b.calls is read plainly, but updated atomically`
			best = b
		}
	}
	atomic.AddInt64(best.calls, 1)
	return best.name
}

type meter struct{ n, odd int64 }

func (m *meter) Bump() { atomic.AddInt64(&m.n, 1); atomic.AddInt64(&m.odd, 1) }

// Grow is a change by an amount.
func (m *meter) Grow(by int64) {
	m.n += by // want `m.n is read plainly, but updated atomically at mixed.go:\d+`
	m.n--
}

// Double has no fix: a load and a store would leave room between them.
func (m *meter) Double() {
	m.odd = m.odd * 2 // want `m.odd is read plainly, but updated atomically at mixed.go:\d+`
}
