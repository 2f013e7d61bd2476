package canary

import (
	"errors"
	"sync"
)

type queue struct {
	mu     sync.Mutex
	closed bool
	items  []string
}

// Push leaves the lock held when the queue is closed.
func (q *queue) Push(s string) error {
	q.mu.Lock()
	if q.closed {
		return errors.New("closed")
	}
	q.items = append(q.items, s)
	q.mu.Unlock()
	return nil
}

func (q *queue) Close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
}
