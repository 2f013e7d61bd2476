package repaired

import (
	"errors"
	"sync"
)

type queue struct {
	mu     sync.Mutex
	closed bool
	items  []string
}

// Push releases the lock on every way out.
func (q *queue) Push(s string) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return errors.New("closed")
	}
	q.items = append(q.items, s)
	return nil
}

func (q *queue) Close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
}
