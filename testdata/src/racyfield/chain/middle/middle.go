// Package middle hands tables on.
package middle

import "racyfield/chain/store"

// Add expects the lock.
func Add(t *store.Table, key string, v int) { t.Put(key, v) }

// Resize takes it, in another package.
func Resize(t *store.Table, n int) { store.GrowSafely(t, n) }
