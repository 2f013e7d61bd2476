// Package c does not import a.
package c

import (
	"errors"

	"unreleased/chain/b"
)

func bad(h *b.Hall, fail bool) error {
	h.Open()
	if fail {
		return errors.New("fail") // want `this path returns with h.G.mu still locked since c.go:11`
	}
	h.Close()
	return nil
}

func ok(h *b.Hall, fail bool) error {
	h.Open()
	defer h.Close()
	if fail {
		return errors.New("fail")
	}
	return nil
}
