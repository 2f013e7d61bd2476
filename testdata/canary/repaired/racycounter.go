package repaired

import (
	"fmt"
	"sync"
	"sync/atomic"
)

// countWords increments one atomic variable from several goroutines.
func countWords(pages [][]string) {
	var wg sync.WaitGroup
	var words atomic.Int64
	for _, page := range pages {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range page {
				words.Add(1)
			}
		}()
	}
	wg.Wait()
	fmt.Println(words.Load())
}
