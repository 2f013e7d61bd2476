package silent

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"time"
)

// The handler answers on a channel, which only the goroutine's request makes it do.
func AskOk(url string) error {
	got := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- struct{}{}
		<-r.Context().Done()
	}))
	defer srv.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() { cancel() }()
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+url, nil)
		if err == nil {
			_, _ = http.DefaultClient.Do(req)
		}
	}()
	<-got
	ctx, cancel = context.WithCancel(context.Background())
	if ctx.Err() != nil {
		return errors.New("cancelled")
	}
	return nil
}

// A helper waits for the answer, or gives up.
func answered(got chan struct{}, want bool) {
	if !want {
		return
	}
	select {
	case <-got:
	case <-time.After(time.Second):
		panic("no answer")
	}
}

func AskHelpedOk(url string) error {
	got := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got <- struct{}{}
	}))
	defer srv.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer func() { cancel() }()
	go func() {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, srv.URL+url, nil)
		if err == nil {
			_, _ = http.DefaultClient.Do(req)
		}
	}()
	answered(got, true)
	ctx, cancel = context.WithCancel(context.Background())
	return ctx.Err()
}
