package driver

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/graph"
	"github.com/conclint/conclint/internal/report"
)

// goroutineGraph draws the goroutines: from the function that starts one to the
// goroutine, from there to who waits for it, and from who stops it to it. What the
// starter does itself stands in the goroutine's box.
func goroutineGraph(notes []graphNote, tests bool) *graph.Graph {
	m := &goroutineMap{g: &graph.Graph{
		Title: "Goroutines",
		Empty: "No goroutine is started.",
		Legend: []graph.Key{
			{Text: "starts"},
			{Tone: graph.Good, Text: "is waited for"},
			{Tone: graph.Blue, Dashed: true, Text: "stops, and perhaps waits"},
			{Node: true, Tone: graph.Warn, Text: "nobody in sight stops it or waits for it"},
			{Node: true, Tone: graph.Bad, Text: "loses an error"},
		},
	}, functions: map[string]bool{}, runs: map[string][]string{}}
	for _, n := range notes {
		if x := n.Goroutine; x != nil && (tests || !x.Test) {
			m.add(n.pkg, x)
		}
	}
	m.join()
	m.g.Lists = []graph.List{{Title: "Errors that are lost", Entries: m.lost}, {Title: "Nobody in sight", Entries: m.alone}}
	return m.g
}

type goroutineMap struct {
	g           *graph.Graph
	functions   map[string]bool     // nodes of functions
	runs        map[string][]string // goroutines by the function that they run
	lost, alone []graph.Entry
}

func functionID(pkg, id string) string { return "f " + pkg + "." + id }

// function is the node of a function that deals with goroutines.
func (m *goroutineMap) function(pkg, name, id string) string {
	node := functionID(pkg, id)
	if !m.functions[node] {
		m.functions[node] = true
		where := path.Base(pkg)
		if place := strings.TrimPrefix(id, name+" "); strings.HasPrefix(name, "func literal") {
			where += ", " + place
		}
		m.g.Nodes = append(m.g.Nodes, graph.Node{ID: node, Lines: []graph.Line{{Text: name}, {Text: where}}})
	}
	return node
}

func (m *goroutineMap) add(pkg string, x *report.Goroutine) {
	starter := m.function(pkg, x.Starter, x.StartID)
	n := graph.Node{ID: "g " + pkg + " " + x.At + " " + x.Runs, Round: true, Lines: []graph.Line{{Text: x.Runs}}}
	started := x.Kind + ", " + x.At
	if x.Many {
		started = x.Kind + ", many, " + x.At
	}
	line := func(tone graph.Tone, text string) { n.Lines = append(n.Lines, graph.Line{Text: text, Tone: tone}) }
	line(graph.Plain, started)
	m.g.Edges = append(m.g.Edges, graph.Edge{From: starter, To: n.ID, Details: []string{x.Starter + " starts it (" + x.At + ")"}})
	stops := map[string]bool{} // functions that stop it: an edge leads from them
	for _, p := range x.Stops {
		line(graph.Blue, "stopped: "+peerText(p))
		if p.Func == "" || p.ID == x.StartID {
			continue
		}
		e := graph.Edge{From: m.function(pkg, p.Func, p.ID), To: n.ID, Tone: graph.Blue, Dashed: true, Details: []string{"stops: " + peerText(p)}}
		for _, w := range x.Waits {
			if w.ID == p.ID {
				e.Details = append(e.Details, "waits: "+peerText(w))
			}
		}
		if !stops[p.ID] {
			m.g.Edges = append(m.g.Edges, e)
		}
		stops[p.ID] = true
	}
	for _, p := range x.Waits {
		line(graph.Good, "awaited: "+peerText(p))
		if p.Func != "" && p.ID != x.StartID && !stops[p.ID] {
			m.g.Edges = append(m.g.Edges, graph.Edge{From: n.ID, To: m.function(pkg, p.Func, p.ID), Tone: graph.Good, Details: []string{"waits: " + peerText(p)}})
		}
	}
	for _, p := range x.Errors {
		tone := graph.Plain
		if p.Lost {
			tone = graph.Bad
		}
		line(tone, "errors: "+peerText(p))
	}
	where := x.Starter + " (" + x.At + ") in " + path.Base(pkg)
	switch {
	case slices.ContainsFunc(x.Errors, func(p report.Peer) bool { return p.Lost }):
		n.Tone = graph.Bad
		m.lost = append(m.lost, graph.Entry{Text: x.Runs, Lines: []string{where}, Tone: graph.Bad, Nodes: []string{n.ID, starter}})
	case len(x.Waits) == 0 && len(x.Stops) == 0 && x.Ends:
		line(graph.Plain, "ends by itself")
	case len(x.Waits) == 0 && len(x.Stops) == 0 && strings.HasSuffix(x.Kind, "goroutine"):
		n.Tone = graph.Warn
		line(graph.Warn, "nobody in sight waits or stops")
		m.alone = append(m.alone, graph.Entry{Text: x.Runs, Lines: []string{where}, Tone: graph.Warn, Nodes: []string{n.ID, starter}})
	}
	m.g.Nodes = append(m.g.Nodes, n)
	if x.RunsID != "" {
		m.runs[functionID(pkg, x.RunsID)] = append(m.runs[functionID(pkg, x.RunsID)], n.ID)
	}
}

// peerText is what a peer does and where.
func peerText(p report.Peer) string {
	if p.At == "" {
		return p.How
	}
	return p.How + ", " + p.At
}

// join shows who descends from whom. A function that deals with goroutines and is
// itself what one goroutine runs is one with it; if several run it, each leads there.
func (m *goroutineMap) join() {
	one := map[string]string{}
	for _, id := range sortedKeys(m.runs) {
		switch by := m.runs[id]; {
		case !m.functions[id]:
		case len(by) == 1:
			one[id] = by[0]
		default:
			for _, g := range by {
				m.g.Edges = append(m.g.Edges, graph.Edge{From: g, To: id, Tone: graph.Quiet, Details: []string{"runs it"}})
			}
		}
	}
	m.g.Nodes = slices.DeleteFunc(m.g.Nodes, func(n graph.Node) bool { return one[n.ID] != "" })
	node := func(id string) string { return cmp.Or(one[id], id) }
	for i := range m.g.Edges {
		e := &m.g.Edges[i]
		e.From, e.To = node(e.From), node(e.To)
	}
	for _, list := range [][]graph.Entry{m.lost, m.alone} {
		for i := range list {
			for k, id := range list[i].Nodes {
				list[i].Nodes[k] = node(id)
			}
		}
	}
}
