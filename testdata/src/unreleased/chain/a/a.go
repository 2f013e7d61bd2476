// Package a exports the halves of a pair.
package a

import "sync"

// Gate is entered and left.
type Gate struct{ mu sync.Mutex }

// Enter leaves the lock held.
func (g *Gate) Enter() { g.mu.Lock() }

// Leave releases it.
func (g *Gate) Leave() { g.mu.Unlock() }
