// Package flags unlocks as flags and counts say, which no single path shows.
package flags

import (
	"errors"
	"sync"
)

type queue struct {
	mu    sync.Mutex
	items []int
	more  chan struct{}
}

var errGone = errors.New("gone")

// A deferred literal unlocks if two flags say so.
func (q *queue) waitOk(gone func() bool) (err error) {
	q.mu.Lock()
	held, ok := true, false
	defer func() {
		if held && !ok {
			q.mu.Unlock()
		}
	}()
	for len(q.items) == 0 {
		if gone() {
			return errGone
		}
		q.mu.Unlock()
		held = false
		<-q.more
		q.mu.Lock()
		held = true
	}
	ok = true
	return nil
}

// The caller learns by the error whether the lock is held.
func (q *queue) takeOk(gone func() bool) (int, error) {
	if err := q.waitOk(gone); err != nil {
		return 0, err
	}
	defer q.mu.Unlock()
	n := q.items[0]
	q.items = q.items[1:]
	return n, nil
}

// One way out sets the wrong flag.
func (q *queue) waitBad(gone func() bool) error {
	q.mu.Lock()
	ok := false
	defer func() {
		if !ok {
			q.mu.Unlock()
		}
	}()
	if gone() {
		ok = true
		return errGone // want `this path returns with q.mu still locked since flags.go:53`
	}
	return nil
}

// Read locks are counted.
func countOk(mu *sync.RWMutex, next func() bool) {
	i := 0
	for ; next(); i++ {
		mu.RLock()
	}
	for ; i > 0; i-- {
		mu.RUnlock()
	}
}

// Nobody wins twice.
func (q *queue) tryTwiceOk() {
	if !q.mu.TryLock() {
		return
	}
	if q.mu.TryLock() {
		panic("not exclusive")
	}
	q.mu.Unlock()
}

// The dynamic type decides which lock is taken, and again which is released.
type file struct{ mu sync.Mutex }
type memory struct{ mu sync.Mutex }

func (f *file) name() string   { return "file" }
func (m *memory) name() string { return "memory" }

type storage interface{ name() string }

func pauseOk(s storage, f func()) {
	if x, ok := s.(*file); ok {
		x.mu.Lock()
	} else if x, ok := s.(*memory); ok {
		x.mu.Lock()
	}
	for range 3 {
		f()
	}
	if x, ok := s.(*file); ok {
		x.mu.Unlock()
	} else if x, ok := s.(*memory); ok {
		x.mu.Unlock()
	}
}

func pauseBad(s storage, f func()) {
	if x, ok := s.(*file); ok {
		x.mu.Lock()
	} else if x, ok := s.(*memory); ok {
		x.mu.Lock()
	}
	f()
	if x, ok := s.(*file); ok {
		x.mu.Unlock()
	}
} // want `this path returns with s.mu still locked`
