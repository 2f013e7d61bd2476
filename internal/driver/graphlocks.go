package driver

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/graph"
	"github.com/conclint/conclint/internal/report"
)

// lockGraph draws the lock order: an arrow from a lock to one that is taken while
// the first is held. Red arrows are those of circles that are reported; arrows in
// other circles, whose locks something else keeps apart, are amber.
func lockGraph(notes []graphNote, tests bool) *graph.Graph {
	g := &graph.Graph{
		Title: "Lock order",
		Empty: "No lock is taken while another one is held.",
		Legend: []graph.Key{
			{Text: "the second is taken while the first is held"},
			{Tone: graph.Quiet, Dashed: true, Text: "perhaps: through an interface or a func field"},
			{Tone: graph.Bad, Text: "deadlock: the order has a circle"},
			{Tone: graph.Warn, Text: "circle that something else excludes"},
		},
	}
	type pair struct{ from, to string }
	evidence := map[pair][]*report.LockEdge{}
	var pairs []pair
	var classes []string
	node := func(class string) {
		if !slices.Contains(classes, class) {
			classes = append(classes, class)
		}
	}
	for _, n := range notes {
		e := n.Lock
		if e == nil || e.Test && !tests {
			continue
		}
		k := pair{e.From, e.To}
		if evidence[k] == nil {
			pairs = append(pairs, k)
			node(e.From)
			node(e.To)
		}
		evidence[k] = append(evidence[k], e)
	}
	component := components(classes, func(yield func(from, to string)) {
		for _, k := range pairs {
			yield(k.from, k.to)
		}
	})
	bad := map[string]bool{}
	circles := graph.List{Title: "Deadlocks"}
	excluded := graph.List{Title: "Circles that something else excludes"}
	for _, k := range pairs {
		e := graph.Edge{From: k.from, To: k.to}
		weak := true
		for _, x := range evidence[k] {
			weak = weak && x.Weak
			e.Details = append(e.Details, lockDetail(x))
			if x.Circle != "" {
				e.Tone = graph.Bad
			}
		}
		e.Details = slices.Compact(e.Details)
		e.Label = shortLabel(evidence[k])
		switch {
		case e.Tone == graph.Bad:
			bad[k.from], bad[k.to] = true, true
		case k.from != k.to && component[k.from] == component[k.to]:
			e.Tone = graph.Warn
			excluded.Entries = append(excluded.Entries, graph.Entry{
				Text: lockName(k.from) + " → " + lockName(k.to), Lines: e.Details, Tone: graph.Warn, Nodes: []string{k.from, k.to}})
		case weak:
			e.Tone, e.Dashed = graph.Quiet, true
		}
		g.Edges = append(g.Edges, e)
	}
	if len(g.Edges) > 24 { // labels would cover what they name
		for i := range g.Edges {
			if g.Edges[i].Tone != graph.Bad {
				g.Edges[i].Label = ""
			}
		}
	}
	circles.Entries = circleEntries(notes, tests)
	slices.Sort(classes)
	for _, c := range classes {
		n := graph.Node{ID: c, Lines: []graph.Line{{Text: lockName(c)}, {Text: lockPackage(c)}}}
		if bad[c] {
			n.Tone = graph.Bad
		}
		g.Nodes = append(g.Nodes, n)
	}
	g.Lists = []graph.List{circles, excluded}
	return g
}

// circleEntries lists the reported circles with the functions that close them.
func circleEntries(notes []graphNote, tests bool) []graph.Entry {
	byKey := map[string]*graph.Entry{}
	for _, n := range notes {
		e := n.Lock
		if e == nil || e.Circle == "" || e.Test && !tests {
			continue
		}
		x := byKey[e.Circle]
		if x == nil {
			x = &graph.Entry{Tone: graph.Bad}
			byKey[e.Circle] = x
		}
		if line := lockDetail(e); !slices.Contains(x.Lines, line) {
			x.Lines = append(x.Lines, line)
		}
		for _, c := range []string{e.From, e.To} {
			if !slices.Contains(x.Nodes, c) {
				x.Nodes = append(x.Nodes, c)
			}
		}
	}
	var out []graph.Entry
	for _, key := range sortedKeys(byKey) {
		x := byKey[key]
		var names []string
		for _, c := range x.Nodes {
			names = append(names, lockName(c))
		}
		x.Text = strings.Join(names, " ⇄ ")
		if len(names) == 1 {
			x.Text = "two instances of " + names[0]
		}
		out = append(out, *x)
	}
	return out
}

// lockDetail says in one line how an edge comes about.
func lockDetail(e *report.LockEdge) string {
	verb := func(read bool) string {
		if read {
			return "read-locks"
		}
		return "locks"
	}
	through := ""
	if len(e.Calls) > 0 {
		through = " through " + strings.Join(e.Calls, ", ")
	}
	held := e.FromName
	if e.FromRead {
		held += ", locked for reading"
	}
	return fmt.Sprintf("%s (%s) %s %s%s, holding %s", e.Func, e.At, verb(e.ToRead), e.ToName, through, held)
}

func shortLabel(es []*report.LockEdge) string {
	var names []string
	for _, e := range es {
		if !slices.Contains(names, e.Func) {
			names = append(names, e.Func)
		}
	}
	switch {
	case len(names) == 1:
		return names[0]
	case len(names) > 1:
		return fmt.Sprintf("%s +%d", names[0], len(names)-1)
	}
	return ""
}

// lockName is a class without its package's path: "Bank.mu"; lockPackage is that path.
func lockName(class string) string {
	return strings.TrimPrefix(class[len(lockPackage(class)):], ".")
}

func lockPackage(class string) string {
	dir, base := path.Split(class)
	pkg, _, _ := strings.Cut(base, ".")
	return dir + pkg
}

// components numbers the strongly connected components of a graph of names (Tarjan 1972).
func components(names []string, edges func(yield func(from, to string))) map[string]int {
	succ := map[string][]string{}
	edges(func(from, to string) { succ[from] = append(succ[from], to) })
	index, low, comp := map[string]int{}, map[string]int{}, map[string]int{}
	var stack []string
	var visit func(string)
	visit = func(v string) {
		index[v] = len(index) + 1
		low[v] = index[v]
		stack = append(stack, v)
		for _, w := range succ[v] {
			switch {
			case index[w] == 0:
				visit(w)
				low[v] = min(low[v], low[w])
			case comp[w] == 0:
				low[v] = min(low[v], index[w])
			}
		}
		if low[v] < index[v] {
			return
		}
		for {
			w := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			comp[w] = index[v]
			if w == v {
				return
			}
		}
	}
	for _, n := range names {
		if index[n] == 0 {
			visit(n)
		}
	}
	return comp
}
