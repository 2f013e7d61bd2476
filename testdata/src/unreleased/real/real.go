// Package real retells forgotten unlocks that were shipped and fixed in public repositories, in own code.
package real

import (
	"errors"
	"sync"
)

// A set of devices returns early when there is nothing to delete. After a device mapper.
type devices struct {
	sync.Mutex
	pending int
}

func (d *devices) cleanupBad() error {
	d.Lock()
	if d.pending == 0 {
		return nil // want `this path returns with d.Mutex still locked`
	}
	d.Unlock()
	return nil
}

// A select inside a loop returns from one case. After a balancer.
type balancer struct {
	mu   sync.Mutex
	done chan struct{}
	in   chan int
	n    int
}

func (b *balancer) runBad() {
	for {
		b.mu.Lock()
		select {
		case <-b.done:
			return // want `this path returns with b.mu still locked`
		case v := <-b.in:
			b.n += v
		default:
		}
		b.mu.Unlock()
	}
}

// The lock of one object is released by the error path in the mode of another. After a stream.
type consumer struct {
	mu     sync.RWMutex
	leader bool
}

func interestBad(all []*consumer, state func() error) {
	for _, o := range all {
		o.mu.Lock()
		if !o.leader {
			if err := state(); err != nil {
				o.mu.RUnlock() // want `was taken by Lock at real.go:\d+ but is released by RUnlock`
				return
			}
		}
		o.mu.Unlock()
	}
}

var errNone = errors.New("none")

// The read lock is kept when the client turns out to be closed, in a retry loop. After a key-value client.
type remote struct {
	mu     sync.RWMutex
	cancel func()
}

func (r *remote) connectBad() error {
	for {
		r.mu.RLock()
		closed := r.cancel == nil
		if closed {
			return errNone // want `this path returns with r.mu still read-locked`
		}
		r.mu.RUnlock()
	}
}

// From a vector cache with one lock per shard: the error comes from a function of
// which nothing is known, and the result beside it is nil.
var shards = uint64(512)

type shardedCache struct {
	locks []sync.RWMutex
	cache [][]float32
	wrap  func(uint64) error
}

func (n *shardedCache) multiGetBad(ids []uint64) ([][]float32, error) {
	out := make([][]float32, len(ids))
	for i, id := range ids {
		n.locks[id%shards].RLock()
		vec := n.cache[id]
		if vec == nil {
			return nil, n.wrap(id) // want `this path returns with n.locks\[\] still read-locked`
		}
		out[i] = vec
		n.locks[id%shards].RUnlock()
	}
	return out, nil
}

func (n *shardedCache) lockAll() {
	for i := range n.locks {
		n.locks[i].Lock()
	}
}

func (n *shardedCache) unlockAll() {
	for i := range n.locks {
		n.locks[i].Unlock()
	}
}
