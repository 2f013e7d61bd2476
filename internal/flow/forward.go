package flow

import "container/heap"

// A Semilattice joins the facts of paths that meet. Join must be associative,
// commutative and idempotent, and ascending chains must be finite; otherwise
// [Forward] may not end.
type Semilattice[F any] interface {
	Join(a, b F) F
	Equal(a, b F) bool
}

// Forward solves a forward problem over the blocks 0…n-1 of a control-flow
// graph with entry block 0. transfer maps the fact at a block's entry to one
// fact per successor, in the order of succs; a false second value marks an edge
// that cannot be taken. It returns the facts at block entries, valid where
// reached is true, and done, which is false if more than budget block visits
// were needed: the result is then incomplete.
//
// Blocks are visited in order of their number, so callers should number them in
// reverse post-order.
func Forward[F any](n int, entry F, lat Semilattice[F], succs func(int) []int,
	transfer func(block int, in F) ([]F, []bool), budget int) (in []F, reached []bool, done bool) {
	in = make([]F, n)
	reached = make([]bool, n)
	if n == 0 {
		return in, reached, true
	}
	queued := make([]bool, n)
	work := &intHeap{0}
	in[0], reached[0], queued[0] = entry, true, true
	for work.Len() > 0 {
		if budget--; budget < 0 {
			return in, reached, false
		}
		b := heap.Pop(work).(int)
		queued[b] = false
		outs, ok := transfer(b, in[b])
		for i, s := range succs(b) {
			if !ok[i] {
				continue
			}
			next := outs[i]
			if reached[s] {
				next = lat.Join(in[s], next)
				if lat.Equal(next, in[s]) {
					continue
				}
			}
			in[s], reached[s] = next, true
			if !queued[s] {
				queued[s] = true
				heap.Push(work, s)
			}
		}
	}
	return in, reached, true
}

type intHeap []int

func (h intHeap) Len() int           { return len(h) }
func (h intHeap) Less(i, j int) bool { return h[i] < h[j] }
func (h intHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *intHeap) Push(x any)        { *h = append(*h, x.(int)) }
func (h *intHeap) Pop() any {
	old := *h
	x := old[len(old)-1]
	*h = old[:len(old)-1]
	return x
}
