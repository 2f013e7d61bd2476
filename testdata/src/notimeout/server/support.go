package server

import (
	"net/http"
	"net/http/httptest"
)

func testServerOk(h http.Handler) *httptest.Server {
	return &httptest.Server{Config: &http.Server{Handler: h}}
}

func testSupportOk(h http.Handler) error { return http.ListenAndServe(":0", h) }
