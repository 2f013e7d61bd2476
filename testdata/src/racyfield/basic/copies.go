package basic

import "sync"

type counts struct {
	in, out int
	name    string
}

// meter copies all its counts at once in some places.
type meter struct {
	mu     sync.Mutex
	counts counts
}

func (m *meter) Receive() {
	m.mu.Lock()
	m.counts.in++
	m.mu.Unlock()
}

func (m *meter) Send() {
	m.mu.Lock()
	m.counts.out++
	m.mu.Unlock()
}

func (m *meter) Balance() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts.in - m.counts.out
}

func (m *meter) Busy() bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts.in > 0
}

// Safe copies under the lock.
func (m *meter) Safe() counts {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts
}

// Counts reads every field.
func (m *meter) Counts() counts {
	return m.counts // want `m.counts is read without m.mu, which is held at \d of \d accesses`
}
