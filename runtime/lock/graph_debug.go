//go:build race || conclint_debug

package lock

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/internal/place"
)

// graph remembers which locks were asked for while which others were held.
type graph struct {
	mu      sync.RWMutex
	classes map[classKey]*node
	edges   map[edgeKey][]*edge // with different gates, at most maxGates
	count   int
}

const (
	maxEdges = 1 << 16 // beyond it no new order is recorded: locks that were never set up are a class each
	maxGates = 4       // sets of gates that are told apart per edge
	maxCycle = 8       // locks in a cycle
)

var theGraph = graph{classes: map[classKey]*node{}, edges: map[edgeKey][]*edge{}}

// node is a class of locks, or one lock where only that one counts.
type node struct {
	name   string
	made   place.Place   // where it was set up, or zero
	used   place.Place   // where it was locked first, if it was not set up
	writer atomic.Uint64 // the place where one of them was first locked for writing, or zero
	out    []*edge       // protected by graph.mu
}

func (n *node) String() string {
	switch {
	case n.name != "":
		return n.name
	case n.made != 0:
		return "the lock made at " + n.made.String()
	}
	return "the lock first used at " + n.used.String()
}

// classKey is a name or, if that is empty, a place.
type classKey struct {
	name string
	made place.Place
}

func (g *graph) class(name string, made place.Place) *node {
	key := classKey{name: name}
	if name == "" {
		key.made = made
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.classes[key]
	if n == nil {
		n = &node{name: name, made: made}
		g.classes[key] = n
	}
	return n
}

// edge says that to was asked for at a place while from was held since another, and so were the gates, for writing.
type edge struct {
	from, to    *node
	held, asked mode
	since, at   place.Place
	gates       []*node
}

type edgeKey struct {
	from, to    *node
	held, asked mode
}

func (e *edge) key() edgeKey { return edgeKey{e.from, e.to, e.held, e.asked} }

// written notes that locks of this class are locked for writing, which may turn a cycle of readers into a deadlock.
func (g *graph) written(n *node, at place.Place) {
	if n.writer.Load() != 0 {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if !n.writer.CompareAndSwap(0, uint64(at)) {
		return
	}
	for _, e := range n.out {
		if cycle := g.cycleThrough(e); cycle != nil {
			n.writer.Store(0) // the next writer must hear it too
			panic(report(cycle))
		}
	}
}

// add records e and panics if it closes a cycle.
func (g *graph) add(e edge) {
	if !g.known(&e) {
		g.insert(e)
	}
}

// insert is apart from add, so that an order that is known costs no allocation.
func (g *graph) insert(e edge) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.count >= maxEdges || len(g.edges[e.key()]) >= maxGates {
		return
	}
	if cycle := g.cycleThrough(&e); cycle != nil {
		panic(report(cycle))
	}
	g.edges[e.key()] = append(g.edges[e.key()], &e)
	e.from.out = append(e.from.out, &e)
	g.count++
}

// known reports whether the graph has the same order already, under no more gates than e.
func (g *graph) known(e *edge) bool {
	g.mu.RLock()
	defer g.mu.RUnlock()
	for _, k := range g.edges[e.key()] {
		if !slices.ContainsFunc(k.gates, func(n *node) bool { return !slices.Contains(e.gates, n) }) {
			return true
		}
	}
	return false
}

// cycleThrough returns a cycle of orders, beginning with e, that can end in a deadlock: different goroutines, each holding the first lock of
// its edge and asking for the second, all at the same time. It returns nil if there is none.
func (g *graph) cycleThrough(e *edge) []*edge {
	var search func(path []*edge, gates []*node) []*edge
	search = func(path []*edge, gates []*node) []*edge {
		last := path[len(path)-1]
		if last.to == e.from {
			if blocks(last, e) {
				return path
			}
			return nil
		}
		if len(path) == maxCycle {
			return nil
		}
		for _, next := range last.to.out {
			visited := slices.ContainsFunc(path, func(p *edge) bool { return p.from == next.from })
			// With a gate in common, two of them cannot be where they would have to be at the same time.
			excluded := slices.ContainsFunc(next.gates, func(n *node) bool { return slices.Contains(gates, n) })
			if visited || excluded || !blocks(last, next) {
				continue
			}
			if cycle := search(append(slices.Clone(path), next), slices.Concat(gates, next.gates)); cycle != nil {
				return cycle
			}
		}
		return nil
	}
	return search([]*edge{e}, e.gates)
}

// blocks reports whether the one who asks for in.to can be kept waiting by the one who holds it as out.from: not if both only read, unless a
// writer may come in between.
func blocks(in, out *edge) bool {
	return in.asked == writing || out.held == writing || in.to.writer.Load() != 0
}

func report(cycle []*edge) string {
	var b strings.Builder
	e := cycle[0]
	fmt.Fprintf(&b, "lock: order inversion: %v is locked at %v while %v is held since %v", e.to, e.at, e.from, e.since)
	for i, e := range cycle[1:] {
		join := ", but"
		if i > 0 {
			join = ", and"
		}
		fmt.Fprintf(&b, "%s %v is locked at %v while %v is held since %v", join, e.to, e.at, e.from, e.since)
	}
	return b.String()
}
