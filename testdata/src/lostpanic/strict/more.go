package strict

import (
	"log"
	"os"
	"sync"
)

// -- further ways of protecting one and not the other --

type plugin interface{ Run() error }

type host struct {
	plugins []plugin
	onError func(error)
	wg      sync.WaitGroup
}

func (h *host) logPanic() {
	if r := recover(); r != nil {
		log.Print(r)
	}
}

func (h *host) startFirst() {
	h.wg.Add(1)
	go func() {
		defer h.wg.Done()
		defer h.logPanic()
		if err := h.plugins[0].Run(); err != nil {
			h.onError(err)
		}
	}()
}

func (h *host) startSecondBad() {
	h.wg.Add(1)
	go func() { // want `a panic of .*Run in this goroutine ends the process: unlike the one started at more\.go:\d+ it has no recover`
		defer h.wg.Done()
		_ = h.plugins[1].Run()
	}()
}

func (h *host) startSecondOk() {
	h.wg.Add(1)
	go func() {
		defer h.wg.Done()
		defer h.logPanic()
		_ = h.plugins[1].Run()
	}()
}

func (h *host) reportBad(err error) {
	go func() { // want `a panic of h\.onError in this goroutine ends the process`
		h.onError(err)
	}()
}

func (h *host) reportOk(err error) {
	go func() {
		defer h.logPanic()
		h.onError(err)
	}()
}

func (h *host) namedBad() {
	go h.runLast() // want `a panic of .*Run in this goroutine ends the process`
}

func (h *host) runLast() { _ = h.plugins[len(h.plugins)-1].Run() }

func (h *host) namedOk() { go h.runLastSafely() }

func (h *host) runLastSafely() {
	defer h.logPanic()
	_ = h.plugins[len(h.plugins)-1].Run()
}

// own calls only code of this package and of the standard library.
func (h *host) own() {
	go func() {
		if err := os.Remove("tmp"); err != nil {
			log.Print(err)
		}
	}()
}

// waits only waits.
func (h *host) waits(done chan<- struct{}) {
	go func() {
		h.wg.Wait()
		close(done)
	}()
}

// explained says why.
func (h *host) explained(err error) {
	go func() { // a panic here is meant to end the process: on purpose no recover
		h.onError(err)
	}()
}

func loopBad(fs []func()) {
	go func() {
		defer report()
		fs[0]()
	}()
	for _, f := range fs[1:] {
		go func() { // want `a panic of fs\[\] in this goroutine ends the process`
			f()
		}()
	}
}

func loopOk(fs []func()) {
	for _, f := range fs {
		go func() {
			defer report()
			f()
		}()
	}
}

type other struct{ f func() }

// otherType has siblings in another type only.
func (o *other) otherType() { go func() { o.f() }() }
