package skeleton

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// A Finding is a finding of the explorer in a scope of this package.
type Finding struct {
	*explore.Finding
	// Root is the function explored, or the constructor of the type explored.
	Root *ssa.Function
	// Client: found under a client of a type that calls methods at will, so it
	// rests on an assumption about callers.
	Client bool
	// Calls are the methods that the client called, if Client.
	Calls []explore.Call
	// Twice: the client called one closing method twice.
	Twice  bool
	Handed bool // what it waits for is counted down by callbacks that others promise to call
	Unset  bool // it closes a field that was left nil under a condition, which the close may depend on too
}

// Analysis is what exploring a package found.
type Analysis struct {
	Findings []Finding // in source order of what is blocked
	Stats    explore.Stats
	// OverScopes names the scopes that ran out of budget, for -debug.stats.
	OverScopes []string
	// Failed says which scopes the explorer itself failed on, and how.
	Failed []string

	prog *ssabuild.Program
	c    *Compiler
	m    *explore.Machine
}

// Options restrict or change an exploration, for tests.
type Options struct {
	Explore    explore.Options
	NoSimplify bool
	Roots      func(fn *ssa.Function) bool // which functions may be scopes; nil: all outside tests
	NoTypes    bool                        // no type scopes
}

// packageSteps bounds the instructions run for one package; scopes beyond count as
// over budget. The largest package of the audited modules, of 150,000 lines, needs a third.
const packageSteps = 12_000_000

// Run explores the package.
func Run(prog *ssabuild.Program, opt Options) *Analysis {
	a := &Analysis{prog: prog}
	if !worthwhile(prog) {
		return a
	}
	c := newCompiler(prog)
	c.noSimplify = opt.NoSimplify
	a.c = c
	a.m = explore.NewMachine(c.P)
	a.m.Options = opt.Explore
	seen := map[string]bool{}
	for _, fn := range prog.Funcs {
		if opt.Roots != nil && !opt.Roots(fn) || opt.Roots == nil && prog.IsTestFunc(fn) || !c.isRoot(fn) {
			continue
		}
		if a.m.Stats.Steps > packageSteps {
			a.m.Stats.Scopes++
			a.m.Stats.Over++
			a.OverScopes = append(a.OverScopes, ssabuild.FuncName(fn))
			continue
		}
		a.try(ssabuild.FuncName(fn), func() { a.explore(a.m, fn, seen) })
	}
	if !opt.NoTypes {
		a.exploreTypes(seen)
	}
	a.Stats = a.m.Stats
	slices.SortStableFunc(a.Findings, func(x, y Finding) int { return cmp.Compare(x.Blocked[0].Instr.Pos, y.Blocked[0].Instr.Pos) })
	return a
}

// try explores one scope. A failure of the explorer costs that scope only; the
// machine is replaced, since it may have been left in the middle of something.
func (a *Analysis) try(name string, f func()) {
	defer func() {
		if r := recover(); r != nil {
			a.Failed = append(a.Failed, fmt.Sprintf("exploring %s: %v", name, r))
			fresh := explore.NewMachine(a.c.P)
			fresh.Options, fresh.Stats = a.m.Options, a.m.Stats
			a.m = fresh
		}
	}()
	f()
}

// worthwhile is the cheap test: without goroutines nothing can interleave.
func worthwhile(prog *ssabuild.Program) bool {
	for _, fn := range prog.Funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.Go:
					return true
				case ssa.CallInstruction:
					if e, ok := prog.Effect(in.Common()); ok && spawns(e.Op) {
						return true
					}
				}
			}
		}
	}
	return false
}

func spawns(op api.Op) bool {
	switch op {
	case api.WgGo, api.GroupGo, api.GroupTry, api.SpawnTimer, api.CtxAfter, api.Spawn:
		return true
	}
	return false
}

// isRoot reports whether fn is a scope: it makes something to wait for that does
// not escape, or has it made, and something below it starts goroutines or waits
// for others.
func (c *Compiler) isRoot(fn *ssa.Function) bool {
	r := c.rel[fn]
	if len(c.closedTwice(fn)) > 0 {
		return true
	}
	if fn.Blocks == nil || !r.peers || !r.spawns && !r.waits {
		return false
	}
	var marked map[ssa.Value]bool
	starts := c.starts(fn)
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if !c.meetingMade(in) && !c.fillsLocal(in) && !(starts && c.peerMade(in)) {
				continue
			}
			if marked == nil {
				marked = c.letsGo(fn).marked
			}
			if v, ok := in.(ssa.Value); !ok || !marked[v] {
				return true
			}
		}
	}
	return false
}

// starts reports whether fn, a literal in it, or a function that it calls starts a
// goroutine: a context or a timer is no scope without one.
func (c *Compiler) starts(fn *ssa.Function) bool {
	if startsItself(fn) {
		return true
	}
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if site, ok := in.(ssa.CallInstruction); ok {
				if callee := c.prog.Body(site.Common().StaticCallee()); callee != nil && startsItself(callee) {
					return true
				}
			}
		}
	}
	return false
}

func startsItself(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if _, ok := in.(*ssa.Go); ok {
				return true
			}
		}
	}
	for _, lit := range fn.AnonFuncs {
		if startsItself(lit) {
			return true
		}
	}
	return false
}

// fillsLocal reports whether an instruction gives a local object to a function
// that puts something to wait for into it.
func (c *Compiler) fillsLocal(in ssa.Instruction) bool {
	site, ok := in.(ssa.CallInstruction)
	if !ok {
		return false
	}
	callee := c.prog.Body(site.Common().StaticCallee())
	if callee == nil || !c.born[callee].fills {
		return false
	}
	for _, a := range site.Common().Args {
		if alloc, ok := a.(*ssa.Alloc); ok && c.types.carries(alloc.Type()) {
			return true
		}
	}
	return false
}

func (a *Analysis) explore(m *explore.Machine, fn *ssa.Function, seen map[string]bool) {
	c := a.c
	entry := c.funcFor(fn)
	c.P.Ensure(entry)
	// The duty to close is judged before the channel is let go.
	sites, calls := c.escapes(fn, len(c.closedTwice(fn)) == 0)
	from, to := fn.Pos(), fn.Pos()
	if src := fn.Syntax(); src != nil {
		from, to = src.Pos(), src.End()
	}
	res := m.Explore(&explore.Scope{
		From: pos(from), To: pos(to),
		Entry: entry, Process: fn.Name() == "main" && fn.Pkg != nil && fn.Pkg.Pkg.Name() == "main" && fn.Parent() == nil,
		ResultsEscape: true, Escaped: sites, Opaque: calls,
	})
	if res.Over {
		a.OverScopes = append(a.OverScopes, entry.Name)
	}
	a.keep(fn, res.Findings, false, seen)
}

// keep adds findings that are new: one per place, whatever scopes see it.
func (a *Analysis) keep(root *ssa.Function, fs []*explore.Finding, client bool, seen map[string]bool) {
	for _, f := range fs {
		k := placeKey(f)
		if seen[k] || a.consequence(f, root) {
			continue
		}
		seen[k] = true
		a.Findings = append(a.Findings, Finding{Finding: f, Root: root, Client: client, Handed: a.c.byCallback(f), Unset: a.c.leftUnset(f)})
	}
}

// consequence reports whether everybody in an earlier finding of the same root is
// stuck in f too: then the others of f only wait for them.
func (a *Analysis) consequence(f *explore.Finding, root *ssa.Function) bool {
	if f.Kind != explore.Stuck {
		return false
	}
	for i := range a.Findings {
		if o := &a.Findings[i]; o.Root == root && o.Kind == explore.Stuck && !o.Assumed() && subset(o.Blocked, f.Blocked) {
			return true
		}
	}
	return false
}

func subset(part, whole []explore.Blocked) bool {
	for _, p := range part {
		if !slices.ContainsFunc(whole, func(w explore.Blocked) bool { return w.Instr.Op == p.Instr.Op && placeOf(w) == placeOf(p) }) {
			return false
		}
	}
	return true
}

func placeKey(f *explore.Finding) string {
	var sb strings.Builder
	fmt.Fprintf(&sb, "%d", f.Kind)
	for _, b := range f.Blocked {
		fmt.Fprintf(&sb, "|%d:%d", b.Instr.Op, placeOf(b))
	}
	return sb.String()
}

// placeOf is where a goroutine stands in this package's source: library
// skeletons have no positions of their own.
func placeOf(b explore.Blocked) explore.Pos {
	for i := len(b.Frames) - 1; i >= 0; i-- {
		if p := b.Frames[i].Pos; p != 0 {
			return p
		}
	}
	return b.Func.Pos
}
