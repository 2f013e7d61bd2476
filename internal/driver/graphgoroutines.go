package driver

import (
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
	}, functions: map[string]bool{}}
	runs := map[string]bool{} // functions that are goroutines themselves
	for _, n := range notes {
		if x := n.Goroutine; x != nil && (tests || !x.Test) {
			m.add(n.pkg, x)
			runs[n.pkg+"\n"+x.Runs] = true
		}
	}
	m.join(runs)
	m.g.Lists = []graph.List{{Title: "Errors that are lost", Entries: m.lost}, {Title: "Nobody in sight", Entries: m.alone}}
	return m.g
}

type goroutineMap struct {
	g           *graph.Graph
	functions   map[string]bool
	lost, alone []graph.Entry
}

// function is the node of a function that deals with goroutines.
func (m *goroutineMap) function(pkg, name string) string {
	id := "f " + pkg + "." + name
	if !m.functions[id] {
		m.functions[id] = true
		m.g.Nodes = append(m.g.Nodes, graph.Node{ID: id, Lines: []graph.Line{{Text: name}, {Text: path.Base(pkg)}}})
	}
	return id
}

func (m *goroutineMap) add(pkg string, x *report.Goroutine) {
	starter := m.function(pkg, x.Starter)
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
		if p.Func == "" || p.Func == x.Starter {
			continue
		}
		e := graph.Edge{From: m.function(pkg, p.Func), To: n.ID, Tone: graph.Blue, Dashed: true, Details: []string{"stops: " + peerText(p)}}
		for _, w := range x.Waits {
			if w.Func == p.Func {
				e.Details = append(e.Details, "waits: "+peerText(w))
			}
		}
		if !stops[p.Func] {
			m.g.Edges = append(m.g.Edges, e)
		}
		stops[p.Func] = true
	}
	for _, p := range x.Waits {
		line(graph.Good, "awaited: "+peerText(p))
		if p.Func != "" && p.Func != x.Starter && !stops[p.Func] {
			m.g.Edges = append(m.g.Edges, graph.Edge{From: n.ID, To: m.function(pkg, p.Func), Tone: graph.Good, Details: []string{"waits: " + peerText(p)}})
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
}

// peerText is what a peer does and where.
func peerText(p report.Peer) string {
	if p.At == "" {
		return p.How
	}
	return p.How + ", " + p.At
}

// join makes one node of a goroutine and the function that it runs, where that
// starts goroutines in its turn: the map then shows who descends from whom.
func (m *goroutineMap) join(runs map[string]bool) {
	for key := range runs {
		pkg, name, _ := strings.Cut(key, "\n")
		id := "f " + pkg + "." + name
		if !m.functions[id] {
			delete(runs, key)
		}
	}
	var edges []graph.Edge
	for _, n := range m.g.Nodes {
		rest, ok := strings.CutPrefix(n.ID, "g ")
		if !ok {
			continue
		}
		pkg, _, _ := strings.Cut(rest, " ")
		if runs[pkg+"\n"+n.Lines[0].Text] {
			edges = append(edges, graph.Edge{From: n.ID, To: "f " + pkg + "." + n.Lines[0].Text, Tone: graph.Quiet, Details: []string{"runs"}})
		}
	}
	m.g.Edges = append(m.g.Edges, edges...)
}
