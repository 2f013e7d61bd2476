// Package strict: closes that panic only if a caller does something twice.
package strict

import "sync"

type Stopper struct{ quit chan struct{} }

func NewStopper() *Stopper {
	s := &Stopper{quit: make(chan struct{})}
	go s.run()
	return s
}

func (s *Stopper) run() { <-s.quit }

func (s *Stopper) StopBad() {
	close(s.quit) // want `\(\*Stopper\).StopBad may close s.quit a second time`
}

type Once struct {
	once sync.Once
	quit chan struct{}
}

func NewOnce() *Once {
	o := &Once{quit: make(chan struct{})}
	go func() { <-o.quit }()
	return o
}

func (o *Once) StopOk() { o.once.Do(func() { close(o.quit) }) }

type Flagged struct {
	mu     sync.Mutex
	closed bool
	quit   chan struct{}
}

func NewFlagged() *Flagged {
	f := &Flagged{quit: make(chan struct{})}
	go func() { <-f.quit }()
	return f
}

func (f *Flagged) StopOk() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.closed {
		return
	}
	f.closed = true
	close(f.quit)
}

// Feed is closed while a sender may be on its way.
type Feed struct{ c chan int }

func NewFeed() *Feed {
	f := &Feed{c: make(chan int, 1)}
	go func() {
		for range f.c {
		}
	}()
	return f
}

func (f *Feed) PutBad(x int) {
	f.c <- x // want `\(\*Feed\).PutBad may send on f.c after it is closed`
}

func (f *Feed) Close() {
	close(f.c) // want `\(\*Feed\).Close may close f.c a second time`
}
