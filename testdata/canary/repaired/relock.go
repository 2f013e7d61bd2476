package repaired

import "sync"

type ledger struct {
	mu      sync.Mutex
	entries []int
}

func (l *ledger) Sum() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sumLocked()
}

// sumLocked is Sum for those who hold the lock.
func (l *ledger) sumLocked() int {
	sum := 0
	for _, e := range l.entries {
		sum += e
	}
	return sum
}

// Append adds up what it holds the lock for.
func (l *ledger) Append(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.entries = append(l.entries, n)
	return l.sumLocked()
}
