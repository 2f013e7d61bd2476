// Package rows uses functions that a user has described.
package rows

import (
	"context"
	"net"
	"net/http"

	"notimeout/rows/kv"
)

func bad(ctx context.Context, c *kv.Client) (string, error) {
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	return c.Get("k") // want `kv.Client.Get does not end with ctx, which is at hand`
}

func ok(ctx context.Context, c *kv.Client) (string, error) { return c.GetContext(ctx, "k") }

func handlerBad(w http.ResponseWriter, r *http.Request) {
	if _, err := new(kv.Client).GetContext(detached(), "k"); err != nil { // want `kv.Client.GetContext has no timeout, and handlerBad waits for it while it serves a request`
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func detached() context.Context { return context.Background() }

func handlerOk(w http.ResponseWriter, r *http.Request) {
	if _, err := new(kv.Client).GetContext(kv.Detach(r.Context()), "k"); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func lookupBad(ctx context.Context, host string) ([]string, error) {
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return net.LookupHost(host) // want `net.LookupHost does not end with ctx, which is at hand`
}

func acceptOk(ctx context.Context, l net.Listener) (net.Conn, error) {
	defer context.AfterFunc(ctx, func() { l.Close() })()
	return l.Accept()
}
