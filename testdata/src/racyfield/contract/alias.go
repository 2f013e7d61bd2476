package contract

import "sync"

// A node knows its tree; the lock of the tree guards it.
type node struct {
	owner *tree
	// +checklocks:owner.mu
	weight int
}

type tree struct {
	mu   sync.Mutex
	root *node
}

// weigh says how the two locks hang together.
//
// +checklocks:t.mu
// +checklocksalias:n.owner.mu=t.mu
func (t *tree) weigh(n *node) { n.weight++ }

// weighApart does not; some lock of a tree is held, and it may be the right one.
//
// +checklocks:t.mu
func (t *tree) weighApart(n *node) { n.weight++ }

// Weigh locks the one and thus the other.
//
// +checklocksalias:n.owner.mu=t.mu
func (t *tree) Weigh(n *node) {
	t.mu.Lock()
	n.weight++
	t.mu.Unlock()
	n.weight-- // want `n.weight is decremented without t.mu, which guards it as its declaration at alias.go:8 says`
}

// +checklocksalias:part.mu=mu
type whole struct {
	mu   *sync.Mutex
	part struct{ mu *sync.Mutex }
	// +checklocks:part.mu
	n int
}

// Inc holds the lock by its other name.
func (w *whole) Inc() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.n++
}

// Dec holds it by the name that the field's declaration uses.
func (w *whole) Dec() {
	w.part.mu.Lock()
	w.n--
	w.part.mu.Unlock()
}

// Reset holds none.
func (w *whole) Reset() {
	w.n = 0 // want `w.n is written without w.mu, which guards it as its declaration at alias.go:42 says`
}
