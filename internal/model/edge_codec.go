package model

import (
	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

// EncodeEdges writes lock-order edges.
func EncodeEdges(e *Encoder, edges []Edge) {
	e.Uint(len(edges))
	for i := range edges {
		g := &edges[i]
		e.String(string(g.From))
		e.String(string(g.To))
		e.Uint(int(g.FromMode))
		e.Uint(int(g.ToMode))
		e.String(g.FromName)
		e.String(g.ToName)
		e.String(g.Func)
		encodeHops(e, g.Outer)
		encodeHops(e, g.Inner)
		e.Uint(len(g.Gates))
		for _, gate := range g.Gates {
			e.String(string(gate.Class))
			e.Uint(int(gate.Mode))
		}
		e.Bool(g.Weak)
		e.Bool(g.Same)
	}
}

// DecodeEdges reads what [EncodeEdges] wrote.
func DecodeEdges(d *Decoder) []Edge {
	edges := make([]Edge, d.Len())
	for i := range edges {
		g := &edges[i]
		g.From, g.To = access.Class(d.String()), access.Class(d.String())
		g.FromMode, g.ToMode = api.Mode(d.Uint()), api.Mode(d.Uint())
		g.FromName, g.ToName = d.String(), d.String()
		g.Func = d.String()
		g.Outer, g.Inner = decodeHops(d), decodeHops(d)
		for range d.Len() {
			g.Gates = append(g.Gates, Gate{Class: access.Class(d.String()), Mode: api.Mode(d.Uint())})
		}
		g.Weak, g.Same = d.Bool(), d.Bool()
	}
	return edges
}
