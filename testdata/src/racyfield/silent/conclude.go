package silent

import (
	"sort"
	"sync"
)

// An upload is closed when all its parts have been written, which happens in parallel.
type Upload struct {
	partsMu sync.Mutex
	parts   []int
}

func (u *Upload) WritePart(n int) {
	u.partsMu.Lock()
	defer u.partsMu.Unlock()
	u.parts = append(u.parts, n)
}

func (u *Upload) CloseOk() int {
	sort.Ints(u.parts)
	return len(u.parts)
}
