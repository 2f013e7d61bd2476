package repaired

import "sync"

// directory guards entries with mu, in Len too.
type directory struct {
	mu      sync.Mutex
	entries map[string]string
}

func (d *directory) Put(k, v string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.entries[k] = v
}

func (d *directory) Get(k string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.entries[k]
}

func (d *directory) Delete(k string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.entries, k)
}

func (d *directory) Len() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.entries)
}

// Serve uses one directory from several goroutines.
func (d *directory) Serve() {
	go d.Put("a", "b")
	go d.Len()
}
