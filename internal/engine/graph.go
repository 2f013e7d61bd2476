package engine

import (
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/census"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

// graph reports what conclint graph draws: the lock order and the goroutines of
// this package. Edges of imported packages come with those packages, but for such
// as close a circle here.
func (in *Info) graph() {
	type edge struct {
		from, to access.Class
		fn       string
	}
	circles := make(map[edge]string)
	foreign := make(map[edge]bool)
	for _, c := range in.Locks.Cycles(in.ImportedEdges) {
		for _, e := range c.Edges {
			k := edge{e.From, e.To, e.Func}
			circles[k] = c.Key()
			if e.Site == nil && !foreign[k] {
				foreign[k] = true
				in.graphNote(token.NoPos, report.GraphNote{Lock: lockEdge(e, c.Key())})
			}
		}
	}
	for _, e := range in.Locks.Pairs() {
		circles[edge{e.From, e.To, e.Func}] = string(e.From)
	}
	for _, e := range in.Locks.Edges() {
		note := lockEdge(e, circles[edge{e.From, e.To, e.Func}])
		note.Test = in.Prog.IsTestFunc(e.Fn)
		in.graphNote(ssabuild.InstrPos(e.Site), report.GraphNote{Lock: note})
	}
	for _, g := range census.Run(in.Prog, in.Spawn, in.Errs(), in.Owners()) {
		in.graphNote(ssabuild.InstrPos(g.Spawn.Site), report.GraphNote{Goroutine: in.goroutine(g)})
	}
}

func (in *Info) graphNote(pos token.Pos, n report.GraphNote) {
	if !pos.IsValid() {
		pos = in.pass.Files[0].Package
	}
	in.pass.Report(analysis.Diagnostic{Pos: pos, Category: report.CodeGraph, Message: report.EncodeGraphNote(n)})
}

func lockEdge(e locks.Edge, circle string) *report.LockEdge {
	out := &report.LockEdge{
		From: string(e.From), To: string(e.To), FromName: e.FromName, ToName: e.ToName,
		FromRead: e.FromMode == api.Read, ToRead: e.ToMode == api.Read,
		Func: e.Func, Circle: circle, Weak: e.Weak,
	}
	if len(e.Inner) > 0 {
		out.At = e.Inner[0].At
		out.Calls = hops(e.Inner[1:])
	}
	return out
}

func hops(chain []model.Hop) []string {
	var out []string
	for _, h := range chain {
		out = append(out, h.Func+" ("+h.At+")")
	}
	return out
}

func (in *Info) goroutine(g *census.Goroutine) *report.Goroutine {
	s := g.Spawn
	out := &report.Goroutine{
		Runs: "unknown function", Starter: ssabuild.FuncName(s.Fn), StartID: in.funcID(s.Fn), At: in.Prog.Place(ssabuild.InstrPos(s.Site)), Kind: s.Kind.String(),
		Many: s.Many || s.InLoop, Ends: g.Ends, Test: in.Prog.IsTestFunc(s.Fn),
		Waits: in.peers(g.Waits), Stops: in.peers(g.Stops), Errors: in.peers(g.Errors),
	}
	for i, t := range s.Targets {
		switch {
		case i > 0:
			out.Runs, out.RunsID = out.Runs+" or …", ""
			return out
		case t.Fn != nil:
			out.Runs, out.RunsID = ssabuild.FuncName(t.Fn), in.funcID(t.Fn)
		case t.Obj != nil:
			out.Runs = t.Obj.Pkg().Name() + "." + t.Obj.Name()
		}
	}
	return out
}

// funcID is unique in the package, other than the name of a literal.
func (in *Info) funcID(fn *ssa.Function) string {
	return ssabuild.FuncName(fn) + " " + in.Prog.Place(fn.Pos())
}

func (in *Info) peers(peers []census.Peer) []report.Peer {
	var out []report.Peer
	for _, p := range peers {
		r := report.Peer{How: p.How, Lost: p.Lost}
		if p.Fn != nil {
			r.Func, r.ID = ssabuild.FuncName(p.Fn), in.funcID(p.Fn)
		}
		if p.Pos.IsValid() {
			r.At = in.Prog.Place(p.Pos)
		}
		out = append(out, r)
	}
	return out
}
