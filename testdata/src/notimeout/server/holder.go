package server

import (
	"net"
	"net/http"
	"time"
)

type holder struct {
	srv *http.Server
	l   net.Listener
}

func newHolder(l net.Listener) *holder {
	return &holder{srv: &http.Server{ReadTimeout: 5 * time.Second}, l: l}
}

func (h *holder) run() { _ = h.srv.Serve(h.l) }
