// Package slots has a mutex and a channel of one slot in conflicting orders.
package slots

import "sync"

type store struct {
	mu   sync.Mutex
	slot chan struct{}
	n    int
}

func newStore() *store { return &store{slot: make(chan struct{}, 1)} }

func (s *store) addBad() {
	s.slot <- struct{}{}
	s.mu.Lock() // want `s.mu is locked while holding s.slot, but \(\*store\).flush locks s.slot while holding s.mu`
	s.n++
	s.mu.Unlock()
	<-s.slot
}

func (s *store) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.slot <- struct{}{}
	s.n = 0
	<-s.slot
}
