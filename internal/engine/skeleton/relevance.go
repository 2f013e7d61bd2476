package skeleton

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// relevance is what a function can do to tracked objects, solved bottom-up per
// component of the call graph, so that recursion and order do not matter.
type relevance struct {
	touches bool // operates on, stores or hands on what may be tracked
	makes   bool // creates synchronisation objects
	spawns  bool // starts goroutines
	waits   bool // may wait for a channel, wait group or cond
	syncs   bool // has an operation of its own on something shared
	peers   bool // creates something to wait for, more than a lock
}

func (c *Compiler) solveRelevance() {
	c.rel = make(map[*ssa.Function]relevance)
	for _, comp := range c.prog.Order() {
		var sum relevance
		for _, fn := range comp {
			sum = sum.or(c.ownRelevance(fn))
		}
		for _, fn := range comp {
			for _, b := range fn.Blocks {
				for _, in := range b.Instrs {
					switch in := in.(type) {
					case ssa.CallInstruction:
						for _, t := range c.prog.Callees(in) {
							if t.Fn != nil {
								sum = sum.or(c.rel[t.Fn])
							}
						}
					case *ssa.MakeClosure:
						r := c.rel[in.Fn.(*ssa.Function)]
						sum.touches = sum.touches || r.touches
					}
				}
			}
		}
		for _, fn := range comp {
			c.rel[fn] = sum
		}
	}
}

func (r relevance) or(o relevance) relevance {
	return relevance{r.touches || o.touches, r.makes || o.makes, r.spawns || o.spawns, r.waits || o.waits, r.syncs || o.syncs, r.peers || o.peers}
}

// relevanceOf also knows wrappers, which have no place in the package's order.
func (c *Compiler) relevanceOf(fn *ssa.Function) relevance {
	if r, ok := c.rel[fn]; ok {
		return r
	}
	if b := c.prog.Body(fn); b != nil {
		return c.rel[b]
	}
	return relevance{touches: true}
}

func (c *Compiler) ownRelevance(fn *ssa.Function) relevance {
	var r relevance
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			switch in := in.(type) {
			case *ssa.Send, *ssa.Select:
				r.touches, r.waits, r.syncs = true, true, true
			case *ssa.UnOp:
				if _, ok := in.X.Type().Underlying().(*types.Chan); ok {
					r.touches, r.waits, r.syncs = true, true, true
				}
			case *ssa.MakeChan:
				r.touches, r.makes, r.peers = true, true, true
			case *ssa.Alloc:
				if t := pointee(in.Type()); c.types.holdsSync(t) {
					r.touches, r.makes = true, true
					r.peers = r.peers || isNamed(t, "sync", "WaitGroup")
				}
			case *ssa.Store:
				r.touches = r.touches || !plain(in.Val.Type()) || c.tags.slot(in.Addr)
			case *ssa.MapUpdate, *ssa.MakeClosure:
				r.touches = true
			case *ssa.Return:
				for _, v := range in.Results {
					// A getter of a flag or key decides what its caller does.
					r.touches = r.touches || !plain(v.Type()) && !isConst(v) && len(fn.Params)+len(fn.FreeVars) > 0
				}
			case *ssa.Go:
				r.touches, r.spawns = true, true
				r = r.or(c.callRelevance(in.Common()))
			case ssa.CallInstruction:
				r = r.or(c.callRelevance(in.Common()))
			}
		}
	}
	return r
}

func isConst(v ssa.Value) bool { _, ok := v.(*ssa.Const); return ok }

func (c *Compiler) callRelevance(common *ssa.CallCommon) relevance {
	if b, ok := common.Value.(*ssa.Builtin); ok {
		return relevance{touches: b.Name() == "close" || b.Name() == "append", syncs: b.Name() == "close"}
	}
	e, ok := c.prog.Effect(common)
	if ok {
		switch e.Op {
		case api.NoOp, api.ErrorNew, api.Log, api.Block, api.Sleep, api.Gosched, api.SetDeadline:
			return relevance{touches: e.Func >= 0}
		case api.WgGo, api.GroupGo, api.GroupTry, api.SpawnTimer, api.CtxAfter:
			return relevance{touches: true, spawns: true}
		case api.WgWait, api.CondWait, api.GroupWait:
			return relevance{touches: true, waits: true, syncs: true}
		case api.CtxCancel, api.CtxDeadline, api.GroupNew, api.TickerNew, api.TimerNew, api.TimerChan, api.CondNew:
			return relevance{touches: true, makes: true, peers: true}
		}
		return relevance{touches: true, syncs: true}
	}
	if common.IsInvoke() {
		return relevance{touches: true}
	}
	if callee := common.StaticCallee(); callee != nil {
		if c.prog.Body(callee) != nil {
			return relevance{} // joined through the order
		}
		return relevance{touches: len(c.escaping(common)) > 0}
	}
	return relevance{touches: true}
}

func pointee(t types.Type) types.Type {
	if p, ok := t.Underlying().(*types.Pointer); ok {
		return p.Elem()
	}
	return t
}

// escaping lists the arguments of a call to unknown code that it may keep or
// use. The standard library keeps functions and channels; other code may keep
// whatever leads to synchronisation.
func (c *Compiler) escaping(common *ssa.CallCommon) []ssa.Value {
	std := false
	if fn := ssabuild.StaticCallee(common); fn != nil && fn.Pkg() != nil && api.IsStd(fn.Pkg().Path()) {
		switch fn.Pkg().Path() {
		case "reflect", "sync", "sync/atomic", "container/list", "container/heap", "container/ring", "context":
		default:
			std = true
		}
	}
	var out []ssa.Value
	for _, a := range common.Args {
		t := a.Type()
		if std {
			switch t.Underlying().(type) {
			case *types.Chan, *types.Signature:
				out = append(out, a)
			case *types.Interface:
				if types.Identical(t, errorType) || isContext(t) {
					continue
				}
				if mi, ok := a.(*ssa.MakeInterface); ok && !isEmptyInterface(t) {
					// A handler, a flag value, a collector: its methods will be called.
					if c.types.carries(mi.X.Type()) {
						out = append(out, a)
					}
				}
			}
			continue
		}
		if c.types.carries(t) && !isConst(a) {
			out = append(out, a)
		}
	}
	return out
}

func isEmptyInterface(t types.Type) bool {
	i, ok := t.Underlying().(*types.Interface)
	return ok && i.NumMethods() == 0
}
