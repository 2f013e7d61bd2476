package silent

import (
	"sync"
	"time"
)

// A usage is updated by a function that is told whether it must lock.
type usage struct {
	mu    sync.Mutex
	value int
}

func (u *usage) update(lock bool) {
	if lock {
		u.mu.Lock()
		defer u.mu.Unlock()
	}
	u.value = 1
}

func (u *usage) RefreshOk() int {
	go u.update(true)
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.value
}

// A pool is emptied by goroutines, for which the lock is held until they are done.
type connPool struct {
	mu    sync.Mutex
	conns []*int
	drain *time.Timer
}

func newConnPoolOk() *connPool {
	p := &connPool{}
	p.drain = time.AfterFunc(time.Minute, p.empty)
	p.put(new(int))
	return p
}

func (p *connPool) put(c *int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, c)
}

func (p *connPool) empty() {
	p.mu.Lock()
	defer p.mu.Unlock()
	var wg sync.WaitGroup
	for i := range p.conns {
		wg.Go(func() { p.conns[i] = nil })
	}
	wg.Wait()
	p.conns = nil
}
