// Package strict holds fan-outs over what somebody configured.
package strict

import (
	"context"
	"net/http"
	"sync"
)

type config struct{ names []string }

func serversBad(ctx context.Context, servers []*http.Server) {
	var wg sync.WaitGroup
	for _, s := range servers {
		wg.Add(1)
		go func() { // want `one goroutine per element of servers, with no limit`
			defer wg.Done()
			_ = s.Shutdown(ctx)
		}()
	}
	wg.Wait()
}

func configuredBad(c *config, probe func(string)) {
	var wg sync.WaitGroup
	for _, n := range c.names {
		wg.Go(func() { probe(n) }) // want `one goroutine per element of c\.names, with no limit`
	}
	wg.Wait()
}

func configuredOk(c *config, probe func(string)) {
	var wg sync.WaitGroup
	sem := make(chan struct{}, 4)
	for _, n := range c.names {
		sem <- struct{}{}
		wg.Go(func() {
			defer func() { <-sem }()
			probe(n)
		})
	}
	wg.Wait()
}
