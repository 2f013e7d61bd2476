// Package items calls back with and without its lock.
package items

import "sync"

// An Item is in use by several.
type Item struct {
	mu sync.Mutex
	n  int
	o  any
}

// InUse reports whether somebody uses the item.
func (i *Item) InUse() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.n > 0
}

// store gives the lock up around the call.
func (i *Item) store(f func(any)) {
	if f != nil && i.o != nil {
		o := i.o
		i.mu.Unlock()
		f(o)
		i.mu.Lock()
	}
}

func (i *Item) finish(f func(any)) { i.store(f) }

// Close calls f without the lock.
func (i *Item) Close(f func(any)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.n--
	i.finish(f)
}

// CloseHeld calls f under the lock.
func (i *Item) CloseHeld(f func(any)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.n--
	f(i.o)
}
