package silent

import (
	"sync"
	"time"
)

// A carrier sets itself up on first use: the function of the Once runs once, so no second run of it meets the goroutines of the first.
type carrier struct {
	once  sync.Once
	queue chan []byte
	done  chan struct{}
	limit time.Duration
	err   error
}

func (c *carrier) init() error {
	c.once.Do(func() {
		if c.limit == 0 {
			c.limit = time.Second
		}
		c.queue = make(chan []byte, 4)
		c.done = make(chan struct{})
		go func() {
			defer close(c.done)
			c.pump()
		}()
		go c.watch()
	})
	return c.err
}

func (c *carrier) pump() {
	for range c.queue {
		time.Sleep(c.limit)
	}
}

func (c *carrier) watch() { <-c.done }

func (c *carrier) Send(b []byte) error {
	if err := c.init(); err != nil {
		return err
	}
	c.queue <- b
	return nil
}

// both makes sure of it twice.
func both(c *carrier) error {
	if err := c.init(); err != nil {
		return err
	}
	return c.Send(nil)
}

// A queue is made by who comes first, under the lock, by a function of its own.
type lazyQueue struct {
	mu    sync.Mutex
	queue *[]int
	n     int
}

func (l *lazyQueue) enqueue(i int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queue == nil {
		l.queue = new([]int)
	}
	*l.queue = append(*l.queue, i)
}

func (l *lazyQueue) Size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.queue == nil {
		return 0
	}
	return len(*l.queue)
}

func (l *lazyQueue) Drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if q := l.queue; q != nil {
		*q = (*q)[1:]
	}
}

func (l *lazyQueue) AddOk(i int) *[]int {
	l.enqueue(i)
	return l.queue
}
