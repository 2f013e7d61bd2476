// Package locked has counters that a lock guards elsewhere.
package locked

import "sync"

type meter struct {
	mu sync.Mutex
	n  int
}

func (m *meter) add() {
	m.mu.Lock()
	m.n++
	m.mu.Unlock()
}

func (m *meter) runBad() {
	var wg sync.WaitGroup
	for range 8 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			m.n++ // want `m.n is incremented`
		}()
	}
	m.add()
	wg.Wait()
}

func localBad(xs []int) int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	p := new(int)
	total := *p
	wg.Add(1)
	go func() {
		defer wg.Done()
		mu.Lock()
		total += len(xs) // want `total is updated in a goroutine`
		mu.Unlock()
	}()
	total += 2
	wg.Wait()
	return total
}
