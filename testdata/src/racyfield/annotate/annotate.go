// Package annotate has fields that one access touches without their lock: with the lock, the rule can be written down.
package annotate

import "sync"

// Store counts what it is given.
type Store struct {
	mu    sync.Mutex
	items map[string]int

	// count is the number of calls.
	count int
}

func (s *Store) Put(k string, n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items[k] = n
	s.count++
}

func (s *Store) Drop(k string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.items, k)
	s.count--
}

func (s *Store) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.items, s.count = map[string]int{}, 0
}

func (s *Store) CountBad() int {
	return s.count // want `s.count is read without s.mu, which is held at \d of \d accesses`
}

// Two functions break the rule: one report, and the fix is for both.
type Meter struct {
	mu    sync.Mutex
	total int
	peak  int
}

func (m *Meter) Add(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total += n
	m.peak = max(m.peak, n)
}

func (m *Meter) Sub(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.total -= n
}

func (m *Meter) Clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.total > 0 && m.total < m.peak {
		m.total, m.peak = 0, 0
	}
}

func (m *Meter) TotalBad() int {
	return m.total // want `m.total is read without m.mu, which is held at \d+ of \d+ accesses`
}

func (m *Meter) HalfBad() int {
	return m.total / 2 // related to the first report of the field
}

// Two fields in one declaration share their comment: it is not written down.
type Pair struct {
	mu           sync.Mutex
	items        map[string]int
	count, spare int
}

func (p *Pair) Put(k string, n int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items[k] = n
	p.count++
}

func (p *Pair) Drop(k string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.items, k)
	p.count--
}

func (p *Pair) Reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.items, p.count, p.spare = map[string]int{}, 0, 0
}

func (p *Pair) FirstBad() int {
	return p.count // want `p.count is read without p.mu, which is held at \d of \d accesses`
}
