// Package a has the lock.
package a

import "sync"

// A Gate is opened under its lock.
type Gate struct {
	Mu   sync.Mutex
	Open bool

	Waiters []*sync.Cond
}

// Hold takes the lock.
func (g *Gate) Hold() { g.Mu.Lock() }

// Release gives it back.
func (g *Gate) Release() { g.Mu.Unlock() }
