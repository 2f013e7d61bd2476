package repaired

import (
	"log"
	"sync"
)

// serveAll protects both of its goroutines from panics.
func serveAll(handle func(string), requests []string) {
	var wg sync.WaitGroup
	wg.Add(2)
	go func() {
		defer wg.Done()
		defer logPanic()
		handle(requests[0])
	}()
	go func() {
		defer wg.Done()
		defer logPanic()
		handle(requests[1])
	}()
	wg.Wait()
}

func logPanic() {
	if r := recover(); r != nil {
		log.Print(r)
	}
}
