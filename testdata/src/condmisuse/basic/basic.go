// Package basic: condition variables that nobody wakes, each beside a correct twin.
package basic

import (
	"os"
	"sync"
)

func work() error { _, err := os.Stat("x"); return err }

func errorPathBad() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		if err := work(); err != nil {
			return
		}
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Broadcast()
	}()
	mu.Lock()
	for !ready {
		cond.Wait() // want `errorPathBad may wait on cond for ever when err != nil .*nobody is left to signal`
	}
	mu.Unlock()
}

func allPathsOk() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	ready := false
	go func() {
		work()
		mu.Lock()
		ready = true
		mu.Unlock()
		cond.Broadcast()
	}()
	mu.Lock()
	for !ready {
		cond.Wait()
	}
	mu.Unlock()
}

func noLoopBad() {
	var mu sync.Mutex
	cond := sync.NewCond(&mu)
	go func() {
		mu.Lock()
		cond.Signal()
		mu.Unlock()
	}()
	mu.Lock()
	cond.Wait() // want `noLoopBad may wait on cond for ever`
	mu.Unlock()
}

type gate struct {
	mu   sync.Mutex
	cond sync.Cond
	open bool
}

func (g *gate) enterBad() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.open {
		g.cond.Wait() // want `g.cond.Wait is not in a loop`
	}
}

func (g *gate) enterOk() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for !g.open {
		g.wait()
	}
}

func (g *gate) wait() { g.cond.Wait() }

type pool struct {
	mu   sync.Mutex
	cond *sync.Cond
	free int
}

func newPool() *pool {
	p := &pool{free: 1}
	p.cond = sync.NewCond(&p.mu)
	return p
}

func (p *pool) get() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.free == 0 {
		p.cond.Wait()
	}
	p.free--
}

func (p *pool) put() {
	p.mu.Lock()
	p.free++
	p.mu.Unlock()
	p.cond.Signal()
}

func poolOk() {
	p := newPool()
	done := make(chan struct{})
	for i := 0; i < 2; i++ {
		go func() {
			p.get()
			p.put()
			done <- struct{}{}
		}()
	}
	<-done
	<-done
}
