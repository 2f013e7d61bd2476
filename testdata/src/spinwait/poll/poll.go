// Package poll asks again and again.
package poll

import (
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

type server struct {
	mu      sync.Mutex
	started bool
	stopped atomic.Bool
	active  atomic.Int32
	conns   map[int]net.Conn
	err     error
}

func (s *server) run() {
	s.mu.Lock()
	s.started = true
	s.mu.Unlock()
	s.active.Add(1)
	go func() {
		defer s.active.Add(-1)
		s.mu.Lock()
		delete(s.conns, 1)
		s.mu.Unlock()
		s.stopped.Store(true)
	}()
}

func (s *server) waitStopBad() {
	for !s.stopped.Load() { // want `this loop polls s.stopped, which func literal in \(\*server\).run \(poll.go:\d+\) sets: wait for an event instead of sleeping`
		time.Sleep(10 * time.Millisecond)
	}
}

func (s *server) drainBad() {
	for s.active.Load() > 0 { // want `this loop polls s.active`
		time.Sleep(time.Millisecond)
	}
}

func (s *server) startedBad() {
	for { // want `this loop polls s.started`
		s.mu.Lock()
		ok := s.started
		s.mu.Unlock()
		if ok {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

func (s *server) connsBad() {
	for { // want `this loop polls s.conns`
		s.mu.Lock()
		n := len(s.conns)
		s.mu.Unlock()
		if n == 0 {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
}

func (s *server) isStopped() bool { return s.stopped.Load() }

func (s *server) getterBad() {
	for !s.isStopped() { // want `this loop polls s.stopped`
		time.Sleep(time.Millisecond)
	}
}

func localBad(work func()) {
	var done atomic.Bool
	go func() {
		defer done.Store(true)
		work()
	}()
	for !done.Load() { // want `this loop polls done`
		time.Sleep(time.Millisecond)
	}
}

func limitedBad(s *server) bool {
	for i := 0; i < 100; i++ { // want `this loop polls s.stopped`
		if s.stopped.Load() {
			return true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return false
}

var ready atomic.Bool

func setup() { ready.Store(true) }

func globalBad() {
	for !ready.Load() { // want `this loop polls ready, which setup \(poll.go:\d+\) sets`
		time.Sleep(time.Second)
	}
}

func afterBad(s *server) {
	for !s.stopped.Load() { // want `this loop polls s.stopped`
		<-time.After(time.Millisecond)
	}
}

func tickerBad(s *server) {
	t := time.NewTicker(time.Millisecond)
	defer t.Stop()
	for range t.C { // want `this loop polls s.stopped`
		if s.stopped.Load() {
			return
		}
	}
}

// Silent from here.

func externalOk(path string) {
	for {
		if _, err := os.Stat(path); err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func dialOk(addr string) net.Conn {
	for {
		c, err := net.Dial("unix", addr)
		if err == nil {
			return c
		}
		time.Sleep(time.Second)
	}
}

func healthOk(c *http.Client, u string) {
	for {
		resp, err := c.Get(u)
		if err == nil {
			resp.Body.Close()
			return
		}
		time.Sleep(time.Second)
	}
}

func (s *server) periodicOk(work func()) {
	for !s.stopped.Load() { // does its work between the sleeps
		work()
		time.Sleep(time.Minute)
	}
}

func (s *server) periodicTickerOk(flush func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C {
		if s.stopped.Load() {
			return
		}
		flush()
	}
}

func backoffOk(try func() error) error {
	for d := time.Millisecond; ; d *= 2 {
		err := try()
		if err == nil || d > time.Second {
			return err
		}
		time.Sleep(d)
	}
}

func rateOk(n int, send func(int)) {
	for i := range n {
		send(i)
		time.Sleep(time.Millisecond)
	}
}

func unknownOk(ready func() bool) {
	for !ready() {
		time.Sleep(time.Millisecond)
	}
}

type watchdog struct{ last atomic.Int64 }

func (w *watchdog) beat() { w.last.Store(time.Now().Unix()) }

func (w *watchdog) watchOk(fail func()) {
	for {
		time.Sleep(time.Second)
		if time.Now().Unix()-w.last.Load() > 60 {
			fail()
			return
		}
	}
}

func (s *server) selectOk(quit <-chan struct{}) {
	for !s.stopped.Load() {
		select {
		case <-quit:
			return
		case <-time.After(time.Second):
			s.run()
		}
	}
}

type ownState struct{ tries int }

func (o *ownState) countOk() {
	for o.tries < 3 {
		o.tries++
		time.Sleep(time.Millisecond)
	}
}
