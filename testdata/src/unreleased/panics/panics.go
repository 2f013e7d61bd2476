// Package panics recovers from panics that leave locks held, or not.
package panics

import (
	"errors"
	"log"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

type hub struct {
	mu       sync.Mutex
	handlers map[string]func(string) error
	seen     map[string]int
	last     string
}

var errNoHandler = errors.New("no handler")

// The function expects its handlers to panic.
func (h *hub) dispatchBad(name string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errNoHandler
		}
	}()
	h.mu.Lock()
	h.seen[name]++
	err = h.handlers[name](name) // want `a panic in this call leaves h.mu locked since panics.go:30, while \(\*hub\).dispatchBad \(panics.go:25\) recovers; the next goroutine that locks it waits for ever`
	h.mu.Unlock()
	return err
}

func (h *hub) dispatchOk(name string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errNoHandler
		}
	}()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.seen[name]++
	return h.handlers[name](name)
}

// The handler runs outside the critical section.
func (h *hub) dispatchLaterOk(name string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errNoHandler
		}
	}()
	h.mu.Lock()
	h.seen[name]++
	f := h.handlers[name]
	h.mu.Unlock()
	return f(name)
}

// The recovering function releases it.
func (h *hub) dispatchUnlocksOk(name string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			h.mu.Unlock()
			err = errNoHandler
		}
	}()
	h.mu.Lock()
	err = h.handlers[name](name)
	h.mu.Unlock()
	return err
}

// The panic goes on.
func (h *hub) dispatchAgainOk(name string) error {
	defer func() {
		if r := recover(); r != nil {
			log.Print(r)
			panic(r)
		}
	}()
	h.mu.Lock()
	err := h.handlers[name](name)
	h.mu.Unlock()
	return err
}

// The process ends.
func (h *hub) dispatchExitOk(name string) error {
	defer func() {
		if r := recover(); r != nil {
			os.Exit(2)
		}
	}()
	h.mu.Lock()
	err := h.handlers[name](name)
	h.mu.Unlock()
	return err
}

// Nobody recovers.
func (h *hub) countOk(name string) {
	h.mu.Lock()
	if h.seen[name] < 0 {
		panic("count of " + name + " below zero")
	}
	h.seen[name]++
	h.mu.Unlock()
}

type parser struct {
	mu   sync.Mutex
	text string
	pos  int
}

type syntaxError struct{ pos int }

func (p *parser) fail() { panic(syntaxError{p.pos}) }

// The caller turns panics into errors.
func (p *parser) parse() (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errors.New("syntax error")
		}
	}()
	p.statement()
	p.statementOk()
	p.trustedOk()
	return nil
}

func (p *parser) statement() {
	p.mu.Lock()
	if p.pos >= len(p.text) {
		p.fail() // want `this call may panic \(panics.go:122\) and leave p.mu locked since panics.go:138, while \(\*parser\).parse \(panics.go:126\) recovers`
	}
	p.pos++
	p.mu.Unlock()
}

func (p *parser) statementOk() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pos >= len(p.text) {
		p.fail()
	}
	p.pos++
}

// A program that is wrong should say so.
func (p *parser) trustedOk() {
	p.mu.Lock()
	if p.pos < 0 {
		panic("BUG: negative position")
	}
	p.pos++
	p.mu.Unlock()
}

// Loops over functions and selects have panics that nobody wrote.
func (h *hub) lookOk(names []string, stop chan struct{}) (n int) {
	h.mu.Lock()
	n = h.total(names, stop)
	h.mu.Unlock()
	return n
}

func (h *hub) total(names []string, stop chan struct{}) (n int) {
	for name := range slices.Values(names) {
		select {
		case <-stop:
		case <-time.After(time.Second):
			n += h.seen[name]
		}
	}
	return n
}

func (h *hub) serveOk(names []string, stop chan struct{}) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errNoHandler
		}
	}()
	return h.lookOk(names, stop), nil
}

// net/http recovers from the panics of handlers.
func (h *hub) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	h.mu.Lock()
	if req.URL.Path == "" {
		panic(http.ErrAbortHandler) // want `this panic leaves h.mu locked since panics.go:195, while net/http recovers; the next goroutine that locks it waits for ever`
	}
	h.last = req.URL.Path
	h.mu.Unlock()
}

// Missed: nobody writes out the panic of an index.
func (h *hub) FN_index(names []string) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = errNoHandler
		}
	}()
	h.mu.Lock()
	h.last = names[0]
	h.mu.Unlock()
	return nil
}
