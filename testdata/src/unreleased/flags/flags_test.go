package flags

import (
	"sync"
	"testing"
)

// After a failed assertion nothing matters.
func TestTryOk(t *testing.T) {
	var mu sync.RWMutex
	if !mu.TryRLock() {
		t.Fatal("a free lock is refused")
	}
	func() {
		if mu.TryLock() {
			t.Error("a read lock does not exclude")
		}
		if !mu.TryRLock() {
			t.Error("a second reader is refused")
		} else {
			mu.RUnlock()
		}
	}()
	mu.RUnlock()
}
