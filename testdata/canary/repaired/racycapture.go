package repaired

import (
	"errors"
	"os"
	"sync"
)

// removeBoth gives each goroutine an error variable of its own.
func removeBoth(a, b string) error {
	var wg sync.WaitGroup
	var errA, errB error
	wg.Add(2)
	go func() {
		defer wg.Done()
		errA = os.Remove(a)
	}()
	go func() {
		defer wg.Done()
		errB = os.Remove(b)
	}()
	wg.Wait()
	return errors.Join(errA, errB)
}
