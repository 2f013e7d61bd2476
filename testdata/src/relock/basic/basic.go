// Package basic has a lock taken again, and the many correct programs that look like it.
package basic

import (
	"strings"
	"sync"
)

type store struct {
	mu    sync.Mutex
	rw    sync.RWMutex
	m     map[string]int
	once  sync.Once
	onSet func()
}

func (s *store) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.m)
}

func (s *store) sizeBad() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.len() // want `s.mu is locked again by \(\*store\).len \(basic.go:18\); it is already held since basic.go:24`
}

func (s *store) lenLocked() int { return len(s.m) }

func (s *store) sizeOk() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lenLocked()
}

func (s *store) twiceBad() {
	s.mu.Lock()
	s.mu.Lock() // want `s.mu is locked again; it is already held since basic.go:38`
	s.mu.Unlock()
}

func localBad() {
	var mu sync.Mutex
	mu.Lock()
	mu.Lock() // want `mu is locked again`
	mu.Unlock()
}

func (s *store) releasedBetweenOk() int {
	s.mu.Lock()
	n := len(s.m)
	s.mu.Unlock()
	return n + s.len()
}

func (s *store) readTwiceBad() {
	s.rw.RLock()
	defer s.rw.RUnlock()
	s.peek() // want `s.rw is read-locked again by \(\*store\).peek \(basic.go:\d+\) while it is read-locked since basic.go:\d+; if a writer waits in between`
}

func (s *store) peek() int {
	s.rw.RLock()
	defer s.rw.RUnlock()
	return len(s.m)
}

func (s *store) upgradeBad() {
	s.rw.RLock()
	if s.m == nil {
		s.rw.Lock() // want `s.rw is locked for writing while this goroutine holds it for reading`
		s.m = map[string]int{}
		s.rw.Unlock()
	}
	s.rw.RUnlock()
}

func (s *store) upgradeOk() {
	s.rw.RLock()
	missing := s.m == nil
	s.rw.RUnlock()
	if missing {
		s.rw.Lock()
		s.m = map[string]int{}
		s.rw.Unlock()
	}
}

// with runs f under the lock.
func (s *store) with(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

func (s *store) callbackBad() {
	s.with(func() { // want `s.mu is locked again by \(\*store\).len`
		s.len()
	})
}

func (s *store) callbackOk() {
	s.with(func() { s.m["k"]++ })
}

func (s *store) deferredBad() {
	defer s.len() // want `s.mu is locked again by \(\*store\).len`
	s.mu.Lock()
	defer func() {}()
	defer s.mu.Lock() // meant Unlock: see unreleased; here it makes the deferred len wait for itself
	s.mu.Unlock()
}

func (s *store) onceBad() {
	s.once.Do(func() { // want `s.once.Do is entered again by \(\*store\).initAgain`
		s.initAgain()
	})
}

func (s *store) initAgain() { s.once.Do(func() {}) }

// needLock takes the lock only if asked to.
func (s *store) put(k string, needLock bool) {
	if needLock {
		s.mu.Lock()
		defer s.mu.Unlock()
	}
	s.m[k]++
}

func (s *store) putAllOk(ks []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range ks {
		s.put(k, false)
	}
}

func (s *store) putAllBad(ks []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range ks {
		s.put(k, true) // want `s.mu is locked again by \(\*store\).put`
	}
}

// The same with literals that test the captured parameter.
func (s *store) putLit(k string, needLock bool) {
	lock := func() {
		if needLock {
			s.mu.Lock()
		}
	}
	unlock := func() {
		if needLock {
			s.mu.Unlock()
		}
	}
	lock()
	defer unlock()
	s.m[k]++
}

func (s *store) putLitOk(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.putLit(k, false)
}

func (s *store) putLitBad(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.putLit(k, true) // want `s.mu is locked again by func literal in \(\*store\).putLit`
}

func (s *store) tryOk() bool {
	if !s.mu.TryLock() {
		return false
	}
	defer s.mu.Unlock()
	return len(s.m) > 0
}

func (s *store) tryUnderLockOk() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.tryOk()
}

func otherInstanceOk(a, b *store) {
	a.mu.Lock()
	defer a.mu.Unlock()
	b.len()
}

func eachOk(all []*store) {
	for _, s := range all {
		s.mu.Lock()
		s.m = nil
		s.mu.Unlock()
	}
}

func lockAllOk(all []*store) {
	for _, s := range all {
		s.mu.Lock()
	}
	for _, s := range all {
		s.mu.Unlock()
	}
}

func deferInLoopBad(s *store, n int) {
	for range n {
		s.mu.Lock() // want `s.mu is locked again in the next iteration while it is still held`
		defer s.mu.Unlock()
	}
}

type node struct {
	mu     sync.Mutex
	parent *node
	kids   []*node
}

// handOverHandOk walks to the root, always holding one or two locks of different nodes.
func handOverHandOk(n *node) {
	n.mu.Lock()
	for n.parent != nil {
		p := n.parent
		p.mu.Lock()
		n.mu.Unlock()
		n = p
	}
	n.mu.Unlock()
}

func (s *store) handedOverOk() {
	s.mu.Lock()
	go func() {
		defer s.mu.Unlock()
		s.m = nil
	}()
	s.len()
}

// reacquire gives the caller's lock up and takes it again.
func (s *store) reacquire() {
	s.mu.Unlock()
	s.len()
	s.mu.Lock()
}

func (s *store) waitOk() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.reacquire()
}

type embedded struct {
	sync.RWMutex
	n int
}

func (e *embedded) read() int { e.RLock(); defer e.RUnlock(); return e.n }

func (e *embedded) writeBad() {
	e.Lock()
	defer e.Unlock()
	e.n = e.read() + 1 // want `e.RWMutex is locked again by \(\*embedded\).read`
}

func (s *store) register() {
	s.onSet = func() { s.len() }
}

func (s *store) fireBad() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.onSet() // want `s.mu is locked again by \(\*store\).len`
}

// box is generic; locks are compared by the origin of the type.
type box[T any] struct {
	mu sync.Mutex
	v  T
}

func (b *box[T]) get() T { b.mu.Lock(); defer b.mu.Unlock(); return b.v }

func (b *box[T]) swapBad(f func(T) T) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.v = f(b.get()) // want `b.mu is locked again by \(\*box\).get`
}

// Leaving a range-over-func loop by return after the unlock.
func (s *store) splitOk(text string) bool {
	s.mu.Lock()
	for part := range strings.SplitSeq(text, ".") {
		if part == "" {
			s.mu.Unlock()
			return s.len() == 0
		}
	}
	s.mu.Unlock()
	return false
}

// gateOk passes a mutex to and fro between two goroutines.
func gateOk(n int) {
	var gate sync.Mutex
	gate.Lock()
	go func() {
		for {
			gate.Unlock()
			gate.Lock()
		}
	}()
	for range n {
		gate.Lock()
		gate.Unlock()
	}
}

// A call that asks for a token needs none itself.
type service struct {
	mu    sync.Mutex
	token string
}

func (s *service) tokenOk() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.token == "" {
		s.token = s.call("login", map[string]string{"token": "*"})
	}
	return s.token
}

func (s *service) call(name string, params map[string]string) string {
	token, given := params["token"]
	if !given {
		token = s.tokenOk()
	}
	return name + token
}
