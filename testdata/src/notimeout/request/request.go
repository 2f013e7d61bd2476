// Package request waits while it serves requests.
package request

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/rpc"
	"time"

	"database/sql"
)

type registry struct {
	db *sql.DB
	rc *rpc.Client
}

func (g *registry) load() (n int, err error) {
	err = g.db.QueryRow("SELECT count(*) FROM t").Scan(&n) // want `sql.DB.QueryRow has no timeout, and \(\*registry\).ServeHTTP \(request.go:\d+\) waits for it while it serves a request`
	return n, err
}

func (g *registry) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if _, err := g.load(); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (g *registry) rpcBad(ctx context.Context, arg string) (string, error) {
	var reply string
	if ctx.Err() != nil {
		return "", ctx.Err()
	}
	err := g.rc.Call("S.M", arg, &reply) // want `rpc.Client.Call does not end with ctx, which is at hand`
	return reply, err
}

func (g *registry) rpcOk(ctx context.Context, arg string) (string, error) {
	var reply string
	call := g.rc.Go("S.M", arg, &reply, nil)
	select {
	case <-call.Done:
		return reply, call.Error
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (g *registry) startup() error { return g.db.Ping() }

func query(u string) (string, error) {
	resp, err := http.Get(u) // want `http.Get has no timeout`
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	return resp.Status, nil
}

// selectedOk is bounded by its reader, though the goroutine is not.
func selectedOk(ctx context.Context, u string) (string, error) {
	ch := make(chan string, 1)
	go func() {
		s, err := query(u)
		if err == nil {
			ch <- s
		}
	}()
	select {
	case s := <-ch:
		return s, nil
	case <-time.After(time.Second):
		return "", errors.New("timeout")
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (g *registry) resultBad(w http.ResponseWriter, r *http.Request) {
	ch := make(chan error)
	go func() { ch <- g.db.Ping() }()
	if err := <-ch; err != nil { // want `this receive waits for sql.DB.Ping \(request.go:\d+\) in a goroutine that nothing bounds, and \(\*registry\).resultBad serves a request meanwhile`
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (g *registry) slotBad(w http.ResponseWriter, r *http.Request) {
	ch := make(chan error, 1)
	go func() { ch <- g.db.Ping() }()
	if err := <-ch; err != nil { // want `this receive waits for sql.DB.Ping \(request.go:\d+\) in a goroutine that nothing bounds`
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (g *registry) countBad(w http.ResponseWriter, r *http.Request) {
	ch := make(chan int, 1)
	go func() {
		var n int
		_ = g.db.QueryRow("SELECT count(*) FROM t").Scan(&n)
		ch <- n
	}()
	n := <-ch // want `this receive waits for sql.DB.QueryRow \(request.go:\d+\) in a goroutine that nothing bounds`
	fmt.Fprintln(w, n)
}

func (g *registry) resultOk(w http.ResponseWriter, r *http.Request) {
	ch := make(chan error, 1)
	go func() { ch <- g.db.Ping() }()
	select {
	case err := <-ch:
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	case <-r.Context().Done():
	}
}

func (g *registry) resultCtxOk(w http.ResponseWriter, r *http.Request) {
	ch := make(chan error)
	go func() { ch <- g.db.PingContext(r.Context()) }()
	if err := <-ch; err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}

func (g *registry) computedOk(w http.ResponseWriter, r *http.Request) {
	ch := make(chan int)
	go func() { ch <- len(r.URL.Path) }()
	w.WriteHeader(<-ch)
}
