package skeleton

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
)

// births says which synchronisation objects that somebody may wait for (more than
// a lock) a function brings into the world of its caller: by its results, or by
// storing them where the caller finds them. It is what makes a call worth following
// that is given nothing tracked, so it is decided by the flow of values and not by
// what happens somewhere below: in a large program, everything makes a channel in
// the end.
//
// Small functions that only build something, in which such objects may be put
// later, are followed too: they cost next to nothing.
type births struct{ returns, fills, builds bool }

// solveBirths runs after relevance, bottom-up; a component is repeated until it
// has settled.
func (c *Compiler) solveBirths() {
	c.born = make(map[*ssa.Function]births)
	for _, comp := range c.prog.Order() {
		for changed := true; changed; {
			changed = false
			for _, fn := range comp {
				if b := c.birthsOf(fn); b != c.born[fn] {
					c.born[fn] = b
					changed = changed || len(comp) > 1
				}
			}
		}
	}
}

func (c *Compiler) birthsOf(fn *ssa.Function) births {
	small := isSmall(fn)
	if !c.rel[fn].peers && !small {
		return births{}
	}
	e := c.flows(fn)
	e.markAll(e.results)
	b := births{returns: e.makesPeer(), builds: small && e.makesAny()}
	if !c.rel[fn].peers {
		return b
	}
	e.marked = make(map[ssa.Value]bool)
	e.markAll(e.sinks)
	b.fills = e.makesPeer() || e.fillsParams()
	return b
}

// smallest is the number of instructions up to which a function that builds
// something is followed.
const smallest = 40

func isSmall(fn *ssa.Function) bool {
	n := 0
	for _, b := range fn.Blocks {
		n += len(b.Instrs)
	}
	return n <= smallest
}

// makesAny reports whether something marked is made here, whatever it is.
func (e *escape) makesAny() bool {
	for v := range e.marked {
		switch v := v.(type) {
		case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice:
			return true
		case *ssa.Call:
			if callee := e.c.prog.Body(v.Call.StaticCallee()); callee != nil && e.c.born[callee].builds {
				return true
			}
		}
	}
	return false
}

// makesPeer reports whether something marked is made here.
func (e *escape) makesPeer() bool {
	for v := range e.marked {
		if in, ok := v.(ssa.Instruction); ok && e.c.peerMade(in) {
			return true
		}
	}
	return false
}

// fillsParams reports whether the function passes what it was given on to one
// that fills it.
func (e *escape) fillsParams() bool {
	for _, site := range e.calls {
		common := site.Common()
		callee := e.c.prog.Body(common.StaticCallee())
		if callee == nil || !e.c.born[callee].fills {
			continue
		}
		for _, a := range common.Args {
			if _, local := e.c.baseOf(a).(*ssa.Alloc); !local && e.c.types.carries(a.Type()) {
				return true
			}
		}
	}
	return false
}

// peerMade reports whether an instruction makes something to wait for, or calls
// what makes and returns it.
func (c *Compiler) peerMade(in ssa.Instruction) bool {
	if c.meetingMade(in) {
		return true
	}
	site, ok := in.(ssa.CallInstruction)
	if !ok {
		return false
	}
	if e, ok := c.prog.Effect(site.Common()); ok {
		switch e.Op {
		case api.CtxCancel, api.CtxDeadline, api.TickerNew, api.SpawnTimer:
			return true
		}
	}
	return false
}

// meetingMade is peerMade for what goroutines meet at: contexts and timers alone
// end by themselves, or are ended by whoever made them.
func (c *Compiler) meetingMade(in ssa.Instruction) bool {
	switch in := in.(type) {
	case *ssa.MakeChan:
		return true
	case *ssa.Alloc:
		return c.types.holdsPeer(pointee(in.Type()))
	case ssa.CallInstruction:
		common := in.Common()
		if e, ok := c.prog.Effect(common); ok {
			return e.Op == api.GroupNew || e.Op == api.CondNew
		}
		callee := c.prog.Body(common.StaticCallee())
		return callee != nil && c.born[callee].returns
	}
	return false
}

// holdsPeer is holdsSync without what is only ever locked.
func (t *typeTable) holdsPeer(typ types.Type) bool {
	if !t.holdsSync(typ) {
		return false
	}
	if v := t.peer.At(typ); v != nil {
		return v.(bool)
	}
	r := false
	switch u := typ.Underlying().(type) {
	case *types.Struct:
		switch syncName(typ) {
		case "WaitGroup", "Cond":
			r = true
		}
		r = r || isNamed(typ, "golang.org/x/sync/errgroup", "Group")
		for i := 0; i < u.NumFields() && !r; i++ {
			r = t.holdsPeer(u.Field(i).Type())
		}
	case *types.Array:
		r = t.holdsPeer(u.Elem())
	}
	t.peer.Set(typ, r)
	return r
}
