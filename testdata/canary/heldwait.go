package canary

import "sync"

type workers struct {
	mu   sync.Mutex
	wg   sync.WaitGroup
	done int
}

func (w *workers) Start() {
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		w.mu.Lock()
		w.done++
		w.mu.Unlock()
	}()
}

// Stop waits, with the lock held, for goroutines that need the lock to end.
func (w *workers) Stop() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.wg.Wait()
	return w.done
}
