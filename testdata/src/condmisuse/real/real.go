// Package real retells faults of shipped code in own words.
package real

import (
	"errors"
	"sync"
)

var errClosed = errors.New("closed")

// A buffer between a reader and a writer: its Close forgot those who wait.
type buffer struct {
	mu     sync.Mutex
	cond   *sync.Cond
	data   []byte
	err    error
	paused bool
}

func newBuffer() *buffer {
	b := &buffer{}
	b.cond = sync.NewCond(&b.mu)
	return b
}

func (b *buffer) read(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for len(b.data) == 0 && b.err == nil {
		b.cond.Wait()
	}
	if len(b.data) == 0 {
		return 0, b.err
	}
	n := copy(p, b.data)
	b.data = b.data[n:]
	return n, nil
}

func (b *buffer) writeOk(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.data = append(b.data, p...)
	b.cond.Signal()
}

// closeBad sets the error outside the lock: a reader that has just tested it sleeps through the broadcast.
func (b *buffer) closeBad() {
	b.err = errClosed // want `b.err is changed without b.mu, under which \(\*buffer\).read tests it`
	b.cond.Broadcast()
}

func (b *buffer) closeOk() {
	b.mu.Lock()
	b.err = errClosed
	b.mu.Unlock()
	b.cond.Broadcast()
}

// A flow control that took the test for the lock's business: one wake-up, and it goes on whatever it finds.
func (b *buffer) waitBad() {
	b.mu.Lock()
	if b.paused {
		b.cond.Wait() // want `b.cond.Wait is not in a loop`
	}
	b.mu.Unlock()
}

// A refactoring moved the lock into the helper that tests, and out of the loop that waits.
func (b *buffer) isPaused() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.paused
}

func (b *buffer) waitMovedBad() {
	for b.isPaused() {
		b.cond.Wait() // want `b.cond.Wait is called without b.mu, which it unlocks first`
	}
}

func (b *buffer) waitOk() {
	b.mu.Lock()
	for b.paused {
		b.cond.Wait()
	}
	b.mu.Unlock()
}
