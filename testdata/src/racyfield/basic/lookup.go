package basic

import "sync"

// Retold from three bugs of one server: what a lookup returns is no new object,
// however the lookup is written.

type topic struct {
	mu       sync.RWMutex
	readers  map[string]int
	retained map[string]string
}

func (t *topic) add(name string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.readers[name]++
}

func (t *topic) remove(name string) {
	t.mu.Lock()
	delete(t.readers, name)
	t.mu.Unlock()
}

func (t *topic) count() int {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return len(t.readers)
}

func (t *topic) has(name string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	_, ok := t.readers[name]
	return ok
}

func (t *topic) first() string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for name := range t.readers {
		return name
	}
	return ""
}

type broker struct {
	mu     sync.RWMutex
	topics map[string]*topic
	bad    chan string
}

func (b *broker) lookup(name string) (*topic, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	t, ok := b.topics[name]
	if !ok {
		return nil, false
	}
	return t, true
}

// make returns a topic that nobody else knows yet.
func (b *broker) fresh(name string) (*topic, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if _, ok := b.topics[name]; ok {
		return nil, false
	}
	return &topic{readers: make(map[string]int)}, true
}

func (b *broker) HealthyBad(names []string, reader string) bool {
	for _, name := range names {
		t, ok := b.lookup(name)
		if !ok {
			return false
		}
		for r := range t.readers { // want `topic.readers is read without topic.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at lookup.go:\d+`
			if r == reader {
				return true
			}
		}
	}
	return false
}

func (b *broker) PrepareOk(name, reader string) *topic {
	t, ok := b.fresh(name)
	if !ok {
		return nil
	}
	t.readers[reader] = 1
	return t
}

type session struct {
	of   *topic
	out  chan string
	seen int
}

// WelcomeBad starts a goroutine on the session later; the topic has been shared for long.
func (s *session) WelcomeBad(name string) {
	if _, ok := s.of.readers[name]; ok { // related to the first report of the field
		return
	}
	go s.pump()
}

func (s *session) pump() {
	for m := range s.out {
		s.seen += len(m)
	}
}

type board struct {
	mu    sync.Mutex
	rules map[string]int
	limit *int
	users []string
}

func (b *board) setLimit(n int) {
	b.mu.Lock()
	b.limit = &n
	b.mu.Unlock()
}

func (b *board) clearLimit() {
	b.mu.Lock()
	b.limit = nil
	b.mu.Unlock()
}

func (b *board) limited() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit != nil
}

func (b *board) over(n int) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.limit != nil && n > *b.limit
}

// UpdateBad replaces the users.
// Lock must not be held upon entry.
func (b *board) UpdateBad(users []string) bool {
	b.mu.Lock()
	b.users = users
	if b.limit != nil && len(users) > *b.limit {
		b.users = users[:*b.limit]
	}
	b.mu.Unlock()
	return b.limit != nil // want `b.limit is read without b.mu, which is held at \d+ of \d+ accesses; it may run in parallel with the write at lookup.go:\d+`
}

// updateOk replaces the users.
// Lock must be held upon entry.
func (b *board) updateOk(users []string) bool {
	b.users = users
	return b.limit != nil
}
