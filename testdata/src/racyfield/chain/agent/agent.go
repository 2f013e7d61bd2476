// Package agent has state that belongs to a loop.
package agent

import (
	"sync"

	"racyfield/chain/loop"
)

// An Agent's state is touched by its loop alone.
type Agent struct {
	loop  *loop.Loop
	state string
}

func New() *Agent {
	a := &Agent{}
	a.loop = loop.New(func() { a.state = "closed" })
	a.restart()
	return a
}

func (a *Agent) restart() {
	a.loop.Run(func() { a.state = "new" })
}

// Gather collects in parallel.
func (a *Agent) Gather(n int) {
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			a.loop.Run(func() { a.state = "gathering" })
		})
	}
	wg.Wait()
}

// A Report is complete when all collectors are done.
type Report struct {
	mu     sync.Mutex
	wg     sync.WaitGroup
	values map[string]int
}

func (r *Report) Collect(name string, v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values[name] = v
	r.wg.Done()
}

func (r *Report) ReadyOk() map[string]int {
	r.wg.Wait()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.values
}
