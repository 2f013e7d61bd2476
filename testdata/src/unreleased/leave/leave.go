// Package leave has paths that leave a lock held, each with what may be done about it and what may not.
package leave

import (
	"errors"
	"log"
	"sync"
)

var errClosed = errors.New("closed")

type box struct {
	mu     sync.Mutex
	rows   [8]sync.Mutex
	m      map[string]int
	closed bool
}

func (b *box) check(k string) error {
	if k == "" {
		return errClosed
	}
	return nil
}

// The operand may depend on the lock: its value is taken first.
func (b *box) sizeBad(k string) (int, error) {
	b.mu.Lock()
	if b.closed {
		return len(b.m), errClosed // want `this path returns with b.mu still locked`
	}
	n := b.m[k]
	b.mu.Unlock()
	log.Print(n)
	return n, nil
}

func (b *box) errBad(k string) error {
	b.mu.Lock()
	if b.closed {
		return b.check(k) // want `this path returns with b.mu still locked`
	}
	b.m[k]++
	b.mu.Unlock()
	log.Print(k)
	return nil
}

// Two operands, whose order could matter: no fix.
func (b *box) twoBad(k string) (int, error) {
	b.mu.Lock()
	if b.closed {
		return len(b.m), b.check(k) // want `this path returns with b.mu still locked`
	}
	n := b.m[k]
	b.mu.Unlock()
	log.Print(n)
	return n, nil
}

// The operand's type is another than the result's: no fix.
func (b *box) anyBad(k string) (any, error) {
	b.mu.Lock()
	if b.closed {
		return len(b.m), errClosed // want `this path returns with b.mu still locked`
	}
	n := b.m[k]
	b.mu.Unlock()
	log.Print(n)
	return n, nil
}

// The name is taken in the same block: no fix.
func (b *box) takenBad(k string) error {
	b.mu.Lock()
	if b.closed {
		err := b.check(k)
		log.Print(err)
		return b.check("") // want `this path returns with b.mu still locked`
	}
	b.m[k]++
	b.mu.Unlock()
	log.Print(k)
	return nil
}

// The end of the function, where others release such locks: it may be kept on purpose, no fix.
func (b *box) keptBad(k string) {
	b.mu.Lock()
	if n, ok := b.m[k]; ok {
		b.mu.Unlock()
		log.Print(n)
		return
	}
	b.m[k] = 1 // want `this path returns with b.mu still locked`
}

// A break out of two loops, and one in the other branch.
func (b *box) outerBad(ks [][]string) {
all:
	for _, some := range ks {
		for _, k := range some {
			b.mu.Lock()
			if b.m[k] == 0 {
				break all
			}
			b.mu.Unlock()
		}
	}
} // want `this path returns with b.mu still locked`

func (b *box) elseBad(ks []string) {
	for _, k := range ks {
		b.mu.Lock()
		if b.m[k] > 0 {
			b.m[k]--
		} else {
			break
		}
		b.mu.Unlock()
	}
} // want `this path returns with b.mu still locked`

// Two ways lead out with the lock: no fix.
func (b *box) twoBreaksBad(ks []string) {
	for _, k := range ks {
		b.mu.Lock()
		if b.m[k] > 0 {
			break
		}
		if b.closed {
			break
		}
		b.mu.Unlock()
	}
} // want `this path returns with b.mu still locked`

// Work is done before the break.
func (b *box) workBreakBad(ks []string) {
	for _, k := range ks {
		b.mu.Lock()
		if b.m[k] > 0 {
			b.closed = true
			break
		}
		b.mu.Unlock()
	}
} // want `this path returns with b.mu still locked`

// One of several locks, by a steady index, and by one that changes: no fix.
func (b *box) rowBad(i int, k string) error {
	b.rows[i].Lock()
	if b.m[k] == 0 {
		return errClosed // want `this path returns with b.rows\[\] still locked`
	}
	b.rows[i].Unlock()
	return nil
}

func (b *box) stepBad(i int, k string) error {
	b.rows[i].Lock()
	if b.m[k] == 0 {
		return errClosed // want `this path returns with b.rows\[\] still locked`
	}
	b.rows[i].Unlock()
	i++
	log.Print(i)
	return nil
}

// Helpers: one that only unlocks, and one that does more, which may be wrong on the faulty path: no fix.
func (b *box) lock()   { b.mu.Lock() }
func (b *box) unlock() { b.mu.Unlock() }

func (b *box) finish() {
	b.closed = true
	b.mu.Unlock()
}

func (b *box) helperBad(k string) error {
	b.lock()
	if k == "" {
		return errClosed // want `this path returns with b.mu still locked`
	}
	b.unlock()
	return nil
}

func (b *box) finishBad(k string) error {
	b.lock()
	if k == "" {
		return errClosed // want `this path returns with b.mu still locked`
	}
	b.finish()
	return nil
}

// The receiver's name means something else at the return: no fix.
func (b *box) hiddenBad(k string) error {
	b.lock()
	if b := b.check(k); b != nil {
		return errClosed // want `this path returns with b.mu still locked`
	}
	b.unlock()
	return nil
}

// Written out and deferred.
func (b *box) deferredTwiceBad(k string) error {
	b.mu.Lock()
	defer b.mu.Unlock() // want `b.mu is unlocked here although it was released before`
	if b.closed {
		b.mu.Unlock()
		return errClosed
	}
	if k == "" {
		b.mu.Unlock()
		return nil
	}
	b.m[k]++
	return nil
}

// Work follows the Unlock, which the lock was not meant for: no fix.
func (b *box) workAfterBad(k string) error {
	b.mu.Lock()
	defer b.mu.Unlock() // want `b.mu is unlocked here although it was released before`
	if b.closed {
		b.mu.Unlock()
		log.Print("closed")
		return errClosed
	}
	b.m[k]++
	return nil
}

// The end of the function, with a lock that nobody else releases.
type shelf struct {
	mu sync.Mutex
	m  map[string]int
}

func (s *shelf) endBad(k string) {
	s.mu.Lock()
	if n, ok := s.m[k]; ok {
		s.mu.Unlock()
		log.Print(n)
		return
	}
	s.m[k] = 1 // want `this path returns with s.mu still locked`
}

func (s *shelf) endOk(k string) {
	s.mu.Lock()
	if n, ok := s.m[k]; ok {
		s.mu.Unlock()
		log.Print(n)
		return
	}
	s.m[k] = 1
	s.mu.Unlock()
}
