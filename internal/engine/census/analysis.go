package census

import (
	"cmp"
	"go/token"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/owners"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Goroutine is one place that starts goroutines.
type Goroutine struct {
	Spawn  *spawn.Spawn
	Ends   bool   // it comes to its end by itself, whatever others do
	Waits  []Peer // who waits for its end
	Stops  []Peer // who can make it stop
	Errors []Peer // where its errors go
}

// A Peer is a place that deals with a goroutine.
type Peer struct {
	Fn   *ssa.Function // nil if it is out of sight: the caller's context, a timer
	Pos  token.Pos
	How  string // "wg.Wait", "close(s.done)", "sent on errc"
	Lost bool   // of errors: nobody will see it
}

// An Analysis is the census of one package. It is computed on demand.
type Analysis struct {
	prog   *ssabuild.Program
	spawns *spawn.Analysis
	errs   *errs.Analysis

	joins    []joinAt
	closes   []call    // close of a channel
	invokes  []call    // calls of func values: those of cancel functions among them
	receives []call    // receives from channels, in selects too
	contexts []context // derived contexts and the functions that cancel them
	listens  map[*ssa.Function][]listen
}

type joinAt struct {
	fn *ssa.Function
	*spawn.Join
}

// A call is something done to what a path names.
type call struct {
	fn    *ssa.Function
	instr ssa.Instruction
	path  *access.Path
}

// Run makes the census of a package. Its cost is two passes over the instructions
// and, for each goroutine, one over the functions that it runs.
func Run(prog *ssabuild.Program, spawns *spawn.Analysis, e *errs.Analysis, o *owners.Analysis) []*Goroutine {
	a := &Analysis{prog: prog, spawns: spawns, errs: e, listens: make(map[*ssa.Function][]listen)}
	a.index()
	var out []*Goroutine
	for _, s := range spawns.Spawns() {
		g := &Goroutine{Spawn: s, Ends: o.EndsByItself(s)}
		a.waits(g)
		a.stops(g)
		a.errors(g)
		if !prog.IsTestFunc(s.Fn) { // what tests do with it says nothing about the program
			for _, peers := range []*[]Peer{&g.Waits, &g.Stops, &g.Errors} {
				*peers = slices.DeleteFunc(*peers, func(p Peer) bool { return p.Fn != nil && prog.IsTestFunc(p.Fn) })
			}
		}
		out = append(out, g)
	}
	return out
}

func (a *Analysis) index() {
	for _, fn := range a.prog.Funcs {
		for _, j := range a.spawns.Joins(fn) {
			a.joins = append(a.joins, joinAt{fn, j})
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				a.note(fn, instr)
			}
		}
	}
}

// waits lists the places that wait for a signal that the goroutine gives at its end.
func (a *Analysis) waits(g *Goroutine) {
	s := g.Spawn
	if s.Joined {
		g.Waits = append(g.Waits, Peer{Fn: s.Fn, Pos: ssabuild.InstrPos(s.Site), How: "the call itself"})
	}
	for i := range s.Signals {
		sig := &s.Signals[i]
		if !sig.Every && !sig.Deferred {
			continue
		}
		for _, j := range a.joins {
			if !sig.Op.AnsweredBy(j.Op) || !same(sig.Path, j.Path) || a.runs(s, j.fn) {
				continue
			}
			g.Waits = add(g.Waits, Peer{Fn: j.fn, Pos: ssabuild.InstrPos(j.Wait), How: a.waitText(sig.Op, j.Path)})
		}
	}
	g.Waits = direct(a, g.Waits)
}

func (a *Analysis) waitText(op model.SignalOp, p *access.Path) string {
	name := a.errs.Name(p)
	switch op {
	case model.SignalDone, model.SignalGroup, model.SignalEvent:
		return name + ".Wait"
	case model.SignalFuture:
		return "the end of " + name
	}
	return "<-" + name
}

// direct leaves out those who wait only by calling another of the list.
func direct(a *Analysis, peers []Peer) []Peer {
	calls := func(p, q Peer) bool {
		for _, site := range a.prog.Callers(q.Fn) {
			if ssabuild.InstrPos(site) == p.Pos {
				return true
			}
		}
		return false
	}
	return slices.DeleteFunc(slices.Clone(peers), func(p Peer) bool {
		return slices.ContainsFunc(peers, func(q Peer) bool { return q.Fn != p.Fn && q.Fn != nil && calls(p, q) })
	})
}

// runs reports whether a function is what the goroutine itself runs.
func (a *Analysis) runs(s *spawn.Spawn, fn *ssa.Function) bool {
	return slices.ContainsFunc(s.Targets, func(t ssabuild.Target) bool { return t.Fn == fn })
}

// same reports whether two paths may name one object: they are equal, or of one
// class where that is a field's.
func same(p, q *access.Path) bool {
	if p == nil || q == nil || p.Root().Kind == access.Unknown && p.Class() == "" {
		return false
	}
	return p == q || p.Class() != "" && p.Class() == q.Class()
}

func add(peers []Peer, p Peer) []Peer {
	if slices.ContainsFunc(peers, func(q Peer) bool { return q.Fn == p.Fn && q.How == p.How }) {
		return peers
	}
	peers = append(peers, p)
	slices.SortStableFunc(peers, func(p, q Peer) int { return cmp.Compare(p.Pos, q.Pos) })
	return peers
}
