package silent

import "sync"

// A receiver's tracks are complete when it says so.
type Receiver struct {
	mu       sync.Mutex
	received chan struct{}
	closed   chan struct{}
	tracks   []string
}

func (r *Receiver) Start(tracks []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, t := range tracks {
		r.tracks = append(r.tracks, t)
	}
	close(r.received)
}

func (r *Receiver) Tracks() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]string(nil), r.tracks...)
}

func (r *Receiver) First() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.tracks) == 0 {
		return ""
	}
	return r.tracks[0]
}

func (r *Receiver) ReadOk() string {
	select {
	case <-r.received:
		return r.tracks[0]
	case <-r.closed:
		return ""
	}
}
