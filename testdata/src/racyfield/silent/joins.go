package silent

import (
	"math"
	"sync"
	"time"
)

// A checker hands out the channel that its goroutine closes at the end.
type checker struct {
	root *int
	errs []error
}

func (c *checker) start() <-chan error {
	ch := make(chan error)
	go func() {
		defer close(ch)
		c.check(ch)
	}()
	return ch
}

func (c *checker) check(ch chan error) {
	if c.root == nil {
		ch <- nil
	}
}

func (c *checker) close() { c.root = nil }

func ranged(c *checker) {
	for range c.start() {
	}
	c.close()
}

func untilClosed(c *checker) {
	ch := c.start()
	for {
		err, ok := <-ch
		if !ok {
			break
		}
		c.errs = append(c.errs, err)
	}
	c.close()
}

// A job gives back more than one thing.
func (c *checker) startJob() (done chan struct{}, err error) {
	done = make(chan struct{})
	go func() {
		c.check(nil)
		close(done)
	}()
	return done, nil
}

func awaited(c *checker) error {
	done, err := c.startJob()
	if err != nil {
		return err
	}
	<-done
	c.close()
	return nil
}

// again waits for each job before it starts the next.
func again(c *checker, more chan int) {
	done, _ := c.startJob()
	for {
		select {
		case <-done:
			c.close()
			done, _ = c.startJob()
		case <-more:
			return
		}
	}
}

// An engine's stop has nothing to wait for before it was started.
type engine struct {
	wg      sync.WaitGroup
	jobs    chan int
	started bool
	err     error
	written int
}

func (e *engine) start() {
	e.jobs = make(chan int)
	e.wg.Add(1)
	go e.run()
	e.started = true
}

func (e *engine) run() {
	defer e.wg.Done()
	for n := range e.jobs {
		e.written += n
	}
	e.err = nil
}

func (e *engine) stop() {
	if !e.started {
		return
	}
	close(e.jobs)
	e.wg.Wait()
	e.started = false
}

func stopped(e *engine) (int, error) {
	e.start()
	e.jobs <- 1
	e.stop()
	return e.written, e.err
}

// A slow writer has a timer that is set only when it is needed.
type slow struct {
	timer   *time.Timer
	started chan struct{}
}

func newSlow() *slow {
	s := &slow{}
	s.timer = time.AfterFunc(math.MaxInt64, func() { s.started <- struct{}{} })
	s.timer.Stop()
	s.started = make(chan struct{})
	return s
}

// A connection is handed to its hijacker or reset, never both.
type hijackable struct{ requests int }

func (s *hijackable) hijacked(h func(*hijackable)) {
	h(s)
	s.requests = 1
}

func serveAll(next func() func(*hijackable)) {
	s := &hijackable{}
	var h func(*hijackable)
	for {
		h = next()
		s.requests++
		if h != nil {
			go s.hijacked(h)
			break
		}
		if s.requests > 3 {
			break
		}
	}
	if h == nil {
		s.requests = 0
	}
}
