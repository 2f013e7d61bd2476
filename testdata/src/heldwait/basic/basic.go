// Package basic has waits under a lock, and the many correct programs that look like them.
package basic

import (
	"context"
	"net/http"
	"sync"
	"time"
)

type pool struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	active int
	closed bool
	done   chan struct{}
	work   chan int
	room   chan int
}

func newPool() *pool {
	return &pool{done: make(chan struct{}), work: make(chan int), room: make(chan int, 8)}
}

func (p *pool) start() {
	p.wg.Add(1)
	go p.worker()
}

func (p *pool) worker() {
	defer p.wg.Done()
	p.mu.Lock()
	p.active--
	p.mu.Unlock()
}

func (p *pool) closeBad() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.wg.Wait() // want `p.wg.Wait waits while p.mu is held since basic.go:\d+, but \(\*pool\).worker \(basic.go:\d+\), which would end the wait, locks it first`
}

func (p *pool) closeOk() {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *pool) loop() {
	for v := range p.work {
		p.mu.Lock()
		p.active += v
		p.mu.Unlock()
	}
}

func (p *pool) loop2() {
	for {
		p.mu.Lock()
		closed := p.closed
		p.mu.Unlock()
		if closed {
			return
		}
		p.active += <-p.work
	}
}

func (p *pool) sendBad(v int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.work <- v // want `send on p.work waits while p.mu is held since basic.go:\d+, but \(\*pool\).loop`
}

func (p *pool) sendRoomOk(v int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.room <- v
}

func (p *pool) sendDefaultOk(v int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case p.work <- v:
	default:
	}
}

func (p *pool) sleepBad() {
	p.mu.Lock()
	defer p.mu.Unlock()
	time.Sleep(time.Second) // want `time.Sleep waits while p.mu is held`
}

// One decision, one report: the other places are related to the first.
type slow struct {
	mu      sync.Mutex
	latency time.Duration
	files   map[string]int
}

func (s *slow) create(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	time.Sleep(s.latency) // want `time.Sleep waits while s.mu is held`
	s.files[name] = 0
}

func (s *slow) remove(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	time.Sleep(s.latency)
	delete(s.files, name)
}

func (p *pool) fetchBad(c *http.Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	resp, err := c.Get("http://example.com") // want `c.Get waits while p.mu is held`
	if err == nil {
		resp.Body.Close()
	}
}

func (p *pool) fetchOk(c *http.Client) {
	p.mu.Lock()
	p.active++
	p.mu.Unlock()
	resp, err := c.Get("http://example.com")
	if err == nil {
		resp.Body.Close()
	}
}

// pause gives the caller's lock up around the sleep.
func (p *pool) pause() {
	p.mu.Unlock()
	time.Sleep(time.Second)
	p.mu.Lock()
}

func (p *pool) pauseOk() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause()
}

func (p *pool) ctxOk(ctx context.Context) {
	p.mu.Lock()
	defer p.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-p.done:
	}
}

type queue struct {
	mu   sync.Mutex
	cond *sync.Cond
	n    int
}

func newQueue() *queue {
	q := &queue{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) getOk() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.n == 0 {
		q.cond.Wait()
	}
	q.n--
}

// The awaited goroutine needs no lock.
type quiet struct {
	mu sync.Mutex
	wg sync.WaitGroup
}

func (q *quiet) runOk() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.wg.Add(1)
	go func() { defer q.wg.Done() }()
	q.wg.Wait()
}

// Only who counts itself under the lock is waited for, and it needs the lock no more.
type gate struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	closed bool
	n      int
}

func (g *gate) enter() bool {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return false
	}
	g.wg.Add(1)
	g.mu.Unlock()
	defer g.wg.Done()
	g.work()
	return true
}

func (g *gate) work() {}

func (g *gate) closeOk() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.wg.Wait()
}

type lateGate struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	closed bool
	n      int
}

func (g *lateGate) enter() bool {
	g.mu.Lock()
	if g.closed {
		g.mu.Unlock()
		return false
	}
	g.wg.Add(1)
	g.mu.Unlock()
	defer g.wg.Done()
	g.mu.Lock()
	g.n++
	g.mu.Unlock()
	return true
}

func (g *lateGate) closeBad() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closed = true
	g.wg.Wait() // want `g.wg.Wait waits while g.mu is held since .*, but \(\*lateGate\).enter .*, which would end the wait, locks it first`
}

// One function that sleeps, called under the lock twice: one report.
type saver struct {
	mu sync.Mutex
	n  int
}

func (s *saver) save() {
	for range 3 {
		time.Sleep(time.Second)
	}
}

func (s *saver) add() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n++
	s.save() // want `time.Sleep \(in \(\*saver\).save, basic.go:\d+\) waits while s.mu is held`
}

func (s *saver) remove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.n--
	s.save()
}

// A new channel is filled with as many tokens as it has room for.
type bucket struct {
	mu     sync.Mutex
	tokens chan struct{}
	left   int
}

func (b *bucket) resizeOk(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.tokens = make(chan struct{}, n)
	for range n {
		b.tokens <- struct{}{}
	}
}

func (b *bucket) enter() {
	b.mu.Lock()
	b.left--
	b.mu.Unlock()
	<-b.tokens
}

type handoff struct {
	mu    sync.Mutex
	queue chan int
	n     int
}

func (h *handoff) put(v int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.queue <- v // want `send on h.queue waits while h.mu is held since .*, but \(\*handoff\).fetch`
}

func (h *handoff) fetch() int {
	h.mu.Lock()
	h.n++
	h.mu.Unlock()
	return <-h.queue
}
