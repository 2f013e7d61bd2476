//go:build race || conclint_debug

package lock

import (
	"sync"

	"github.com/conclint/conclint/runtime/internal/place"
)

// holds is what one goroutine holds. Only that goroutine touches it.
type holds struct {
	list  []hold
	asked place.Place // where it is asking for a lock at the moment, or zero
}

// hold is one lock that a goroutine holds.
type hold struct {
	watch *watch
	mode  mode
	since place.Place
}

// shard is a part of the table of all goroutines that hold or ask for a lock.
type shard struct {
	mu    sync.Mutex
	holds map[uintptr]*holds
	spare []*holds
	_     [64]byte // a cache line apart from the next one
}

var shards [64]shard

func shardOf(g uintptr) *shard { return &shards[g*0x9e3779b1>>16%uintptr(len(shards))] }

// holdsOf returns what the calling goroutine, g, holds.
func holdsOf(g uintptr) *holds {
	s := shardOf(g)
	s.mu.Lock()
	defer s.mu.Unlock()
	h := s.holds[g]
	if h != nil {
		return h
	}
	if n := len(s.spare); n > 0 {
		h = s.spare[n-1]
		s.spare = s.spare[:n-1]
	} else {
		h = new(holds)
	}
	if s.holds == nil {
		s.holds = map[uintptr]*holds{}
	}
	s.holds[g] = h
	return h
}

// forget drops the empty record of goroutine g, whose number the next goroutine may get.
func forget(g uintptr, h *holds) {
	s := shardOf(g)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.holds, g)
	h.asked = 0
	s.spare = append(s.spare, h)
}
