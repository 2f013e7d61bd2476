package locks

import (
	"go/token"
	"slices"
	"sort"
	"strings"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/flow"
	"github.com/conclint/conclint/internal/model"
)

// A Cycle is a set of lock-order edges that lead back to their start. Edges[0]
// is in this package and is the one to report at; the others follow its order.
type Cycle struct {
	Edges       []Edge
	NeedsWriter bool   // some lock of the cycle is taken for reading on both sides
	Guess       bool   // it needs two instances to be one that most likely are not, see [Analysis.guess]
	Also        []Edge // where other cycles through Edges[0] would be reported
	Same        []Edge // further places of this package that take locks in the order of one of Edges, and meet the others as well
	ranks       []int  // of Edges: how much evidence there is for each direction
	Import      string // the cycle meets only here: no line of this package is part of it, and this import brings in its later half
}

// Key identifies the cycle by its classes, wherever it is found.
func (c Cycle) Key() string {
	classes := make([]string, len(c.Edges))
	for i, e := range c.Edges {
		classes[i] = string(e.From)
	}
	sort.Strings(classes)
	return strings.Join(classes, " ")
}

// Pos is where the cycle is to be reported, none if it is at an import.
func (c Cycle) Pos() token.Pos {
	if c.Edges[0].Site == nil {
		return token.NoPos
	}
	return ssabuild.InstrPos(c.Edges[0].Site)
}

// OneOwner reports whether all locks of the cycle are fields of one type, so that
// they are likely those of one object.
func (c Cycle) OneOwner() bool {
	for _, e := range c.Edges {
		if typeOf(e.From) != typeOf(c.Edges[0].From) {
			return false
		}
	}
	return true
}

// maxCycle bounds the length of cycles searched for. Longer ones are found in
// nobody's bug tracker and cost exponential time.
const maxCycle = 5

// Cycles finds the cycles of the lock order that involve an edge of this package
// outside tests, or whose edges come from different imports, so that no package
// below saw them all; one per set of classes, shortest first. imported are the
// edges of other packages, each with the imports that bring it in.
func (a *Analysis) Cycles(imported []model.ImportedEdge) []Cycle {
	g := newOrder()
	for _, e := range a.edges {
		if !a.prog.IsTestFunc(e.Fn) && !e.Same {
			g.add(e)
		}
	}
	own := len(g.edges)
	for i := range imported {
		g.add(Edge{Edge: imported[i].Edge})
	}
	g.imports = func(i int) []string {
		if i < own {
			return nil
		}
		return imported[i-own].Imports
	}
	g.findComponents()
	g.owning = a.owning
	g.guess = a.guess
	for i := range own {
		if g.cyclic(g.edges[i]) {
			g.edges[i].Gates = a.outerGates(g.edges[i])
		}
	}
	seen := make(map[string]bool)
	var out []Cycle
	for i := range g.edges {
		if !g.cyclic(g.edges[i]) || i >= own && g.edges[i].Weak {
			continue
		}
		for _, c := range g.through(i) {
			key := c.Key()
			if seen[key] {
				continue
			}
			seen[key] = true
			out = append(out, c)
		}
	}
	sortByPlace(out)
	// Longer ways round from one acquisition have the cause of the shortest.
	out = slices.CompactFunc(out, func(c, d Cycle) bool { return c.Import == "" && c.Edges[0].Site == d.Edges[0].Site })
	out = oneCause(out)
	sortByPlace(out)
	for i := range out {
		out[i].Same = g.alike(out[i], own)
	}
	return out
}

// maxAlike bounds the further places that a report lists.
const maxAlike = 8

// alike lists further own edges in the directions of c's, those of its first edge first.
func (g *order) alike(c Cycle, own int) []Edge {
	var out []Edge
	for k, of := range c.Edges {
		for i := range own {
			e := g.edges[i]
			if e.From != of.From || e.To != of.To || e.Site == of.Site || len(out) >= maxAlike {
				continue
			}
			meets := true
			for l, f := range c.Edges {
				meets = meets && (l == k || !model.Gated(&e.Edge, &f.Edge) && !(e.Weak && f.Weak))
			}
			if meets {
				out = append(out, e)
			}
		}
	}
	return out
}

func sortByPlace(cycles []Cycle) {
	sort.SliceStable(cycles, func(i, j int) bool {
		p, q := cycles[i].Pos(), cycles[j].Pos()
		if p != q {
			return p < q
		}
		return len(cycles[i].Edges) < len(cycles[j].Edges)
	})
}

// oneCause keeps one of the cycles that share an acquisition under the same lock,
// a guess only if all of them are, if that acquisition is as rare a direction as
// any in both: they go when it goes, and it is the place to report at. A common
// direction is shared by cycles of many causes.
func oneCause(cycles []Cycle) []Cycle {
	slices.SortStableFunc(cycles, func(c, d Cycle) int {
		switch {
		case c.Guess == d.Guess:
			return 0
		case c.Guess:
			return 1
		}
		return -1
	})
	var out []Cycle
	gone := make([]bool, len(cycles))
	for i, c := range cycles {
		if gone[i] {
			continue
		}
		for j, d := range cycles[i+1:] {
			k, l := c.shares(d)
			if gone[i+1+j] || k < 0 || c.ranks[k] > c.ranks[0] || d.ranks[l] > d.ranks[0] {
				continue
			}
			gone[i+1+j] = true
			if k > 0 && l == 0 && d.Guess == c.Guess {
				c, d, k = d, c, 0 // it is reported there by itself
			}
			c = c.from(k)
			if d.Edges[0].Site != c.Edges[0].Site {
				c.Also = append(c.Also, d.Edges[0])
			}
		}
		out = append(out, c)
	}
	return out
}

// from is the cycle told from edge k on.
func (c Cycle) from(k int) Cycle {
	c.Edges = append(c.Edges[k:len(c.Edges):len(c.Edges)], c.Edges[:k]...)
	c.ranks = append(c.ranks[k:len(c.ranks):len(c.ranks)], c.ranks[:k]...)
	return c
}

// shares finds the first edge of this package that both cycles have: its index in
// c and in d, -1 if there is none.
func (c Cycle) shares(d Cycle) (k, l int) {
	for k, e := range c.Edges {
		if e.Site == nil {
			continue
		}
		for l, f := range d.Edges {
			if f.Site == e.Site && f.From == e.From {
				return k, l
			}
		}
	}
	return -1, -1
}

// outerGates adds to the gates of an edge the locks that all callers of its
// function hold.
func (a *Analysis) outerGates(e Edge) []model.Gate {
	gates := slices.Clone(e.Gates)
	for _, op := range a.Outer(e.Site) {
		if op.Path.Class() != "" {
			gates = append(gates, model.Gate{Class: op.Path.Class(), Mode: op.Mode})
		}
	}
	return gates
}

// order is the graph of lock classes.
type order struct {
	edges []Edge
	out   map[access.Class][]int
	count map[[2]access.Class]int // pieces of evidence per direction
	comp  map[access.Class]int    // strongly connected component

	owning func(field access.Class) bool // see [Analysis.owning]
	guess  func(c Cycle) bool            // see [Analysis.guess]

	imports func(edge int) []string // the imports that bring in an edge, none for edges of this package
}

// findComponents prepares cyclic: an edge between components is in no cycle.
func (g *order) findComponents() {
	var classes []access.Class
	number := make(map[access.Class]int)
	node := func(c access.Class) int {
		if i, ok := number[c]; ok {
			return i
		}
		number[c] = len(classes)
		classes = append(classes, c)
		return number[c]
	}
	for _, e := range g.edges {
		node(e.From)
		node(e.To)
	}
	succ := make([][]int, len(classes))
	for k := range g.edges {
		from, to := number[g.edges[k].From], number[g.edges[k].To]
		if !slices.Contains(succ[from], to) {
			succ[from] = append(succ[from], to)
		}
	}
	g.comp = make(map[access.Class]int)
	for i, comp := range flow.SCC(len(classes), func(i int) []int { return succ[i] }) {
		for _, n := range comp {
			g.comp[classes[n]] = i
		}
	}
	for c, edges := range g.out { // what leaves a component leads nowhere
		g.out[c] = slices.DeleteFunc(edges, func(i int) bool { return !g.cyclic(g.edges[i]) })
	}
}

func (g *order) cyclic(e Edge) bool { return g.comp[e.From] == g.comp[e.To] }

func newOrder() *order {
	return &order{out: make(map[access.Class][]int), count: make(map[[2]access.Class]int)}
}

func (g *order) add(e Edge) {
	g.out[e.From] = append(g.out[e.From], len(g.edges))
	g.count[[2]access.Class{e.From, e.To}]++
	g.edges = append(g.edges, e)
}

// through finds the shortest cycle that contains edge start, breadth first: one
// that is no guess, if there is one.
func (g *order) through(start int) []Cycle {
	var guesses []Cycle
	first := g.edges[start]
	type path struct{ edges []int }
	queue := []path{{[]int{start}}}
	visits := 0
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if visits++; visits > 2000 {
			return guesses
		}
		last := g.edges[p.edges[len(p.edges)-1]]
		for _, next := range g.out[last.To] {
			e := g.edges[next]
			if !g.compatible(p.edges, e) {
				continue
			}
			if e.To == first.From {
				c, ok := g.cycle(append(p.edges[:len(p.edges):len(p.edges)], next))
				switch {
				case ok && !c.Guess:
					return []Cycle{c}
				case ok && guesses == nil:
					guesses = []Cycle{c}
				}
				continue
			}
			if len(p.edges)+1 < maxCycle && !g.visits(p.edges, e.To) {
				queue = append(queue, path{append(p.edges[:len(p.edges):len(p.edges)], next)})
			}
		}
	}
	return guesses
}

func (g *order) visits(edges []int, c access.Class) bool {
	for _, i := range edges {
		if g.edges[i].From == c {
			return true
		}
	}
	return false
}

// compatible reports whether e can be at work at the same time as the edges so far.
func (g *order) compatible(edges []int, e Edge) bool {
	if g.apart(g.edges[edges[len(edges)-1]].ToPath, e.FromPath) {
		return false
	}
	for _, i := range edges {
		if model.Gated(&g.edges[i].Edge, &e.Edge) {
			return false
		}
		if g.edges[i].Weak && e.Weak {
			return false // two guesses make no evidence
		}
	}
	return true
}

// cycle checks the modes and turns the cycle so that it starts at the edge to
// report: the own edge of the rarer direction.
func (g *order) cycle(edges []int) (Cycle, bool) {
	var c Cycle
	if g.apart(g.edges[edges[len(edges)-1]].ToPath, g.edges[edges[0]].FromPath) {
		return c, false
	}
	allRead := true
	n := len(edges)
	for i := range edges {
		e, next := g.edges[edges[i]], g.edges[edges[(i+1)%n]]
		if e.ToMode == api.Read && next.FromMode == api.Read {
			c.NeedsWriter = true
		} else {
			allRead = false
		}
	}
	if allRead {
		return c, false // readers only: each lock needs a writer of its own
	}
	best := -1
	for i, k := range edges {
		e := g.edges[k]
		if e.Site == nil {
			continue
		}
		if best < 0 || g.rank(e) < g.rank(g.edges[edges[best]]) {
			best = i
		}
	}
	if best < 0 {
		if c.Import = g.meets(edges); c.Import == "" {
			return c, false
		}
		best = 0
	}
	for i := range edges {
		e := g.edges[edges[(best+i)%n]]
		c.Edges = append(c.Edges, e)
		c.ranks = append(c.ranks, g.rank(e))
	}
	if g.guess != nil {
		c.Guess = g.guess(c)
	}
	return c, true
}

// meets is the last import that brings in some edge of a cycle of imported edges,
// "" if one import brings in all of them: then it was reported there.
func (g *order) meets(edges []int) string {
	common := slices.Clone(g.imports(edges[0]))
	last := ""
	for _, i := range edges {
		from := g.imports(i)
		common = slices.DeleteFunc(common, func(p string) bool { return !slices.Contains(from, p) })
		if len(from) > 0 {
			last = max(last, from[0])
		}
	}
	if len(common) > 0 {
		return ""
	}
	return last
}

func (g *order) rank(e Edge) int { return g.count[[2]access.Class{e.From, e.To}] }
