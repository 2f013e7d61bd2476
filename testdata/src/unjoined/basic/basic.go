// Package basic holds goroutines that announce their end to nobody, each with a repaired twin.
package basic

import (
	"errors"
	"os"
	"sync"
)

// -- a path that does not wait --

func saveBad(name string, data []byte, dry bool) error {
	done := make(chan error, 1)
	go func() { // want `basic\.go:\d+ returns without waiting for this goroutine: it says on done when it has ended, and what it writes may be cut short`
		done <- os.WriteFile(name, data, 0o600)
	}()
	if dry {
		return errors.New("dry run")
	}
	return <-done
}

func saveOk(name string, data []byte, dry bool) error {
	if dry {
		return errors.New("dry run")
	}
	done := make(chan error, 1)
	go func() {
		done <- os.WriteFile(name, data, 0o600)
	}()
	return <-done
}

func waitGroupBad(a, b string) error {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { // want `basic\.go:\d+ returns without waiting for this goroutine: wg counts it, but wg\.Wait is not reached on that path`
		defer wg.Done()
		_ = os.WriteFile(a, nil, 0o600)
	}()
	if _, err := os.Stat(b); err != nil {
		return err
	}
	wg.Wait()
	return nil
}

func waitGroupOk(a, b string) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = os.WriteFile(a, nil, 0o600)
	}()
	if _, err := os.Stat(b); err != nil {
		return err
	}
	return nil
}

func loopBad(names []string) error {
	var wg sync.WaitGroup
	for _, n := range names[:3] {
		if n == "" {
			return errors.New("no name")
		}
		wg.Go(func() { _ = os.WriteFile(n, nil, 0o600) }) // want `basic\.go:\d+ returns without waiting for this goroutine: wg counts it`
	}
	wg.Wait()
	return nil
}

func loopOk(names []string) error {
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, n := range names[:3] {
		if n == "" {
			return errors.New("no name")
		}
		wg.Go(func() { _ = os.WriteFile(n, nil, 0o600) })
	}
	return nil
}

func closedBad(f *os.File, quick bool) int {
	n := 0
	done := make(chan struct{})
	go func() { // want `basic\.go:\d+ returns without waiting for this goroutine: it says on done when it has ended`
		defer close(done)
		n, _ = f.Write([]byte("x"))
	}()
	if quick {
		return 0
	}
	<-done
	return n
}

func closedOk(f *os.File, quick bool) int {
	n := 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		n, _ = f.Write([]byte("x"))
	}()
	<-done
	if quick {
		return 0
	}
	return n
}

func deferCloseBad(name string, check func() error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	defer f.Close()
	done := make(chan struct{})
	go func() { // want `basic\.go:\d+ returns without waiting for this goroutine`
		defer close(done)
		_, _ = f.WriteString("header")
	}()
	if err := check(); err != nil {
		return err
	}
	<-done
	return nil
}

func switchBad(kind int, name string) error {
	errc := make(chan error, 1)
	go func() { errc <- os.WriteFile(name, nil, 0o600) }() // want `basic\.go:\d+ returns without waiting for this goroutine`
	switch kind {
	case 0:
		return <-errc
	case 1:
		return errors.Join(<-errc, errors.New("kind"))
	default:
		return errors.New("unknown kind")
	}
}

func namedBad(name string, wg *sync.WaitGroup) { write(name); wg.Done() }

func write(name string) { _ = os.WriteFile(name, nil, 0o600) }

func namedGoBad(name string, stop bool) {
	wg := new(sync.WaitGroup)
	wg.Add(1)
	go namedBad(name, wg) // want `basic\.go:\d+ returns without waiting for this goroutine: wg counts it`
	if stop {
		return
	}
	wg.Wait()
}

func panicking(name string, bad bool) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		write(name)
	}()
	if bad {
		panic("bad")
	}
	wg.Wait()
}

// -- nobody waits at all --

func neverBad(names []string) {
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() { // want `wg counts this goroutine, and nobody calls wg\.Wait`
			defer wg.Done()
			write(n)
		}()
	}
}

func neverOk(names []string) {
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			write(n)
		}()
	}
	wg.Wait()
}

func neverGoBad(name string) {
	var wg sync.WaitGroup
	wg.Go(func() { write(name) }) // want `wg counts this goroutine, and nobody calls wg\.Wait`
}

func neverClosedBad(name string) {
	done := make(chan struct{})
	go func() { // want `this goroutine closes done when it has ended, and nobody receives from it`
		defer close(done)
		write(name)
	}()
}

func neverClosedOk(name string) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		write(name)
	}()
	<-done
}

// -- types whose Stop forgets --

type flusher struct {
	wg   sync.WaitGroup
	quit chan struct{}
	name string
}

func (f *flusher) startBad() {
	f.wg.Add(1)
	go func() { // want `f\.wg counts this goroutine, and nobody calls flusher\.wg\.Wait`
		defer f.wg.Done()
		<-f.quit
		write(f.name)
	}()
}

func (f *flusher) Stop() { close(f.quit) }

type waiter struct {
	wg   sync.WaitGroup
	quit chan struct{}
	name string
}

func (w *waiter) startOk() {
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		<-w.quit
		write(w.name)
	}()
}

func (w *waiter) Stop() {
	close(w.quit)
	w.wg.Wait()
}
