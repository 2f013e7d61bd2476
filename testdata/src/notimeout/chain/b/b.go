// Package b decides how long package a may wait.
package b

import (
	"context"
	"net/http"
	"time"

	"notimeout/chain/a"
)

func handlerBad(w http.ResponseWriter, r *http.Request) {
	if err := a.Fetch(a.Detached(), r.URL.Path); err != nil { // want `Fetch waits in http.Client.Do \(a.go:15\) with a context that never ends, and handlerBad serves a request meanwhile`
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func handlerOk(w http.ResponseWriter, r *http.Request) {
	if err := a.Fetch(r.Context(), r.URL.Path); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func handlerDeadlineOk(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if err := a.Fetch(ctx, r.URL.Path); err != nil {
		http.Error(w, err.Error(), http.StatusBadGateway)
	}
}

func clientBad(u string) error {
	c := &http.Client{} // want `c has no Timeout, and Via \(b.go:\d+\) sends a request without context`
	return a.Via(c, u)
}

func clientOk(u string) error {
	return a.Via(&http.Client{Timeout: time.Second}, u)
}

func startupOk(u string) error { return a.Fetch(context.Background(), u) }
