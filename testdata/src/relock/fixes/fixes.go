// Package fixes has relocks whose fixes differ from splitting a short method.
package fixes

import "sync"

type table struct {
	mu   sync.RWMutex
	rows map[string][]string
	n    int
}

// A variant that expects the lock exists.
func (t *table) row(key string) []string {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.rowLocked(key)
}

func (t *table) rowLocked(key string) []string { return t.rows[key] }

func (t *table) appendBad(key string, cells ...string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.rows[key] = append(t.row(key), cells...) // want `t.mu is locked again by \(\*table\).row`
}

// Released by hand before a return of a name.
func (t *table) count(key string) int {
	t.mu.RLock()
	n := len(t.rows[key])
	t.mu.RUnlock()
	return n
}

func (t *table) emptyBad(key string) bool {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.count(key) == 0 // want `t.mu is read-locked again by \(\*table\).count`
}

// Work without the lock remains: no split.
func (t *table) refresh(key string, load func(string) []string) {
	t.mu.Lock()
	delete(t.rows, key)
	t.mu.Unlock()
	row := load(key)
	_ = row
}

func (t *table) reloadBad(load func(string) []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refresh("", load) // want `t.mu is locked again by \(\*table\).refresh`
}

// Locked twice in one function.
func (t *table) sumBad(keys []string) (n int) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, key := range keys {
		t.mu.RLock() // want `t.mu is read-locked again while it is read-locked`
		n += len(t.rows[key])
		t.mu.RUnlock()
	}
	return n
}

// The parameters have no names to pass on.
func (t *table) bump(_ string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n++
}

func (t *table) bumpBad(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bump(key) // want `t.mu is locked again by \(\*table\).bump`
}

// Several parameters and results, and a function that is no method.
var (
	registryMu sync.Mutex
	registry   = make(map[string]int)
)

func register(name string, ids ...int) (first, total int) {
	registryMu.Lock()
	defer registryMu.Unlock()
	for _, id := range ids {
		registry[name] += id
		first = ids[0]
	}
	return first, registry[name]
}

func registerAllBad(names []string) (total int) {
	registryMu.Lock()
	defer registryMu.Unlock()
	for _, name := range names {
		_, n := register(name, 1, 2) // want `registryMu is locked again by register`
		total += n
	}
	return total
}

// A helper gives the lock up in between: no split.
func (t *table) lock()   { t.mu.Lock() }
func (t *table) unlock() { t.mu.Unlock() }

func (t *table) swap(key string, load func(string) []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.unlock()
	row := load(key)
	t.lock()
	t.rows[key] = row
}

func (t *table) swapBad(load func(string) []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.swap("", load) // want `t.mu is locked again by \(\*table\).swap`
}
