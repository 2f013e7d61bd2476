// Package c holds a lock over both.
package c

import (
	"sync"

	"heldwait/chain/a"
	"heldwait/chain/b"
)

var mu sync.Mutex

func bad() {
	mu.Lock()
	defer mu.Unlock()
	a.Nap() // want `time.Sleep \(in Nap, a.go:7\) waits while mu is held`
}

// Two calls down is too far to say that it matters.
func ok() {
	mu.Lock()
	defer mu.Unlock()
	b.Rest()
}
