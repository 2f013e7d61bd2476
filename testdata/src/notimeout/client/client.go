// Package client sends requests.
package client

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

func getBad(u string) (*http.Response, error) {
	return http.Get(u) // want `http.Get has no timeout: a peer that accepts and never answers blocks it for ever`
}

func getOk(ctx context.Context, u string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func postBad(u, body string) (*http.Response, error) {
	return http.Post(u, "text/plain", strings.NewReader(body)) // want `http.Post has no timeout`
}

func postFormBad(u string) (*http.Response, error) {
	return http.PostForm(u, url.Values{}) // want `http.PostForm has no timeout`
}

func defaultClientBad(u string) (*http.Response, error) {
	return http.DefaultClient.Get(u) // want `http.Client.Get has no timeout: http.DefaultClient has none and the request has no context`
}

func defaultClientDoBad(u string) (*http.Response, error) {
	req, err := http.NewRequest(http.MethodPost, u, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "text/plain")
	return http.DefaultClient.Do(req) // want `http.Client.Do has no timeout: http.DefaultClient has none and the request has no context`
}

func backgroundRequestBad(u string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req) // want `http.Client.Do has no timeout`
}

func backgroundRequestOk(u string) (*http.Response, error) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func literalBad(u string) (*http.Response, error) {
	client := &http.Client{} // want `client has no Timeout, and http.Client.Get \(client.go:\d+\) sends a request without context`
	return client.Get(u)
}

func literalOk(u string) (*http.Response, error) {
	client := &http.Client{Timeout: 10 * time.Second}
	return client.Get(u)
}

func opaqueTransportBad(u []string, rt http.RoundTripper) (int, error) {
	cc := &http.Client{ // want `cc has no Timeout, and http.Client.Get \(client.go:\d+\) sends a request without context`
		Transport: rt,
	}
	for _, addr := range u {
		resp, err := cc.Get(addr)
		if err != nil {
			continue
		}
		resp.Body.Close()
		return resp.StatusCode, nil
	}
	return 0, io.EOF
}

func opaqueTransportOk(u string, rt http.RoundTripper) (*http.Response, error) {
	cc := &http.Client{
		Transport: rt,
		Timeout:   time.Minute,
	}
	return cc.Get(u)
}

func laterTimeoutOk(u string, d time.Duration) (*http.Response, error) {
	c := &http.Client{}
	c.Timeout = d
	return c.Head(u)
}

func zeroValueBad(u string) (*http.Response, error) {
	var c http.Client // want `c has no Timeout, and http.Client.Head \(client.go:\d+\) sends a request without context`
	return c.Head(u)
}

func zeroTimeoutBad(u string) (*http.Response, error) {
	c := http.Client{Timeout: 0} // want `c has no Timeout`
	return c.Head(u)
}

func transportTimeoutOk(u string) (*http.Response, error) {
	c := &http.Client{Transport: &http.Transport{ResponseHeaderTimeout: time.Second}}
	return c.Get(u)
}

func configured(c *http.Client) { c.Timeout = time.Second }

func helperSetsOk(u string) (*http.Response, error) {
	c := &http.Client{}
	configured(c)
	return c.Get(u)
}

func ctxOnZeroClientOk(ctx context.Context, u string) (*http.Response, error) {
	c := &http.Client{}
	req, err := http.NewRequest(http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	req = req.WithContext(ctx)
	return c.Do(req)
}

func nilCtxOk(ctx context.Context, u string) (*http.Response, error) {
	if ctx == nil {
		ctx = context.Background()
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req)
}

func callerClientOk(c *http.Client, u string) (*http.Response, error) {
	return c.Get(u)
}

func callerClientBad(u string) (*http.Response, error) {
	c := new(http.Client) // want `c has no Timeout, and callerClientOk \(client.go:\d+\) sends a request without context`
	return callerClientOk(c, u)
}

type api struct {
	http *http.Client
	slow *http.Client
	any  *http.Client
}

func newAPI(c *http.Client) *api {
	return &api{
		http: &http.Client{Timeout: time.Second},
		slow: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }}, // want `slow has no Timeout, and http.Client.Get \(client.go:\d+\) sends a request without context`
		any:  c,
	}
}

func (a *api) fast(u string) (*http.Response, error) {
	return a.http.Get(u)
}

func (a *api) crawl(u string) (*http.Response, error) {
	return a.slow.Get(u)
}

func (a *api) unknown(u string) (*http.Response, error) {
	return a.any.Get(u)
}

var shared = &http.Client{Timeout: time.Minute}

func sharedOk(u string) (*http.Response, error) {
	return shared.Get(u)
}

var lazy = &http.Client{} // want `lazy has no Timeout, and http.Client.Get \(client.go:\d+\) sends a request without context`

func lazyBad(u string) (*http.Response, error) {
	return lazy.Get(u)
}

func newClient(d time.Duration) *http.Client { return &http.Client{Timeout: d} }

func constructorOk(u string) (*http.Response, error) {
	return newClient(time.Second).Get(u)
}

func derived(ctx context.Context) context.Context { return context.WithValue(ctx, key{}, 1) }

type key struct{}

func derivedBad(u string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(derived(context.Background()), http.MethodGet, u, nil)
	if err != nil {
		return nil, err
	}
	return http.DefaultClient.Do(req) // want `http.Client.Do has no timeout`
}

func copyOfDefaultBad(u string, rt http.RoundTripper) (*http.Response, error) {
	c := *http.DefaultClient // want `c has no Timeout`
	c.Transport = rt
	return c.Get(u)
}

func copyOfDefaultOk(u string) (*http.Response, error) {
	c := *http.DefaultClient
	c.Timeout = time.Second
	return c.Get(u)
}
