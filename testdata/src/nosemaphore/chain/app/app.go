// Package app limits its goroutines with another package's tokens.
package app

import (
	"net/http"
	"sync"

	"nosemaphore/chain/tokens"
)

func fetchAllOk(urls []string) {
	d := tokens.New(4)
	var wg sync.WaitGroup
	for _, u := range urls {
		d.Get()
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer d.Put()
			fetch(u)
		}()
	}
	wg.Wait()
}

func fetchAllBad(urls []string) {
	r := new(tokens.Register)
	var wg sync.WaitGroup
	for _, u := range urls {
		r.Add(u)
		wg.Add(1)
		go func() { // want `one goroutine per element of urls, with no limit`
			defer wg.Done()
			defer r.Done(u)
			fetch(u)
		}()
	}
	wg.Wait()
}

func fetch(u string) {
	resp, err := http.Get(u)
	if err == nil {
		resp.Body.Close()
	}
}
