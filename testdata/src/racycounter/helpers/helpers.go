// Package helpers has the counter, the goroutine or both behind functions and methods.
package helpers

import (
	"net/http"
	"sync"
)

type stats struct {
	n   int
	max int
}

func (s *stats) add() {
	s.n++ // want `s.n is incremented by several goroutines at once \(started in a loop at helpers.go:21\) without a lock`
}

func methods() {
	s := new(stats)
	for i := 0; i < 3; i++ {
		go s.add()
	}
}

func bump(p *int) {
	*p++
}

func pointers() int {
	n := 0
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			bump(&n) // want `n is incremented through bump \(helpers.go:26\) by several goroutines at once \(started in a loop at helpers.go:34\) without a lock; increments may be lost`
		}()
	}
	wg.Wait()
	return n
}

type pool struct{ wg sync.WaitGroup }

// Go runs f like an error group would.
func (p *pool) Go(f func()) {
	p.wg.Add(1)
	go func() {
		defer p.wg.Done()
		f()
	}()
}

func (p *pool) Wait() { p.wg.Wait() }

func ownPool() int {
	var p pool
	n := 0
	for i := 0; i < 3; i++ {
		p.Go(func() {
			n++ // want `n is incremented by several goroutines at once \(started in a loop at helpers.go:60\)`
		})
	}
	p.Wait()
	return n
}

func ownPoolOk() int {
	var p pool
	n := 0
	p.Go(func() { n++ })
	p.Wait()
	n++
	return n
}

var requests int

func handle(w http.ResponseWriter, r *http.Request) {
	requests++ // want `requests is incremented by several goroutines at once`
}

func register() {
	http.HandleFunc("/", handle)
}

type server struct {
	served int
}

// ServeHTTP is called by many goroutines.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.served++ // want `s.served is incremented by handlers, which run in parallel, without a lock`
}

type lazy struct{ conn *stats }

func (l *lazy) get() *stats {
	if l.conn == nil {
		l.conn = new(stats) // want `l.conn is tested and then set by several goroutines at once`
	}
	return l.conn
}

func lazily() {
	l := new(lazy)
	for i := 0; i < 3; i++ {
		go func() { l.get() }()
	}
}

func eachKey(keys []string, f func(string)) {
	for _, k := range keys {
		f(k)
	}
}

func once(f func(string)) { f("") }

// perKey starts a goroutine for each key, by way of a literal.
func perKey(keys []string) int {
	n := 0
	var wg sync.WaitGroup
	eachKey(keys, func(k string) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n++ // want `n is incremented by several goroutines at once`
		}()
	})
	wg.Wait()
	return n
}

// perRange does so by a function out of sight.
func perRange(m *sync.Map) int {
	n := 0
	var wg sync.WaitGroup
	m.Range(func(k, v any) bool {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n++ // want `n is incremented by several goroutines at once`
		}()
		return true
	})
	wg.Wait()
	return n
}

// perOne starts one.
func perOne() int {
	n := 0
	var wg sync.WaitGroup
	once(func(k string) {
		wg.Add(1)
		go func() {
			defer wg.Done()
			n++
		}()
	})
	wg.Wait()
	return n
}

// perKeyWaited has one at a time.
func perKeyWaited(keys []string) int {
	n := 0
	eachKey(keys, func(k string) {
		done := make(chan bool)
		go func() {
			n++
			close(done)
		}()
		<-done
	})
	return n
}

func later(p *int) {
	go func() { *p++ }()
}

// leftRunning reads what the helper's goroutine still changes.
func leftRunning() int {
	n := 0
	later(&n) // want `n is incremented through later \(helpers.go:\d+\) in a goroutine \(started at helpers.go:\d+\) and read at helpers.go:\d+ without a common lock`
	return n
}

// byHelper increments in a goroutine by a helper, and here.
func byHelper() int {
	n := 0
	go bump(&n) // want `n is incremented through bump \(helpers.go:26\) in a goroutine \(started at helpers.go:\d+\) and incremented at helpers.go:\d+`
	n++
	return n
}

// byHelperJoined waits in between.
func byHelperJoined() int {
	n := 0
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		bump(&n)
	}()
	wg.Wait()
	n++
	bump(&n)
	return n
}
