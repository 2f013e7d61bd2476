package canary

import "sync"

// fanOut calls Add inside the goroutine: Wait may run before any of them.
func fanOut(jobs []func()) {
	var wg sync.WaitGroup
	for _, job := range jobs {
		go func() {
			wg.Add(1)
			defer wg.Done()
			job()
		}()
	}
	wg.Wait()
}
