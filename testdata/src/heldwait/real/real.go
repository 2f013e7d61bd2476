// Package real retells waits under a lock that were shipped and fixed in public repositories, in own code.
package real

import "sync"

// stop waits for the worker under the lock that the worker needs for its
// current item. After a watch proxy.
type broadcasts struct {
	mu      sync.Mutex
	updates chan int
	done    chan struct{}
	n       int
}

func start() *broadcasts {
	b := &broadcasts{updates: make(chan int, 1), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for range b.updates {
			b.coalesce()
		}
	}()
	return b
}

func (b *broadcasts) coalesce() {
	b.mu.Lock()
	b.n++
	b.mu.Unlock()
}

func (b *broadcasts) stopBad() {
	b.mu.Lock()
	defer b.mu.Unlock()
	close(b.updates)
	<-b.done // want `receive from b.done waits while b.mu is held since real.go:\d+, but func literal in start`
}
