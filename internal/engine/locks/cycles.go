package locks

import (
	"slices"
	"sort"
	"strings"

	"golang.org/x/tools/go/ssa"

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
	NeedsWriter bool // some lock of the cycle is taken for reading on both sides
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
// outside tests, one per set of classes, shortest first. imported are the edges
// of other packages.
func (a *Analysis) Cycles(imported []model.Edge) []Cycle {
	g := newOrder()
	for _, e := range a.edges {
		if !a.prog.IsTestFunc(e.Fn) && !e.Same {
			g.add(e)
		}
	}
	own := len(g.edges)
	for _, e := range imported {
		g.add(Edge{Edge: e})
	}
	g.findComponents()
	g.owning = a.owning
	for i := range own {
		if g.cyclic(g.edges[i]) {
			g.edges[i].Gates = a.outerGates(g.edges[i])
		}
	}
	seen := make(map[string]bool)
	var out []Cycle
	for i := range own {
		if !g.cyclic(g.edges[i]) {
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
	sort.SliceStable(out, func(i, j int) bool {
		p, q := ssabuild.InstrPos(out[i].Edges[0].Site), ssabuild.InstrPos(out[j].Edges[0].Site)
		if p != q {
			return p < q
		}
		return len(out[i].Edges) < len(out[j].Edges)
	})
	// Longer ways round from one acquisition have the cause of the shortest.
	return slices.CompactFunc(out, func(c, d Cycle) bool { return c.Edges[0].Site == d.Edges[0].Site })
}

// outerGates adds to the gates of an edge the locks that all callers of its
// function hold.
func (a *Analysis) outerGates(e Edge) []model.Gate {
	gates := slices.Clone(e.Gates)
	for _, op := range a.Entry(e.Fn).Must {
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

// through finds the shortest cycles that contain edge start, breadth first.
func (g *order) through(start int) []Cycle {
	first := g.edges[start]
	type path struct{ edges []int }
	queue := []path{{[]int{start}}}
	visits := 0
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if visits++; visits > 2000 {
			return nil
		}
		last := g.edges[p.edges[len(p.edges)-1]]
		for _, next := range g.out[last.To] {
			e := g.edges[next]
			if !g.compatible(p.edges, e) {
				continue
			}
			if e.To == first.From {
				if c, ok := g.cycle(append(p.edges[:len(p.edges):len(p.edges)], next)); ok {
					return []Cycle{c}
				}
				continue
			}
			if len(p.edges)+1 < maxCycle && !g.visits(p.edges, e.To) {
				queue = append(queue, path{append(p.edges[:len(p.edges):len(p.edges)], next)})
			}
		}
	}
	return nil
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
	for i := range edges {
		c.Edges = append(c.Edges, g.edges[edges[(best+i)%n]])
	}
	return c, best >= 0
}

// apart reports whether two locks of one class certainly belong to different
// objects: each is reached through a field that owns its object, and the fields
// are different. The locks of a utility type, held by many, meet only by class.
func (g *order) apart(p, q *access.Path) bool {
	if p == nil || q == nil || p.Parent() == nil || q.Parent() == nil {
		return false
	}
	f, h := p.Parent().Class(), q.Parent().Class()
	return f != "" && h != "" && f != h && g.owning(f) && g.owning(h)
}

// owning reports whether a field of this package only ever holds objects made
// for it: everything stored into it is new.
func (a *Analysis) owning(field access.Class) bool {
	if a.owners == nil {
		a.indexOwners()
	}
	return a.owners[field]
}

func (a *Analysis) indexOwners() {
	a.owners = make(map[access.Class]bool)
	shared := make(map[access.Class]bool)
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok || !isLockable(st.Val.Type()) {
					continue
				}
				fa, ok := st.Addr.(*ssa.FieldAddr)
				if !ok {
					continue
				}
				class := a.prog.Path(fa).Class()
				switch {
				case class == "":
				case a.isNew(st.Val):
					a.owners[class] = true
				default:
					shared[class] = true
				}
			}
		}
	}
	for c := range shared {
		delete(a.owners, c)
	}
}

// isNew reports whether a value is nil, or an object made right here.
func (a *Analysis) isNew(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.IsNil()
	case *ssa.Alloc:
		return true
	case *ssa.Call:
		return a.Fresh(v, 0)
	case *ssa.MakeInterface:
		return a.isNew(v.X)
	}
	return false
}

func (g *order) rank(e Edge) int { return g.count[[2]access.Class{e.From, e.To}] }
