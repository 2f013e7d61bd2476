// Package a has two locks and one order.
package a

import "sync"

// M is the first lock, N the second.
var M, N sync.Mutex

// Both takes M, then N.
func Both() {
	M.Lock()
	defer M.Unlock()
	N.Lock()
	N.Unlock()
}

// UnderN runs f with N held.
func UnderN(f func()) {
	N.Lock()
	defer N.Unlock()
	f()
}

// First takes M alone.
func First() {
	M.Lock()
	M.Unlock()
}
