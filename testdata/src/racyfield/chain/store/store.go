// Package store has a type whose lock its users take themselves.
package store

import "sync"

// A Table is locked by its users.
type Table struct {
	Mu   sync.Mutex
	Rows map[string]int
	Size int
}

// Grow expects the lock.
func Grow(t *Table, n int) { t.Size += n }

// GrowSafely takes it.
func GrowSafely(t *Table, n int) {
	t.Mu.Lock()
	defer t.Mu.Unlock()
	t.Size = n
}

// Put expects the lock.
func (t *Table) Put(key string, v int) { t.Rows[key] = v }
