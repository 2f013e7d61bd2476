package types

import (
	"context"
	"io"
	"sync"
)

// A Fake lets its client read what it was told.
type Fake struct {
	Events chan string
}

func NewFake(n int) *Fake { return &Fake{Events: make(chan string, n)} }

func (f *Fake) Event(s string) {
	if f.Events != nil {
		f.Events <- s
	}
}

func (f *Fake) Eventf(s string) { f.Event(s + "!") }

// A queue of any type of things, whose channel is made in a literal.
type queue[T any] struct {
	in   chan<- T
	quit chan struct{}
}

func newQueue[T any]() *queue[T] {
	in := make(chan T)
	q := &queue[T]{in: in, quit: make(chan struct{})}
	go func() {
		for {
			select {
			case <-in:
			case <-q.quit:
				return
			}
		}
	}()
	return q
}

func (q *queue[T]) push(x T) { q.in <- x }

func (q *queue[T]) stop() { close(q.quit) }

func useQueue() {
	q := newQueue[int]()
	defer q.stop()
	q.push(1)
}

// What a constructor returns beside the object is the client's, too.
type reader struct {
	mu   sync.Mutex
	cond *sync.Cond
	ctx  context.Context
}

func pipe() (*reader, func()) {
	ctx, cancel := context.WithCancel(context.Background())
	r := &reader{ctx: ctx}
	r.cond = sync.NewCond(&r.mu)
	go func() {
		<-ctx.Done()
		r.mu.Lock()
		r.cond.Broadcast()
		r.mu.Unlock()
	}()
	return r, cancel
}

func (r *reader) Read(done <-chan struct{}) error {
	go func() {
		<-done
		r.mu.Lock()
		r.cond.Broadcast()
		r.mu.Unlock()
	}()
	return r.ctx.Err()
}

// Pipe hands out both.
func Pipe() (*reader, func()) { return pipe() }

// Copies are told apart by their names: two of three say that they are done.
func copies(out, errs, in io.ReadWriter) error {
	done := make(chan struct{}, 2)
	failed := make(chan error, 1)
	cp := func(name string, dst io.Writer, src io.Reader) {
		_, _ = io.Copy(dst, src)
		if name == "out" || name == "err" {
			done <- struct{}{}
		}
	}
	go cp("in", in, out)
	go cp("out", out, in)
	go cp("err", errs, in)
	select {
	case <-done:
	case err := <-failed:
		return err
	}
	return nil
}

// All three say it, and there is room for two less the one that was received.
func copiesBad(out, errs, in io.ReadWriter) {
	done := make(chan struct{})
	cp := func(name string, dst io.Writer, src io.Reader) {
		_, _ = io.Copy(dst, src)
		if name == "out" || name == "err" {
			done <- struct{}{} // want `the goroutine started at kinds.go:\d+ sends on done and may wait for ever.*: nobody is left to receive`
		}
	}
	go cp("in", in, out)
	go cp("out", out, in)
	go cp("err", errs, in)
	<-done
}

type note struct{ kind, text string }

// relay ends with the message that ends its reader.
func relay(in <-chan *note) <-chan *note {
	out := make(chan *note)
	go func() {
		defer close(out)
		for m := range in {
			out <- m
			if m.kind == "end" {
				return
			}
		}
	}()
	return out
}

func collect(in <-chan *note) (all []string) {
	for m := range relay(in) {
		if m.kind == "end" {
			break
		}
		all = append(all, m.text)
	}
	return all
}

// collectBad leaves at a message that the other side does not know.
func collectBad(in <-chan *note) string {
	for m := range relayBad(in) {
		if m.kind == "stop" {
			return m.text
		}
	}
	return ""
}

func relayBad(in <-chan *note) <-chan *note {
	out := make(chan *note)
	go func() {
		defer close(out)
		for m := range in {
			out <- m // want `the goroutine started at kinds.go:\d+ sends on out and may wait for ever.*: nobody is left to receive`
			if m.kind == "end" {
				return
			}
		}
	}()
	return out
}
