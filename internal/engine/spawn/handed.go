package spawn

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// Whoever receives a function from a channel, or finds it in a queue, runs it: in
// its own goroutine and under its own locks, not in those of the function that
// put it there.

// summariseHanded adds to fn's summary the func parameters that it hands over.
func (a *Analysis) summariseHanded(fn *ssa.Function, sum *model.Spawns) {
	for i, p := range fn.Params {
		if _, isFunc := p.Type().Underlying().(*types.Signature); !isFunc || len(sum.Runs) >= maxSummary {
			continue
		}
		known := slices.ContainsFunc(sum.Runs, func(r model.ParamSpawn) bool { return r.Param == i })
		if !known && a.handsOver(ssabuild.Target{Fn: fn}, i) {
			sum.Runs = append(sum.Runs, model.ParamSpawn{Param: i, Kind: model.SpawnHanded})
		}
	}
}

// handsOver reports whether the target does not run the function that it is given
// as argument i, but sends it on a channel or stores it for somebody else to run.
func (a *Analysis) handsOver(t ssabuild.Target, i int) bool {
	if t.Fn == nil {
		sum := a.SummaryOf(t)
		return sum != nil && slices.ContainsFunc(sum.Runs, func(r model.ParamSpawn) bool { return r.Kind == model.SpawnHanded && r.Param == i })
	}
	if i < 0 || i >= len(t.Fn.Params) {
		return false
	}
	if slices.ContainsFunc(a.calls[t.Fn], func(r paramRun) bool { return r.param == t.Fn.Params[i] }) {
		return false
	}
	return a.leaves(t.Fn.Params[i], 0)
}

// maxHandover bounds the steps from a value to where it is sent or stored.
const maxHandover = 6

// leaves reports whether a value, or something that holds it, is sent or stored
// where others find it. A literal that calls it holds it.
func (a *Analysis) leaves(v ssa.Value, depth int) bool {
	if v.Referrers() == nil || depth > maxHandover {
		return false
	}
	return slices.ContainsFunc(*v.Referrers(), func(ref ssa.Instruction) bool {
		switch ref := ref.(type) {
		case *ssa.Send:
			return ref.X == v
		case *ssa.Select:
			return slices.ContainsFunc(ref.States, func(st *ssa.SelectState) bool { return st.Send == v })
		case *ssa.MapUpdate:
			return ref.Value == v
		case *ssa.Store:
			return ref.Val == v && a.keptAt(ref.Addr, depth)
		case *ssa.UnOp:
			return a.leaves(ref, depth+1) // what a variable or struct holds
		case *ssa.MakeClosure, *ssa.MakeInterface, *ssa.ChangeType, *ssa.Slice, *ssa.Phi:
			return a.leaves(ref.(ssa.Value), depth+1)
		case *ssa.Call:
			return a.passesOn(ref, v, depth)
		}
		return false
	})
}

// keptAt reports whether what is stored at an address leaves the function.
func (a *Analysis) keptAt(addr ssa.Value, depth int) bool {
	for range maxHandover {
		switch x := addr.(type) {
		case *ssa.Alloc:
			return a.leaves(x, depth+1)
		case *ssa.FieldAddr:
			addr = x.X
		case *ssa.IndexAddr:
			addr = x.X
		default:
			return true
		}
	}
	return false
}

// passesOn reports whether a call hands the value over: append, or a function of
// this package.
func (a *Analysis) passesOn(call *ssa.Call, v ssa.Value, depth int) bool {
	if b, ok := call.Call.Value.(*ssa.Builtin); ok {
		return b.Name() == "append" && a.leaves(call, depth+1)
	}
	for _, t := range a.prog.Callees(call) {
		if t.Fn == nil || t.Fn == call.Parent() {
			continue
		}
		if i := slices.Index(t.Args, v); i >= 0 && i < len(t.Fn.Params) && a.leaves(t.Fn.Params[i], depth+1) {
			return true
		}
	}
	return false
}
