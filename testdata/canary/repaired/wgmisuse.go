package repaired

import "sync"

// fanOut counts each goroutine before it starts.
func fanOut(jobs []func()) {
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Go(job)
	}
	wg.Wait()
}
