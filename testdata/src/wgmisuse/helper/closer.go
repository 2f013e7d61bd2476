package helper

import "sync"

// A Closer counts what its client says: who starts something calls Done when it has ended.
type Closer struct {
	closed  chan struct{}
	once    sync.Once
	waiting sync.WaitGroup
}

func NewCloser(initial int) *Closer {
	c := &Closer{closed: make(chan struct{})}
	c.waiting.Add(initial)
	return c
}

func (c *Closer) AddRunning(n int) { c.waiting.Add(n) }

func (c *Closer) Signal() { c.once.Do(func() { close(c.closed) }) }

func (c *Closer) HasBeenClosed() <-chan struct{} { return c.closed }

func (c *Closer) Done() {
	if c == nil {
		return
	}
	c.waiting.Done()
}

func (c *Closer) Wait() { c.waiting.Wait() }

func (c *Closer) SignalAndWait() {
	c.Signal()
	c.Wait()
}
