package canary

import "sync"

type ledger struct {
	mu      sync.Mutex
	entries []int
}

func (l *ledger) Sum() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	sum := 0
	for _, e := range l.entries {
		sum += e
	}
	return sum
}

// Append calls Sum with the lock held that Sum takes.
func (l *ledger) Append(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, n)
	return l.Sum()
}
