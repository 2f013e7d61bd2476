// Package numbers has goroutines that are numbered.
package numbers

import "sync"

// Only the first counts.
func firstOk(n int) int {
	var wg sync.WaitGroup
	count := 0
	var start func(id int)
	start = func(id int) {
		defer wg.Done()
		func() {
			defer func() {
				if id == 0 && n > 0 {
					count = count * 2
				}
			}()
		}()
	}
	for i := range n {
		wg.Add(1)
		go start(i)
	}
	wg.Wait()
	return count
}

// The first runs in the caller.
func callerOk(n int) int {
	var wg sync.WaitGroup
	count := 4
	var start func(id int)
	start = func(id int) {
		defer wg.Done()
		if id == 0 && n > 0 {
			for i := count; i < 2*count; i++ {
				wg.Add(1)
				go start(i)
			}
			count *= 2
		}
	}
	for i := 1; i < count; i++ {
		wg.Add(1)
		go start(i)
	}
	wg.Add(1)
	start(0)
	wg.Wait()
	return count
}

// All but the first count.
func othersBad(n int) int {
	var wg sync.WaitGroup
	count := 0
	for i := range n {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			if id != 0 {
				count++ // want `count is incremented by several goroutines at once`
			}
		}(i)
	}
	wg.Wait()
	return count
}

// All are the first.
func allBad(n int) int {
	var wg sync.WaitGroup
	count := 0
	for range n {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			if id == 0 {
				count++ // want `count is incremented by several goroutines at once`
			}
		}(0)
	}
	wg.Wait()
	return count
}
