// Package busy burns a processor.
package busy

import (
	"runtime"
	"sync"
	"sync/atomic"
)

type state struct {
	done   bool
	flag   atomic.Bool
	count  atomic.Int64
	mu     sync.Mutex
	queued []int
	raw    int32
}

func (s *state) finish() {
	s.done = true
	s.flag.Store(true)
	s.count.Add(1)
	atomic.StoreInt32(&s.raw, 1)
	s.mu.Lock()
	s.queued = append(s.queued, 1)
	s.mu.Unlock()
}

func (s *state) plainBad() {
	for !s.done { // want `this loop burns a processor until s.done changes`
	}
}

func (s *state) atomicBad() {
	for !s.flag.Load() { // want `this loop burns a processor until s.flag changes, which \(\*state\).finish \(busy.go:\d+\) does`
	}
}

func (s *state) goschedBad() {
	for s.count.Load() == 0 { // want `this loop burns a processor until s.count changes`
		runtime.Gosched()
	}
}

func (s *state) rawBad() {
	for atomic.LoadInt32(&s.raw) == 0 { // want `this loop burns a processor until s.raw changes`
		runtime.Gosched()
	}
}

func (s *state) breakBad() {
	for { // want `this loop burns a processor until s.flag changes`
		if s.flag.Load() {
			break
		}
	}
}

func (s *state) lockedBad() int {
	for { // want `this loop burns a processor until s.queued changes`
		s.mu.Lock()
		if len(s.queued) > 0 {
			n := s.queued[0]
			s.mu.Unlock()
			return n
		}
		s.mu.Unlock()
	}
}

func localBad(work func()) {
	var done atomic.Bool
	go func() {
		work()
		done.Store(true)
	}()
	for !done.Load() { // want `this loop burns a processor until done changes`
	}
}

func capturedBad(work func()) {
	ready := false
	go func() {
		work()
		ready = true
	}()
	for !ready { // want `this loop burns a processor until ready changes`
		runtime.Gosched()
	}
}

func (s *state) isDone() bool { return s.flag.Load() }

func (s *state) getterBad() {
	for !s.isDone() { // want `this loop burns a processor until s.flag changes`
		runtime.Gosched()
	}
}

var global int32

func setGlobal() { atomic.StoreInt32(&global, 1) }

func globalBad() {
	for atomic.LoadInt32(&global) != 1 { // want `this loop burns a processor until global changes`
	}
}

// Silent from here.

func (s *state) waitOk(ch <-chan struct{}) { <-ch }

func (s *state) casOk() {
	for {
		old := s.count.Load()
		if s.count.CompareAndSwap(old, old+1) {
			return
		}
	}
}

func (s *state) loopOk(n int) (sum int) {
	for i := 0; i < n; i++ {
		sum += i
	}
	return sum
}

func ownOk(xs []int) int {
	i := 0
	for i < len(xs) && xs[i] != 0 {
		i++
	}
	return i
}

type node struct{ next *node }

func walkOk(n *node) *node {
	for n.next != nil {
		n = n.next
	}
	return n
}

type spinlock struct{ held atomic.Bool }

func (l *spinlock) Lock() {
	for !l.held.CompareAndSwap(false, true) {
		runtime.Gosched()
	}
}

func (l *spinlock) Unlock() { l.held.Store(false) }

type reader struct {
	off, size int
	buf       []byte
}

func (r *reader) advanceOk() {
	for r.off < r.size {
		r.off++
	}
}

func (r *reader) refillOk(fill func() int) {
	for r.size == 0 {
		r.size = fill()
	}
}

func (s *state) condOk(c *sync.Cond) {
	c.L.Lock()
	for !s.done {
		c.Wait()
	}
	c.L.Unlock()
}

func (s *state) receiveOk(ch <-chan int) {
	for !s.done {
		<-ch
	}
}

func (s *state) workOk(step func()) {
	for !s.flag.Load() {
		step()
	}
}

func constantOk() {
	for {
		select {}
	}
}

type config struct{ debug bool }

func (c *config) unwrittenOk() {
	for c.debug {
		runtime.Gosched()
	}
}

type table struct {
	mu sync.Mutex
	m  map[int]*node
}

func (t *table) put(i int) {
	t.mu.Lock()
	t.m[i] = &node{}
	t.mu.Unlock()
}

func (t *table) gapOk(i int) *node {
	off := 0
	for {
		n := t.m[i+off]
		if n != nil {
			return n
		}
		off++
	}
}

func (r *ring) pushed() {
	r.acquired.Add(1)
	r.written.Add(1)
}

type ring struct{ acquired, written atomic.Uint32 }

func (r *ring) drainOk() {
	for r.acquired.Load() != r.written.Load() { // a lock-free algorithm: strict
		runtime.Gosched()
	}
}

type tree struct {
	leaf  *int
	edges []*tree
}

func (t *tree) set(i *int) { t.leaf = i }

func (t *tree) isLeaf() bool { return t.leaf != nil }

func (t *tree) minimumOk() *int {
	for {
		if t.isLeaf() {
			return t.leaf
		}
		if len(t.edges) == 0 {
			return nil
		}
		t = t.edges[0]
	}
}

type job struct{ state atomic.Int32 }

func (j *job) end()         { j.state.Store(2) }
func (j *job) isDone() bool { return j.state.Load() == 2 }

// A few looks before going to sleep cost less than the sleep.
func (j *job) awaitOk(done <-chan struct{}) {
	for range 5 {
		if j.isDone() {
			return
		}
		runtime.Gosched()
	}
	<-done
}

func (j *job) awaitDownOk(done <-chan struct{}) {
	for tries := 4; tries > 0; tries-- {
		runtime.Gosched()
		if j.state.Load() == 2 {
			return
		}
	}
	<-done
}

func (j *job) awaitBad() {
	for { // want `this loop burns a processor until j.state changes, which \(\*job\).end`
		if j.isDone() {
			return
		}
		runtime.Gosched()
	}
}
