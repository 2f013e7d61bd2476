// Package server serves requests.
package server

import (
	"net"
	"net/http"
	"time"
)

func helperBad(h http.Handler) error {
	return http.ListenAndServe(":8080", h) // want `http.ListenAndServe sets no timeouts: a client that sends its header slowly keeps a connection and a goroutine for ever`
}

func tlsHelperBad(h http.Handler) error {
	return http.ListenAndServeTLS(":8443", "cert", "key", h) // want `http.ListenAndServeTLS sets no timeouts`
}

func serveBad(l net.Listener, h http.Handler) {
	go func() {
		_ = http.Serve(l, h) // want `http.Serve sets no timeouts`
	}()
}

func literalBad(h http.Handler) error {
	srv := &http.Server{Addr: ":8080", Handler: h} // want `srv has neither ReadHeaderTimeout nor ReadTimeout`
	return srv.ListenAndServe()
}

func literalOk(h http.Handler) error {
	srv := &http.Server{Addr: ":8080", Handler: h, ReadHeaderTimeout: 10 * time.Second}
	return srv.ListenAndServe()
}

func readTimeoutOk(h http.Handler) error {
	srv := &http.Server{Addr: ":8080", Handler: h, ReadTimeout: 10 * time.Second}
	return srv.ListenAndServe()
}

func writeTimeoutOnlyBad(h http.Handler) error {
	srv := &http.Server{ // want `srv has neither ReadHeaderTimeout nor ReadTimeout`
		Addr:         ":8080",
		Handler:      h,
		WriteTimeout: time.Minute,
	}
	return srv.ListenAndServe()
}

func newBad(h http.Handler) error {
	srv := new(http.Server) // want `srv has neither ReadHeaderTimeout nor ReadTimeout`
	srv.Handler = h
	return srv.ListenAndServe()
}

func newOk(h http.Handler) error {
	srv := new(http.Server)
	srv.Handler = h
	srv.ReadHeaderTimeout = time.Second
	return srv.ListenAndServe()
}

type daemon struct {
	srv   *http.Server
	late  *http.Server
	value http.Server
	plain http.Server
}

func newDaemon(h http.Handler) *daemon {
	d := &daemon{srv: new(http.Server)} // want `srv has neither ReadHeaderTimeout nor ReadTimeout`
	d.srv.Handler = h
	d.late = &http.Server{Handler: h}
	return d
}

func (d *daemon) run(l net.Listener) error {
	d.late.ReadTimeout = time.Second
	go func() { _ = d.late.Serve(l) }()
	return d.srv.Serve(l)
}

func (d *daemon) runValues(l net.Listener, h http.Handler) error {
	d.value.Handler = h
	d.value.ReadHeaderTimeout = time.Second
	go func() { _ = d.value.Serve(l) }()
	d.plain.Handler = h
	return d.plain.Serve(l) // want `d.plain has neither ReadHeaderTimeout nor ReadTimeout`
}

func configure(srv *http.Server, d time.Duration) {
	srv.ReadHeaderTimeout = d
}

func helperSetsOk(h http.Handler) error {
	srv := &http.Server{Handler: h}
	configure(srv, time.Second)
	return srv.ListenAndServe()
}

func hookMaySetOk(h http.Handler, hook func(*http.Server)) error {
	srv := &http.Server{Handler: h}
	hook(srv)
	return srv.ListenAndServe()
}

// New leaves the timeouts to the caller, who is not seen here.
func New(h http.Handler) *http.Server {
	return &http.Server{Handler: h}
}

func localBuild(h http.Handler) *http.Server {
	return &http.Server{Handler: h} // want `http.Server has neither ReadHeaderTimeout nor ReadTimeout`
}

func useLocalBuild(h http.Handler) error {
	return localBuild(h).ListenAndServe()
}

func useLocalBuildOk(h http.Handler) error {
	srv := buildLater(h)
	srv.ReadTimeout = time.Second
	return srv.ListenAndServe()
}

func buildLater(h http.Handler) *http.Server { return &http.Server{Handler: h} }

func neverServedOk() string {
	srv := &http.Server{Addr: ":8080"}
	return srv.Addr
}

func loopbackOk() error {
	return http.ListenAndServe("localhost:6060", nil)
}

func loopbackServerOk(h http.Handler, port string) error {
	srv := &http.Server{Addr: "127.0.0.1:" + port, Handler: h}
	return srv.ListenAndServe()
}

func unixOk(h http.Handler) error {
	l, err := net.Listen("unix", "/run/app.sock")
	if err != nil {
		return err
	}
	return http.Serve(l, h)
}

func copiedConfigOk(base http.Server, h http.Handler) error {
	srv := base
	srv.Handler = h
	return srv.ListenAndServe()
}
