package canary

import (
	"log"
	"sync"
)

// serveAll protects one of its goroutines from panics; the other ends the process.
func serveAll(handle func(string), requests []string) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		defer func() {
			if r := recover(); r != nil {
				log.Print(r)
			}
		}()
		handle(requests[0])
	}()
	go func() {
		defer wg.Done()
		handle(requests[1])
	}()
	wg.Wait()
}
