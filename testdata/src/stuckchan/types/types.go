// Package types: types whose methods meet at channels.
package types

import (
	"context"
	"io"
	"sync"
	"time"
)

// Loop has a run loop that ends, and a method that asks it without looking.
type Loop struct {
	ask  chan chan int
	stop chan struct{}
	done chan struct{}
}

func NewLoop() *Loop {
	l := &Loop{ask: make(chan chan int), stop: make(chan struct{}), done: make(chan struct{})}
	go l.run()
	return l
}

func (l *Loop) run() {
	defer close(l.done)
	for {
		select {
		case c := <-l.ask:
			c <- 1
		case <-l.stop:
			return
		}
	}
}

func (l *Loop) Count() int {
	c := make(chan int)
	l.ask <- c // want `sends on l.ask and may wait for ever`
	return <-c
}

func (l *Loop) CountOk() int {
	c := make(chan int)
	select {
	case l.ask <- c:
		return <-c
	case <-l.done:
		return 0
	}
}

func (l *Loop) Stop() {
	select {
	case l.stop <- struct{}{}:
	case <-l.done:
	}
	<-l.done
}

// Sink stops its ticker and forgets the goroutine.
type Sink struct {
	mu     sync.Mutex
	once   sync.Once
	ticker *time.Ticker
	w      io.Writer
}

func NewSink(w io.Writer) *Sink { return &Sink{w: w} }

func (s *Sink) Write(p []byte) {
	s.once.Do(s.start)
	s.mu.Lock()
	s.w.Write(p)
	s.mu.Unlock()
}

func (s *Sink) start() {
	s.ticker = time.NewTicker(time.Minute)
	go func() {
		for range s.ticker.C { // want `ranges over s.ticker.C and may wait for ever once s.ticker is stopped`
			s.mu.Lock()
			s.w.Write(nil)
			s.mu.Unlock()
		}
	}()
}

func (s *Sink) Close() {
	if s.ticker != nil {
		s.ticker.Stop()
	}
}

// Queue is served until closed, and further calls free whoever waits.
type Queue struct{ c chan int }

func NewQueue() *Queue { return &Queue{c: make(chan int)} }

func (q *Queue) Put(x int) { q.c <- x }
func (q *Queue) Get() int  { return <-q.c }

// Result channels.

func ResultBad(ctx context.Context) <-chan error {
	c := make(chan error)
	go func() {
		select {
		case <-ctx.Done():
			c <- ctx.Err() // want `c has no room for the result .*if the caller of ResultBad stops waiting, this send blocks for ever`
			return
		case <-time.After(time.Second):
		}
		c <- nil
	}()
	return c
}

func ResultOk() <-chan error {
	c := make(chan error, 1)
	go func() { c <- nil }()
	return c
}

// StreamOk sends many values: its consumer reads to the end.
func StreamOk(xs []int) <-chan int {
	c := make(chan int)
	go func() {
		defer close(c)
		for _, x := range xs {
			c <- x
		}
	}()
	return c
}

// ClosedOk only closes.
func ClosedOk() <-chan struct{} {
	c := make(chan struct{})
	go func() {
		time.Sleep(time.Second)
		close(c)
	}()
	return c
}

func internalOk() <-chan int {
	c := make(chan int)
	go func() { c <- 1 }()
	return c
}

var _ = <-internalOk()

// adaptor is opened by the function that runs it, not by a method.
type adaptor struct {
	mode  chan int
	ready chan struct{}
}

func newAdaptor() *adaptor {
	return &adaptor{mode: make(chan int, 1), ready: make(chan struct{})}
}

func (r *adaptor) Flush() {
	select {
	case r.mode <- 1:
	default:
	}
	<-r.ready
}

func serveAdaptor(handle func(*adaptor)) {
	r := newAdaptor()
	go handle(r)
	if <-r.mode == 1 {
		close(r.ready)
	}
}
