// Package slots has channels of one slot that serve as locks.
package slots

type counter struct {
	sem chan struct{}
	n   int
}

func newCounter() *counter { return &counter{sem: make(chan struct{}, 1)} }

func (c *counter) get() int {
	c.sem <- struct{}{}
	defer func() { <-c.sem }()
	return c.n
}

func (c *counter) doubleBad() {
	c.sem <- struct{}{}
	c.n = 2 * c.get() // want `c.sem is locked again by \(\*counter\).get \(slots.go:12\); it is already held since slots.go:18 and is not re-entrant`
	<-c.sem
}

func (c *counter) doubleOk() {
	n := c.get()
	c.sem <- struct{}{}
	c.n = 2 * n
	<-c.sem
}

// Several slots do not exclude each other.
type pool struct{ sem chan struct{} }

func newPool() *pool { return &pool{sem: make(chan struct{}, 8)} }

func (p *pool) one() {
	p.sem <- struct{}{}
	defer func() { <-p.sem }()
}

func (p *pool) nestedOk() {
	p.sem <- struct{}{}
	p.one()
	<-p.sem
}
