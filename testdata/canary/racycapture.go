package canary

import (
	"os"
	"sync"
)

// removeBoth assigns the same error variable in two goroutines.
func removeBoth(a, b string) error {
	var wg sync.WaitGroup
	var err error
	wg.Add(2)
	go func() {
		defer wg.Done()
		err = os.Remove(a)
	}()
	go func() {
		defer wg.Done()
		err = os.Remove(b)
	}()
	wg.Wait()
	return err
}
