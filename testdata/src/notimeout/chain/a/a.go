// Package a fetches on behalf of others, who decide how long it may take.
package a

import (
	"context"
	"net/http"
)

// Fetch is as bounded as ctx.
func Fetch(ctx context.Context, u string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Via is as bounded as c.
func Via(c *http.Client, u string) error {
	resp, err := c.Get(u)
	if err != nil {
		return err
	}
	return resp.Body.Close()
}

// Detached returns a context without end.
func Detached() context.Context { return context.Background() }
