// Package annotations reads the locking contracts that a package states in
// comments: the annotations of the checklocks family, as gVisor and others write
// them, and the sentences "guarded by mu" beside a field and "mu protects a and b"
// beside the lock.
//
//	type cache struct {
//		mu sync.Mutex
//		// +checklocks:mu
//		m map[string]int
//		n int // guarded by mu
//	}
//
//	// +checklocks:c.mu
//	func (c *cache) evict() { … }
//
// It only reads and resolves names. What a contract means for the locks held is
// for the lock wing to say, what it means for a field for the access wing.
package annotations
