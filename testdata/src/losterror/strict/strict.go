// Package strict holds errors that a goroutine discards in so many words, or leaves on.
package strict

import (
	"log"
	"os"
	"sync"
)

func save(name string) error { return os.WriteFile(name, nil, 0o644) }

func load(name string) ([]byte, error) { return os.ReadFile(name) }

func blankBad(name string) {
	go func() {
		_ = save(name) // want `the error of save is discarded in a goroutine: nobody else can see it`
	}()
}

func blankResultBad(name string, out chan<- []byte) {
	go func() {
		data, _ := load(name) // want `the error of load is discarded in a goroutine`
		out <- data
	}()
}

func blankOk(name string) {
	go func() {
		// Best effort: the next start writes it again.
		_ = save(name)
	}()
}

func closedOk(f *os.File) {
	go func() { _ = f.Close() }()
}

func forgottenBad(names []string) [][]byte {
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		all [][]byte
	)
	for _, n := range names[:2] {
		wg.Go(func() {
			data, err := load(n) // want `the goroutine leaves when load fails \(strict\.go:\d+\) and tells nobody`
			if err != nil {
				return
			}
			mu.Lock()
			all = append(all, data)
			mu.Unlock()
		})
	}
	wg.Wait()
	return all
}

func forgottenOk(names []string) [][]byte {
	var (
		wg  sync.WaitGroup
		mu  sync.Mutex
		all [][]byte
	)
	for _, n := range names[:2] {
		wg.Go(func() {
			data, err := load(n)
			if err != nil {
				log.Print(err)
				return
			}
			mu.Lock()
			all = append(all, data)
			mu.Unlock()
		})
	}
	wg.Wait()
	return all
}
