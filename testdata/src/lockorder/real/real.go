// Package real retells lock-order deadlocks that were shipped and fixed in public repositories, in own code.
package real

import "sync"

// A heartbeat holds the coalescing lock while it asks each replica; a tick holds
// the replica's lock while it queues a heartbeat. After a replicated store.
type shard struct {
	coalesced struct {
		sync.Mutex
		beats map[int][]int
	}
	replicas map[int]*replica
}

type replica struct {
	mu sync.Mutex
	s  *shard
	id int
}

func (s *shard) sendBad() {
	s.coalesced.Lock()
	defer s.coalesced.Unlock()
	for id := range s.coalesced.beats {
		s.replicas[id].unreachable() // want `s.replicas\[\].mu is locked while holding s.coalesced.Mutex, but \(\*replica\).tick locks r.s.coalesced.Mutex while holding r.mu`
	}
}

func (r *replica) unreachable() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.id = -1
}

func (r *replica) tick() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.queue()
}

func (r *replica) queue() {
	r.s.coalesced.Lock()
	defer r.s.coalesced.Unlock()
	r.s.coalesced.beats[r.id] = nil
}
