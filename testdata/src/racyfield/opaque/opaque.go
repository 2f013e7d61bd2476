// Package opaque has locks of its own making, and helpers that call back under locks.
package opaque

import "sync"

// A gate is a lock built on a channel.
type gate struct{ c chan struct{} }

func newGate() gate { return gate{c: make(chan struct{}, 1)} }

func (g gate) lock()   { g.c <- struct{}{} }
func (g gate) unlock() { <-g.c }

// A Listener is guarded by a gate.
type Listener struct {
	gate gate
	err  error
	mu   sync.Mutex
	off  int
	buf  []byte
}

func (l *Listener) accept() error {
	l.gate.lock()
	defer l.gate.unlock()
	return l.err
}

// RunOk accepts in the background.
func (l *Listener) RunOk() {
	go func() { _ = l.accept() }()
	l.gate.lock()
	defer l.gate.unlock()
	l.err = nil
}

// RunBad has given the gate back.
func (l *Listener) RunBad() {
	go func() { _ = l.read() }()
	l.gate.lock()
	l.gate.unlock()
	l.off = 1 // want `l.off is written here and read at opaque.go:\d+ in a goroutine`
}

func (l *Listener) read() int { return l.off }

// A Stream has two locks, one of them a gate. All writers but Read's own hold both.
type Stream struct {
	gate gate
	mu   sync.Mutex
	buf  []byte
	n    int
}

func (s *Stream) ReadOk(p []byte) {
	s.mu.Lock()
	copy(p, s.buf)
	s.buf = s.buf[len(p):]
	s.n++
	s.mu.Unlock()
	s.gate.lock()
	if len(s.buf) > 0 {
		s.mu.Lock()
		s.buf = nil
		s.n = 0
		s.mu.Unlock()
	}
	s.finish()
}

func (s *Stream) finish() {
	defer s.gate.unlock()
	println(len(s.buf))
}

func (s *Stream) ResetOk() {
	s.gate.lock()
	defer s.gate.unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buf = nil
	s.n = 0
}

// A Buffer fails as a whole.
type Buffer struct {
	mu      sync.Mutex
	records []string
}

// fail is called by those who hold the lock.
func (b *Buffer) fail() {
	b.records = nil
}

func (b *Buffer) add(s string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.records = append(b.records, s)
	if len(b.records) > 10 {
		b.fail()
	}
}

func (b *Buffer) clear() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.fail()
}

type buffers []*Buffer

func (bs buffers) each(f func(*Buffer)) {
	for _, b := range bs {
		f(b)
	}
}

func (bs buffers) eachHeld(f func(*Buffer)) {
	bs.each(func(b *Buffer) {
		b.mu.Lock()
		defer b.mu.Unlock()
		f(b)
	})
}

func (bs buffers) failOk() {
	bs.eachHeld(func(b *Buffer) { b.fail() })
}

// A Batch is filled by its owner.
type Batch struct {
	mu      sync.Mutex // guards those who take the records against those who empty them
	records []string
}

// append adds a record. This is called under the owning buffer's mu, meaning that nobody
// else can touch the batch.
func (b *Batch) append(s string) {
	b.records = append(b.records, s)
}

func (b *Batch) Take() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := b.records
	b.records = nil
	return out
}

func (b *Batch) Count() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.records)
}

func (b *Batch) TryOk(s string) bool {
	if len(s) == 0 {
		return false
	}
	b.append(s)
	return true
}

// A Timer is stopped by those who do not hold the lock.
type Timer struct {
	mu    sync.Mutex
	label string
	fired int
}

func (t *Timer) setUnlocked(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fired = n
}

func (t *Timer) Rename(label string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.label = label
}

func (t *Timer) Label() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.label
}

func (t *Timer) Relabel(label string) string {
	t.mu.Lock()
	defer t.mu.Unlock()
	old := t.label
	t.label = label
	return old
}

func (t *Timer) Clear() {
	t.mu.Lock()
	t.label = ""
	t.mu.Unlock()
}

func (t *Timer) Swap(other string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.label != other {
		t.label = other
	}
}

func (t *Timer) FireBad() {
	println(t.label) // want `t.label is read without t.mu`
	t.setUnlocked(1)
}
