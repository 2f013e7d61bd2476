package graph

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// random makes a graph of n nodes and m edges.
func random(seed uint64, n, m int) *Graph {
	r := rand.New(rand.NewPCG(seed, 1))
	g := &Graph{Title: "random"}
	for i := range n {
		node := Node{ID: fmt.Sprint(i), Lines: []Line{{Text: strings.Repeat("n", 1+r.IntN(30))}}}
		for range r.IntN(4) {
			node.Lines = append(node.Lines, Line{Text: "line"})
		}
		g.Nodes = append(g.Nodes, node)
	}
	for range m {
		g.Edges = append(g.Edges, Edge{From: fmt.Sprint(r.IntN(n)), To: fmt.Sprint(r.IntN(n)), Label: strings.Repeat("e", r.IntN(12))})
	}
	return g
}

func each(t *testing.T, f func(t *testing.T, g *Graph)) {
	for seed := range uint64(40) {
		n := 1 + int(seed)
		t.Run(fmt.Sprint(seed), func(t *testing.T) { f(t, random(seed, n, int(seed)*2)) })
	}
}

// Boxes do not overlap, and lie in the picture.
func TestBoxesApart(t *testing.T) {
	each(t, func(t *testing.T, g *Graph) {
		p := lay(g)
		require.Len(t, p.boxes, len(g.Nodes))
		for i, a := range p.boxes {
			assert.True(t, a.x >= 0 && a.y >= 0 && a.x+a.w <= p.w && a.y+a.h <= p.h, "%v is outside", a)
			for _, b := range p.boxes[i+1:] {
				const eps = 0.01
				apart := a.x+a.w <= b.x+eps || b.x+b.w <= a.x+eps || a.y+a.h <= b.y+eps || b.y+b.h <= a.y+eps
				assert.True(t, apart, "%v and %v overlap", a, b)
			}
		}
	})
}

// Every edge begins and ends at its boxes, and passes no other.
func TestEdgesReachTheirBoxes(t *testing.T) {
	each(t, func(t *testing.T, g *Graph) {
		p := lay(g)
		require.Len(t, p.lines, len(g.Edges))
		at := g.index()
		byNode := map[int]box{}
		for _, b := range p.boxes {
			byNode[b.node] = b
		}
		touches := func(b box, q point) bool {
			return q.x >= b.x-0.01 && q.x <= b.x+b.w+0.01 && q.y >= b.y-0.01 && q.y <= b.y+b.h+0.01
		}
		for _, c := range p.lines {
			e := g.Edges[c.edge]
			from, to := byNode[at[e.From]], byNode[at[e.To]]
			assert.True(t, touches(from, c.points[0]), "edge %s-%s begins at %v, box %v", e.From, e.To, c.points[0], from)
			assert.True(t, touches(to, c.points[len(c.points)-1]), "edge %s-%s ends elsewhere", e.From, e.To)
			for _, q := range c.points[1 : len(c.points)-1] {
				for _, b := range p.boxes {
					assert.False(t, touches(b, q), "edge %s-%s passes through %d", e.From, e.To, b.node)
				}
			}
		}
	})
}

// Turned edges leave no circle: every other one leads to a higher layer.
func TestRanks(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 2))
		n := 1 + r.IntN(20)
		var edges [][2]int
		for range r.IntN(40) {
			edges = append(edges, [2]int{r.IntN(n), r.IntN(n)})
		}
		rank, turned := ranks(n, edges)
		for i, e := range edges {
			switch {
			case e[0] == e[1]:
			case turned[i]:
				assert.Less(t, rank[e[1]], rank[e[0]])
			default:
				assert.Less(t, rank[e[0]], rank[e[1]])
			}
		}
	}
	_, turned := ranks(4, [][2]int{{0, 1}, {1, 2}, {0, 2}, {2, 3}})
	assert.NotContains(t, turned, true, "what has no circle is not turned")
	_, turned = ranks(3, [][2]int{{0, 1}, {1, 2}, {2, 0}})
	count := 0
	for _, x := range turned {
		if x {
			count++
		}
	}
	assert.Equal(t, 1, count, "one edge of a circle is enough")
}

// Edges that need not cross do not.
func TestNoNeedlessCrossings(t *testing.T) {
	vs := []vertex{{layer: 0}, {layer: 0}, {layer: 0}, {layer: 1}, {layer: 1}, {layer: 1}}
	for _, e := range [][2]int{{0, 5}, {1, 4}, {2, 3}, {0, 4}} {
		vs[e[0]].right = append(vs[e[0]].right, e[1])
		vs[e[1]].left = append(vs[e[1]].left, e[0])
	}
	assert.Zero(t, crossings(vs, order(vs)))
}

// Settling keeps order and distance, and does nothing where everybody has what he wants.
func TestSettle(t *testing.T) {
	vs := []vertex{{h: 10, y: 5}, {h: 10, y: 60}, {h: 10, y: 100, left: []int{0}}, {h: 10, y: 200, left: []int{1}}}
	settle(vs, []int{2, 3})
	assert.InDelta(t, 5, vs[2].y, 1e-9)
	assert.InDelta(t, 60, vs[3].y, 1e-9)
	vs[1].y = 0 // they would have to change places
	settle(vs, []int{2, 3})
	assert.InDelta(t, 10+nodeGap, vs[3].y-vs[2].y, 1e-9)
	assert.InDelta(t, 2.5, (vs[2].y+vs[3].y)/2, 1e-9, "both give way alike")
}

const evil = `<script>alert(1)</script>"'&]]>` + "\n\\"

func TestOutputs(t *testing.T) {
	g := random(7, 12, 20)
	g.Subject, g.Tool = "s"+evil, "t"+evil
	g.Nodes[0].Lines[0].Text = evil
	g.Nodes[0].ID = evil
	g.Edges = append(g.Edges, Edge{From: evil, To: "3", Label: evil, Details: []string{evil}, Tone: Bad, Dashed: true}, Edge{From: evil, To: evil}, Edge{From: "3", To: "nowhere"})
	g.Legend = []Key{{Text: evil, Tone: Warn}, {Text: "box", Node: true}}
	g.Lists = []List{{Title: evil, Entries: []Entry{{Text: evil, Lines: []string{evil}, Nodes: []string{evil, "3", "nowhere"}}}}}
	g.Errors = []string{evil}
	for name, write := range map[string]func(io.Writer, *Graph) error{"dot": WriteDOT, "svg": WriteSVG, "html": WriteHTML} {
		var a, b bytes.Buffer
		require.NoError(t, write(&a, g))
		require.NoError(t, write(&b, g))
		assert.Equal(t, a.String(), b.String(), name)
		if name != "dot" {
			assert.NotContains(t, a.String(), "<script>alert", name)
		}
		assert.NotRegexp(t, `(?i)\bsrc=|<link|<img|@import`, a.String(), name)
	}
	var svg bytes.Buffer
	require.NoError(t, WriteSVG(&svg, g))
	for d := xml.NewDecoder(&svg); ; {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		require.NoError(t, err, "the picture is no XML")
	}
	var dot bytes.Buffer
	require.NoError(t, WriteDOT(&dot, g))
	assert.NotContains(t, dot.String(), "nowhere")
	assert.Contains(t, dot.String(), `\"'&]]>\n\\`)
}

func TestEmpty(t *testing.T) {
	var b bytes.Buffer
	require.NoError(t, WriteSVG(&b, &Graph{Empty: "Nothing here.", Legend: []Key{{Text: "k"}}}))
	assert.Contains(t, b.String(), "Nothing here.")
	require.NoError(t, WriteHTML(&b, &Graph{Empty: "Nothing here."}))
	require.NoError(t, WriteDOT(&b, &Graph{}))
}

func TestCut(t *testing.T) {
	long := strings.Repeat("ä", 200)
	assert.Len(t, []rune(cut(long)), maxChars-1+maxChars%2)
	assert.Equal(t, "short", cut("short"))
}

func BenchmarkLay(b *testing.B) {
	g := random(3, 150, 260)
	for b.Loop() {
		lay(g)
	}
}
