// Package registry: channels that are kept in a map and closed one by one or all at
// once, each beside a correct twin.
package registry

import "sync"

type publisher struct {
	mu   sync.RWMutex
	subs map[chan string]bool
}

func (p *publisher) Subscribe() chan string {
	ch := make(chan string, 1)
	p.mu.Lock()
	p.subs[ch] = true
	p.mu.Unlock()
	return ch
}

func (p *publisher) Evict(ch chan string) {
	p.mu.Lock()
	delete(p.subs, ch)
	close(ch) // want `\(\*publisher\)\.Close closes every channel of p\.subs \(registry.go:\d+\), and \(\*publisher\)\.Evict does not ask whether its own is still there: closing it again panics`
	p.mu.Unlock()
}

// EvictKnown asks.
func (p *publisher) EvictKnown(ch chan string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, ok := p.subs[ch]; ok {
		delete(p.subs, ch)
		close(ch)
	}
}

// EvictListed asks, too.
func (p *publisher) EvictListed(ch chan string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.subs[ch] {
		return
	}
	delete(p.subs, ch)
	close(ch)
}

// EvictSafe expects the panic.
func (p *publisher) EvictSafe(ch chan string) {
	defer func() { recover() }()
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.subs, ch)
	close(ch)
}

// Forget leaves the channel open.
func (p *publisher) Forget(ch chan string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.subs, ch)
}

// drop is called with what is known to be there.
func (p *publisher) drop(ch chan string) {
	delete(p.subs, ch)
	close(ch)
}

func (p *publisher) DropIdle(idle func(chan string) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for ch := range p.subs {
		if idle(ch) {
			p.drop(ch)
		}
	}
}

func (p *publisher) Close() {
	p.mu.Lock()
	for ch := range p.subs {
		delete(p.subs, ch)
		close(ch)
	}
	p.mu.Unlock()
}

// topic is a channel of its own type, as the map names it.
type topic chan string

type board struct {
	mu     sync.Mutex
	topics map[topic]int
}

func (b *board) Evict(ch chan string) {
	b.mu.Lock()
	delete(b.topics, ch)
	close(ch) // want `\(\*board\)\.Close closes every channel of b\.topics`
	b.mu.Unlock()
}

func (b *board) Close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	for t := range b.topics {
		close(t)
	}
	clear(b.topics)
}

type calls struct {
	mu      sync.Mutex
	pending map[int]chan error
}

func (c *calls) Cancel(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := c.pending[id]
	delete(c.pending, id)
	close(ch) // want `\(\*calls\)\.Shutdown closes every channel of c\.pending \(registry.go:\d+\), and \(\*calls\)\.Cancel does not ask whether its own is still there: closing what is not there any more panics`
}

func (c *calls) CancelKnown(id int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ch := c.pending[id]; ch != nil {
		delete(c.pending, id)
		close(ch)
	}
}

func (c *calls) Shutdown() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, ch := range c.pending {
		close(ch)
	}
	c.pending = nil
}

// openEnded closes its channels one by one only.
type openEnded struct {
	mu   sync.Mutex
	subs map[chan int]struct{}
}

func (o *openEnded) Evict(ch chan int) {
	o.mu.Lock()
	delete(o.subs, ch)
	close(ch)
	o.mu.Unlock()
}

func (o *openEnded) Each(f func(chan int)) {
	o.mu.Lock()
	for ch := range o.subs {
		f(ch)
	}
	o.mu.Unlock()
}

// single is for one goroutine: no lock says that others come.
type single struct{ subs map[chan int]bool }

func (s *single) Evict(ch chan int) {
	delete(s.subs, ch)
	close(ch)
}

func (s *single) Close() {
	for ch := range s.subs {
		close(ch)
	}
	s.subs = nil
}
