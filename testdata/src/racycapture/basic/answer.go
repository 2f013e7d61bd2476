package basic

import (
	"context"
	"net/http"
	"net/http/httptest"
	"time"
)

// AskBad writes before the answer came.
func AskBad(url string) error {
	got := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- struct{}{}
	}))
	defer srv.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() { cancel() }()
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+url, nil) // want `ctx is read in a goroutine \(started at answer.go:\d+\) and written at answer.go:\d+ without a common lock; the goroutine shares the variable of AskBad`
		if err == nil {
			_, _ = http.DefaultClient.Do(req)
		}
		println(ctx.Err() == nil)
	}()
	ctx, cancel = context.WithCancel(context.Background())
	<-got
	return ctx.Err()
}

// AskTwice gets its answer from a goroutine of its own, whatever the request does.
func AskTwice(url string) error {
	got := make(chan struct{}, 1)
	go func() { got <- struct{}{} }()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() { cancel() }()
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil) // want `ctx is read in a goroutine \(started at answer.go:\d+\) and written at answer.go:\d+ without a common lock; the goroutine shares the variable of AskTwice`
		if err == nil {
			_, _ = http.DefaultClient.Do(req)
		}
	}()
	<-got
	ctx, cancel = context.WithCancel(context.Background())
	return ctx.Err()
}

func settled(ready chan struct{}) {
	select {
	case <-ready:
	case <-time.After(time.Second):
		panic("not ready")
	}
}

// AskSettled waits by a helper for something else than the answer.
func AskSettled(url string) error {
	ready := make(chan struct{}, 1)
	go func() { ready <- struct{}{} }()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() { cancel() }()
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil) // want `ctx is read in a goroutine \(started at answer.go:\d+\) and written at answer.go:\d+ without a common lock; the goroutine shares the variable of AskSettled`
		if err == nil {
			_, _ = http.DefaultClient.Do(req)
		}
	}()
	settled(ready)
	ctx, cancel = context.WithCancel(context.Background())
	return ctx.Err()
}
