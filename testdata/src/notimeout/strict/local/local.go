// Package local serves this machine alone.
package local

import "net/http"

func loopback() error {
	return http.ListenAndServe("localhost:6060", nil) // want `http.ListenAndServe sets no timeouts`
}

func open(h http.Handler) error {
	return http.ListenAndServe(":6060", h) // want `http.ListenAndServe sets no timeouts`
}
