package server

import (
	"net"
	"net/http"
	"testing"
)

// A server that only a test makes talks to the test alone, also where the code under test runs it.
func TestHolder(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	h := &holder{srv: &http.Server{}, l: l}
	l.Close()
	h.run()
}
