package canary

import (
	"fmt"
	"sync"
)

// countWords increments one variable from several goroutines.
func countWords(pages [][]string) {
	var wg sync.WaitGroup
	words := 0
	for _, page := range pages {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range page {
				words++
			}
		}()
	}
	wg.Wait()
	fmt.Println(words)
}
