// Package a owns the lock.
package a

import "sync"

// Reg is a registry.
type Reg struct {
	mu    sync.RWMutex
	names []string
}

// Names locks for reading.
func (r *Reg) Names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names
}

// Do runs f under the lock.
func (r *Reg) Do(f func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f()
}
