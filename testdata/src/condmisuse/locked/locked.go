// Package locked uses condition variables with their locks, or without.
package locked

import (
	"sync"
	"sync/atomic"
)

type queue struct {
	mu     sync.Mutex
	cond   *sync.Cond
	items  []int
	closed bool
	gone   atomic.Bool
}

func newQueue() *queue {
	q := &queue{}
	q.cond = sync.NewCond(&q.mu)
	return q
}

func (q *queue) take() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.items) == 0 && !q.closed && !q.gone.Load() {
		q.cond.Wait()
	}
	if len(q.items) == 0 {
		return 0, false
	}
	n := q.items[0]
	q.items = q.items[1:]
	return n, true
}

func (q *queue) putOk(n int) {
	q.mu.Lock()
	q.items = append(q.items, n)
	q.mu.Unlock()
	q.cond.Signal()
}

func (q *queue) putBad(n int) {
	q.items = append(q.items, n) // want `q.items is changed without q.mu, under which \(\*queue\).take tests it \(locked.go:27\); the wake-up at locked.go:46 may come between its test and its Wait, and is lost`
	q.cond.Signal()
}

func (q *queue) closeBad() {
	q.closed = true // want `q.closed is changed without q.mu, under which \(\*queue\).take tests it`
	defer q.cond.Broadcast()
}

// An atomic flag loses the wake-up as well.
func (q *queue) leaveBad() {
	q.gone.Store(true) // want `q.gone is changed without q.mu, under which \(\*queue\).take tests it`
	q.cond.Broadcast()
}

// The waiter is before its test, or waits.
func (q *queue) leaveOk() {
	q.gone.Store(true)
	q.mu.Lock()
	q.mu.Unlock()
	q.cond.Broadcast()
}

func (q *queue) leaveLockedOk() {
	q.gone.Store(true)
	q.mu.Lock()
	defer q.mu.Unlock()
	q.cond.Broadcast()
}

// The callers hold the lock.
func (q *queue) addLocked(n int) {
	q.items = append(q.items, n)
	q.cond.Signal()
}

func (q *queue) addAllOk(ns []int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, n := range ns {
		q.addLocked(n)
		q.wake()
	}
}

func (q *queue) wake() {
	q.closed = false
	q.cond.Broadcast()
}

// Nobody knows the queue yet.
func filledOk(ns []int) *queue {
	q := newQueue()
	q.items = ns
	q.cond.Broadcast()
	return q
}

// Wait unlocks what nobody locked.
func (q *queue) waitBad() {
	for !q.gone.Load() {
		q.cond.Wait() // want `q.cond.Wait is called without q.mu, which it unlocks first; unlocking an unlocked mutex ends the process`
	}
}

func (q *queue) waitAfterBad() {
	q.mu.Lock()
	empty := len(q.items) == 0
	q.mu.Unlock()
	for empty {
		q.cond.Wait() // want `q.cond.Wait is called without q.mu`
		empty = false
	}
}

func (q *queue) waitOk() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.block()
}

func (q *queue) block() {
	for !q.closed {
		q.cond.Wait()
	}
}

func startOk(q *queue) {
	q.waitOk()
	q.waitBad()
	q.waitAfterBad()
}

// Callers elsewhere can hold a lock that they can name.
type Gate struct {
	Mu   sync.Mutex
	Cond *sync.Cond
	Open bool
}

func NewGate() *Gate {
	g := &Gate{}
	g.Cond = sync.NewCond(&g.Mu)
	return g
}

func (g *Gate) AwaitOk() {
	for !g.Open {
		g.Cond.Wait()
	}
}

// The condition's lock is the reader's side of a lock.
type processor struct {
	lock    sync.RWMutex
	started *sync.Cond
	on      bool
}

func newProcessor() *processor {
	p := &processor{}
	p.started = sync.NewCond(p.lock.RLocker())
	return p
}

func (p *processor) awaitOk() {
	p.lock.RLock()
	defer p.lock.RUnlock()
	for !p.on {
		p.started.Wait()
	}
}

func (p *processor) startOk() {
	p.lock.Lock()
	p.on = true
	p.lock.Unlock()
	p.started.Broadcast()
}

func (p *processor) startBad() {
	p.on = true // want `p.on is changed without p.lock, under which \(\*processor\).awaitOk tests it`
	p.started.Broadcast()
}
