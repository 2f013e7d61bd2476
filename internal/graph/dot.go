package graph

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// dotColour is a tone as graphviz knows it.
var dotColour = map[Tone]string{
	Plain: "gray40", Quiet: "gray75", Bad: "red3", Warn: "darkorange3", Good: "forestgreen", Blue: "royalblue3",
}

// WriteDOT writes the graph in the language of graphviz.
func WriteDOT(w io.Writer, g *Graph) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "digraph %s {\n\trankdir=LR;\n\tnode [shape=box, style=rounded, fontname=monospace, fontsize=11];\n\tedge [fontname=monospace, fontsize=9];\n", quote(g.Title))
	for i := range g.Nodes {
		n := &g.Nodes[i]
		fmt.Fprintf(b, "\t%s [label=%s, color=%s];\n", quote(n.ID), quote(n.text()), dotColour[n.Tone])
	}
	at := g.index()
	for i := range g.Edges {
		e := &g.Edges[i]
		if _, ok := at[e.From]; !ok {
			continue
		}
		if _, ok := at[e.To]; !ok {
			continue
		}
		fmt.Fprintf(b, "\t%s -> %s [color=%s", quote(e.From), quote(e.To), dotColour[e.Tone])
		if e.Label != "" {
			fmt.Fprintf(b, ", label=%s", quote(e.Label))
		}
		if e.Dashed {
			b.WriteString(", style=dashed")
		}
		if e.Tone == Bad {
			b.WriteString(", penwidth=2")
		}
		if len(e.Details) > 0 {
			fmt.Fprintf(b, ", tooltip=%s", quote(strings.Join(e.Details, "\n")))
		}
		b.WriteString("];\n")
	}
	b.WriteString("}\n")
	return b.Flush()
}

// quote makes a string of the DOT language, with line ends as \n.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", "").Replace(s) + `"`
}
