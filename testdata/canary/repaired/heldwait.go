package repaired

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

// Stop waits first, and then takes the lock.
func (w *workers) Stop() int {
	w.wg.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.done
}
