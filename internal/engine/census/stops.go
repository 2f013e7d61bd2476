package census

import (
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A context is one that a function derives, with what ends it.
type context struct {
	call   *ssa.Call
	paths  []*access.Path // of the context
	cancel []*access.Path // of the function that cancels it
	also   string         // what else ends it: "a timeout"
}

// A listen is a receive by which a function may learn that it should stop.
type listen struct {
	ctx  bool         // from the Done channel of path, a context
	path *access.Path // in the terms of the function
}

// note files what may end goroutines or wait for what they send.
func (a *Analysis) note(fn *ssa.Function, instr ssa.Instruction) {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			a.receives = append(a.receives, call{fn, instr, a.prog.Path(instr.X)})
		}
	case *ssa.Select:
		for _, st := range instr.States {
			if st.Dir == types.RecvOnly {
				a.receives = append(a.receives, call{fn, instr, a.prog.Path(st.Chan)})
			}
		}
	case ssa.CallInstruction:
		common := instr.Common()
		if b, ok := common.Value.(*ssa.Builtin); ok {
			if b.Name() == "close" {
				a.closes = append(a.closes, call{fn, instr, a.prog.Path(common.Args[0])})
			}
			return
		}
		if !common.IsInvoke() && ssabuild.StaticCallee(common) == nil {
			a.invokes = append(a.invokes, call{fn, instr, a.prog.Path(common.Value)})
		}
		if c, ok := instr.(*ssa.Call); ok {
			a.noteContext(c)
		}
	}
}

// noteContext files a call that derives a context: its results are the context and
// a function that cancels it, or a group and the context that its first error ends.
func (a *Analysis) noteContext(c *ssa.Call) {
	ctx, cancel, also := 0, 1, ""
	if eff, ok := a.prog.GroupEffect(c.Common()); ok && eff.Op == api.GroupNew && eff.Ctx != api.None {
		ctx, cancel, also = 1, -1, "the first error of the group"
	} else if eff, ok := a.prog.Effect(c.Common()); !ok || eff.Op != api.CtxCancel && eff.Op != api.CtxDeadline {
		return
	} else if eff.Op == api.CtxDeadline {
		also = "a timeout"
	}
	out := context{call: c, also: also}
	for _, ref := range *c.Referrers() {
		e, ok := ref.(*ssa.Extract)
		if !ok {
			continue
		}
		switch e.Index {
		case ctx:
			out.paths = a.names(e)
		case cancel:
			out.cancel = a.names(e)
		}
	}
	a.contexts = append(a.contexts, out)
}

// names are the paths of a value: its own and those of what it is stored to.
func (a *Analysis) names(v ssa.Value) []*access.Path {
	out := []*access.Path{a.prog.Path(v)}
	for _, ref := range *v.Referrers() {
		if st, ok := ref.(*ssa.Store); ok && st.Val == v {
			out = append(out, a.prog.Path(st.Addr))
			if al, ok := a.prog.Lexical(st.Addr).(*ssa.Alloc); ok {
				out = append(out, a.prog.CellPath(al))
			}
		}
	}
	return out
}

// stops lists who closes what the goroutine listens to, and who cancels its contexts.
func (a *Analysis) stops(g *Goroutine) {
	s := g.Spawn
	for _, t := range s.Targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) {
			continue
		}
		for _, l := range a.hears(t.Fn, 2) {
			// A callee's parameter is the goroutine's argument; fields keep their class.
			path := a.prog.Translate(l.path, t, s.Fn)
			if l.ctx {
				a.cancels(g, path, l.path)
				continue
			}
			for _, c := range a.closes {
				if (same(path, c.path) || same(l.path, c.path)) && !a.runs(s, c.fn) {
					g.Stops = add(g.Stops, Peer{Fn: c.fn, Pos: ssabuild.InstrPos(c.instr), How: "close(" + a.errs.Name(c.path) + ")"})
				}
			}
		}
	}
}

func (a *Analysis) cancels(g *Goroutine, paths ...*access.Path) {
	known := false
	for _, c := range a.contexts {
		if !slices.ContainsFunc(c.paths, func(p *access.Path) bool {
			return slices.ContainsFunc(paths, func(q *access.Path) bool { return same(p, q) })
		}) {
			continue
		}
		known = true
		if c.also != "" {
			g.Stops = add(g.Stops, Peer{Pos: c.call.Pos(), How: c.also})
		}
		for _, i := range a.invokes {
			if slices.ContainsFunc(c.cancel, func(p *access.Path) bool { return same(p, i.path) }) && !a.runs(g.Spawn, i.fn) {
				g.Stops = add(g.Stops, Peer{Fn: i.fn, Pos: ssabuild.InstrPos(i.instr), How: a.errs.Name(i.path) + "()"})
			}
		}
	}
	if !known {
		name := "a context"
		if p := paths[0]; p.Root().Kind != access.Unknown {
			name = a.errs.Name(p)
		}
		g.Stops = add(g.Stops, Peer{How: name + ", from outside"})
	}
}

// hears lists what a function, and what it calls in this package, receives from.
func (a *Analysis) hears(fn *ssa.Function, depth int) []listen {
	if ls, ok := a.listens[fn]; ok && depth == 2 {
		return ls
	}
	var out []listen
	put := func(l listen) {
		if !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	channel := func(v ssa.Value, looks bool) {
		if ctx := a.doneOf(v); ctx != nil {
			put(listen{true, a.prog.Path(ctx)})
		} else if looks || tellsNothing(v.Type()) {
			put(listen{false, a.prog.Path(v)})
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					channel(instr.X, instr.CommaOk)
				}
			case *ssa.Select:
				for _, st := range instr.States {
					if st.Dir == types.RecvOnly {
						channel(st.Chan, false)
					}
				}
			case *ssa.Call:
				a.heardBy(fn, instr, depth, put)
			}
		}
	}
	if depth == 2 {
		a.listens[fn] = out
	}
	return out
}

// tellsNothing reports whether a channel carries no values, so that what can be
// learnt from it is that it is closed. From others a goroutine learns that only if
// it looks, by ranging over them or by v, ok := <-c.
func tellsNothing(t types.Type) bool {
	ch, ok := t.Underlying().(*types.Chan)
	if !ok {
		return false
	}
	switch elem := ch.Elem().Underlying().(type) {
	case *types.Struct:
		return elem.NumFields() == 0
	case *types.Basic:
		return elem.Kind() == types.Bool
	}
	return false
}

// heardBy adds what a call hears: its own context, or what its callee receives from.
func (a *Analysis) heardBy(fn *ssa.Function, site *ssa.Call, depth int, put func(listen)) {
	common := site.Common()
	if eff, ok := a.prog.Effect(common); ok {
		switch {
		case eff.Op == api.CtxErr:
			if recv := ssabuild.Receiver(common); recv != nil {
				put(listen{true, a.prog.Path(recv)})
			}
		case eff.Ctx != api.None:
			if ctx := ssabuild.Arg(common, eff.Ctx); ctx != nil {
				put(listen{true, a.prog.Path(ctx)})
			}
		}
		return
	}
	if depth == 0 || len(a.spawns.SpawnsAt(site)) > 0 {
		return
	}
	for _, t := range a.prog.Callees(site) {
		if t.Fn == nil || !a.prog.Has(t.Fn) || t.Fn == fn {
			continue
		}
		for _, l := range a.hears(t.Fn, depth-1) {
			put(listen{l.ctx, a.prog.Translate(l.path, t, fn)})
		}
	}
}

// doneOf is the context whose Done channel v is, nil if it is none.
func (a *Analysis) doneOf(v ssa.Value) ssa.Value {
	c, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if eff, ok := a.prog.Effect(c.Common()); ok && eff.Op == api.CtxDone {
		return ssabuild.Receiver(c.Common())
	}
	return nil
}
