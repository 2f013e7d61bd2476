// Package graph lays directed graphs out in layers and writes them as DOT, SVG
// and HTML.
//
// The layout is that of Sugiyama, Tagawa and Toda ("Methods for Visual
// Understanding of Hierarchical System Structures", 1981) with the usual parts:
// edges that close circles are turned, nodes get layers, long edges are cut into
// pieces, layers are ordered by barycentres so that few edges cross, and
// coordinates minimise the bends. Layers are columns and edges run to the right,
// since labels are wide. Everything is deterministic: the order of nodes and edges
// decides where nothing else does.
package graph

import "slices"

// A Graph is what is drawn.
type Graph struct {
	Title   string // of the picture
	Subject string // what was analysed
	Tool    string
	Nodes   []Node
	Edges   []Edge // between nodes of the list; others are left out
	Legend  []Key
	Empty   string   // what a picture without nodes says instead
	Lists   []List   // what is said beside the picture, in HTML
	Errors  []string // what is missing
}

// A Tone is a colour by its meaning.
type Tone string

// The tones.
const (
	Plain Tone = ""
	Quiet Tone = "quiet"
	Bad   Tone = "bad"
	Warn  Tone = "warn"
	Good  Tone = "good"
	Blue  Tone = "blue"
)

// A Node is a box of a few lines, the first of which is its name.
type Node struct {
	ID    string
	Lines []Line
	Tone  Tone
	Round bool
}

// A Line is one line of text in a box.
type Line struct {
	Text string
	Tone Tone
}

// An Edge is an arrow. There may be several from one node to another.
type Edge struct {
	From, To string
	Label    string // drawn in the middle of the edge; best short or empty
	Tone     Tone
	Dashed   bool
	Details  []string // shown on demand
}

// A Key explains a tone in the legend.
type Key struct {
	Tone   Tone
	Dashed bool
	Node   bool
	Text   string
}

// A List is a heading with entries; each names the nodes that it is about.
type List struct {
	Title   string
	Entries []Entry
}

// An Entry of a list.
type Entry struct {
	Text  string
	Lines []string
	Tone  Tone
	Nodes []string // IDs
}

// sizes of the picture, in pixels.
const (
	charWidth  = 7.23 // of a monospaced font of 12 pixels
	lineHeight = 16.0
	padX       = 12.0
	padY       = 8.0
	portGap    = 16.0 // between the ends of edges at a box
	nodeGap    = 16.0 // between nodes of a layer
	layerGap   = 78.0 // between layers, for edges to bend
	labelWidth = 6.1  // of a character in an edge's label
	legendChar = 6.7  // of a character in the legend
	partGap    = 34.0 // between parts that are not connected
	margin     = 20.0
	maxChars   = 52 // of a line; longer ones are cut
)

// cut shortens a text in the middle, where names have least to say.
func cut(s string) string {
	r := []rune(s)
	if len(r) <= maxChars {
		return s
	}
	half := (maxChars - 1) / 2
	return string(r[:half]) + "…" + string(r[len(r)-half:])
}

// size is the size of a node's box.
func (n *Node) size() (w, h float64) {
	chars := 6
	for _, l := range n.Lines {
		chars = max(chars, len([]rune(cut(l.Text))))
	}
	return float64(chars)*charWidth + 2*padX, float64(len(n.Lines))*lineHeight + 2*padY - 2
}

// index finds nodes by their IDs. Of two with one ID the first counts.
func (g *Graph) index() map[string]int {
	at := make(map[string]int, len(g.Nodes))
	for i := range g.Nodes {
		if _, ok := at[g.Nodes[i].ID]; !ok {
			at[g.Nodes[i].ID] = i
		}
	}
	return at
}

// parts lists the connected parts: large ones first, equal ones in the order of their nodes.
func parts(n int, edges [][2]int) [][]int {
	parent := make([]int, n)
	for i := range parent {
		parent[i] = i
	}
	var find func(int) int
	find = func(i int) int {
		for parent[i] != i {
			parent[i] = parent[parent[i]]
			i = parent[i]
		}
		return i
	}
	for _, e := range edges {
		a, b := find(e[0]), find(e[1])
		parent[max(a, b)] = min(a, b)
	}
	byRoot := make([][]int, n)
	for i := range n {
		byRoot[find(i)] = append(byRoot[find(i)], i)
	}
	out := slices.DeleteFunc(byRoot, func(p []int) bool { return len(p) == 0 })
	slices.SortStableFunc(out, func(a, b []int) int { return len(b) - len(a) })
	return out
}
