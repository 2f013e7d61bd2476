// Package escape has getters that give away what their lock guards, and those that do not.
package escape

import (
	"maps"
	"slices"
	"sync"
)

// A Registry changes its map and slice in place.
type Registry struct {
	mu    sync.RWMutex
	names map[string]int
	slots []int
	tags  []string
	conf  map[string]string
}

func (r *Registry) Set(name string, v int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.names[name] = v
	r.slots[v] = v
	r.tags = append(r.tags, name)
}

func (r *Registry) Drop(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.names, name)
}

// Names returns the map itself.
func (r *Registry) Names() map[string]int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.names // want `\(\*Registry\).Names returns r.names itself, not a copy; its callers use it after r.mu is released, in parallel with the write at escape.go:22`
}

// Slots returns the slice whose elements change.
func (r *Registry) Slots() []int {
	r.mu.RLock()
	s := r.slots // want `\(\*Registry\).Slots returns r.slots itself, not a copy`
	r.mu.RUnlock()
	return s
}

// Tags returns a slice to which others only append: what it shows stays as it is.
func (r *Registry) Tags() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.tags
}

// Copy returns a copy.
func (r *Registry) Copy() map[string]int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.names)
}

// CopyOfSlots does, too.
func (r *Registry) CopyOfSlots() []int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Clone(r.slots)
}

// Len returns a number.
func (r *Registry) Len() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return len(r.names)
}

// Take hands the map over and starts a new one.
func (r *Registry) Take() map[string]int {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.names
	r.names = make(map[string]int)
	return old
}

// namesLocked is for callers that hold the lock.
func (r *Registry) namesLocked() map[string]int { return r.names }

func (r *Registry) Sum() int {
	r.mu.RLock()
	defer r.mu.RUnlock()
	sum := 0
	for _, v := range r.namesLocked() {
		sum += v
	}
	return sum
}

// Replace swaps the whole map: those that were handed out stay as they were.
func (r *Registry) Replace(conf map[string]string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.conf = conf
}

func (r *Registry) Conf() map[string]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.conf
}
