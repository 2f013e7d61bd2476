package graph

import (
	_ "embed"
	"fmt"
	"html"
	"io"
	"strings"
)

//go:embed svg.css
var svgStyle string

// WriteSVG writes the graph as a picture of its own, with its legend.
func WriteSVG(w io.Writer, g *Graph) error {
	_, err := io.WriteString(w, drawSVG(g, true))
	return err
}

// drawSVG renders the graph; alone, it brings its style, a ground and a legend.
// Numbers have one decimal, so that the last bits of floating point, which
// processors may differ in, do not show.
func drawSVG(g *Graph, alone bool) string {
	p := lay(g)
	var b strings.Builder
	w, h := p.w, p.h
	if len(p.boxes) == 0 {
		w, h = max(w, float64(len([]rune(g.Empty)))*charWidth+2*margin), 60
	}
	legend := 0.0
	if alone && len(g.Legend) > 0 {
		legend = 30
		w = max(w, legendWidth(g)+2*margin)
	}
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="graph" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" role="img" aria-label="%s">`+"\n", w, h+legend, w, h+legend, html.EscapeString(g.Title))
	if alone {
		fmt.Fprintf(&b, "<title>%s</title>\n<style>%s</style>\n<rect class=\"ground\" width=\"100%%\" height=\"100%%\"/>\n", html.EscapeString(g.Title), svgStyle)
	}
	b.WriteString("<defs>")
	for _, t := range []Tone{Plain, Quiet, Bad, Warn, Good, Blue} {
		fmt.Fprintf(&b, `<marker id="arrow-%s" class="arrow %s" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto-start-reverse"><path d="M0 1L10 5L0 9z"/></marker>`, toneName(t), toneName(t))
	}
	b.WriteString("</defs>\n")
	if len(p.boxes) == 0 {
		fmt.Fprintf(&b, `<text class="empty" x="%.0f" y="36">%s</text>`+"\n", margin, html.EscapeString(g.Empty))
	}
	at := g.index()
	b.WriteString(`<g class="edges">` + "\n")
	for _, c := range p.lines {
		writeEdge(&b, &g.Edges[c.edge], c, at)
	}
	b.WriteString("</g>\n<g class=\"nodes\">\n")
	for _, x := range p.boxes {
		writeNode(&b, &g.Nodes[x.node], x, alone)
	}
	b.WriteString("</g>\n")
	if legend > 0 {
		writeLegend(&b, g, h)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

func toneName(t Tone) string {
	if t == Plain {
		return "plain"
	}
	return string(t)
}

func dashes(dashed bool) string {
	if dashed {
		return " dashed"
	}
	return ""
}

func writeEdge(b *strings.Builder, e *Edge, c curve, at map[string]int) {
	tone := toneName(e.Tone)
	fmt.Fprintf(b, `<g class="edge %s%s" data-from="%d" data-to="%d"><path d="%s" marker-end="url(#arrow-%s)">`, tone, dashes(e.Dashed), at[e.From], at[e.To], c.path(), tone)
	if len(e.Details) > 0 {
		fmt.Fprintf(b, "<title>%s</title>", html.EscapeString(strings.Join(e.Details, "\n")))
	}
	b.WriteString("</path>")
	if e.Label != "" {
		fmt.Fprintf(b, `<text class="label" x="%.1f" y="%.1f">%s</text>`, c.label.x, c.label.y-4, html.EscapeString(e.Label))
	}
	b.WriteString("</g>\n")
}

// path is the curve: level at every point, bent between them.
func (c curve) path() string {
	var b strings.Builder
	p := c.points
	if c.loop {
		return fmt.Sprintf("M%.1f %.1fC%.1f %.1f %.1f %.1f %.1f %.1f", p[0].x, p[0].y, p[0].x-6, p[0].y-30, p[1].x+6, p[1].y-30, p[1].x, p[1].y)
	}
	fmt.Fprintf(&b, "M%.1f %.1f", p[0].x, p[0].y)
	for i := 1; i < len(p); i++ {
		if i%2 == 0 { // straight through a layer
			fmt.Fprintf(&b, "L%.1f %.1f", p[i].x, p[i].y)
			continue
		}
		mid := (p[i-1].x + p[i].x) / 2
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", mid, p[i-1].y, mid, p[i].y, p[i].x, p[i].y)
	}
	return b.String()
}

func writeNode(b *strings.Builder, n *Node, x box, alone bool) {
	focus := ""
	if !alone {
		focus = ` tabindex="0" role="button"`
	}
	r := 6.0
	if n.Round {
		r = 12
	}
	fmt.Fprintf(b, `<g class="node %s%s" data-n="%d"%s transform="translate(%.1f %.1f)"><rect width="%.1f" height="%.1f" rx="%.0f"/>`,
		toneName(n.Tone), map[bool]string{true: " round"}[n.Round], x.node, focus, x.x, x.y, x.w, x.h, r)
	for i, l := range n.Lines {
		class := "line " + toneName(l.Tone)
		if i == 0 {
			class = "name"
		}
		fmt.Fprintf(b, `<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, padX, padY+lineHeight*float64(i)+11, html.EscapeString(cut(l.Text)))
	}
	for _, l := range n.Lines {
		if cut(l.Text) != l.Text {
			fmt.Fprintf(b, "<title>%s</title>", html.EscapeString(n.text()))
			break
		}
	}
	b.WriteString("</g>\n")
}

// text is all that a node says.
func (n *Node) text() string {
	var lines []string
	for _, l := range n.Lines {
		lines = append(lines, l.Text)
	}
	return strings.Join(lines, "\n")
}

func legendWidth(g *Graph) (w float64) {
	for _, k := range g.Legend {
		w += 44 + float64(len([]rune(k.Text)))*legendChar
	}
	return w
}

func writeLegend(b *strings.Builder, g *Graph, y float64) {
	x := margin
	b.WriteString(`<g class="legend">` + "\n")
	for _, k := range g.Legend {
		tone := toneName(k.Tone)
		if k.Node {
			fmt.Fprintf(b, `<g class="node %s"><rect x="%.1f" y="%.1f" width="20" height="12" rx="4"/></g>`, tone, x, y+2)
		} else {
			fmt.Fprintf(b, `<g class="edge %s%s"><path d="M%.1f %.1fh22" marker-end="url(#arrow-%s)"/></g>`, tone, dashes(k.Dashed), x, y+8, tone)
		}
		fmt.Fprintf(b, `<text class="line plain" x="%.1f" y="%.1f">%s</text>`+"\n", x+28, y+12, html.EscapeString(k.Text))
		x += 44 + float64(len([]rune(k.Text)))*legendChar
	}
	b.WriteString("</g>\n")
}
