package mirror

import "sync"

// Register is a list of mirrors that every process of this kind shares.
type Register struct {
	mu    sync.Mutex
	names []string
}

// Add adds a mirror.
func (r *Register) Add(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names = append(r.names, name)
}

// Open locks the register until Close; the caller sees a stable list.
func (r *Register) Open(max int) []string {
	r.mu.Lock()
	if len(r.names) > max {
		r.mu.Unlock()
		return nil
	}
	return r.names
}

// Close ends what Open began.
func (r *Register) Close() { r.mu.Unlock() }
