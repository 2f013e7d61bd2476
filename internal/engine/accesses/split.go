package accesses

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A SplitUpdate is an atomic load and an atomic store of a value computed from
// it: each is atomic, the update is not.
type SplitUpdate struct {
	Load, Store *ssa.Call
	Path        *access.Path
}

// SplitUpdates lists the updates of shared counters in two atomic steps, in
// functions that users of the package may call at once and where no lock is held.
// A goroutine that alone writes what others only read may do so, and is left out.
func (a *Analysis) SplitUpdates() []SplitUpdate {
	var out []SplitUpdate
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) || !a.manyCall(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok {
					if u, ok := a.splitUpdate(call); ok {
						out = append(out, u)
					}
				}
			}
		}
	}
	return out
}

// manyCall reports whether several goroutines may run fn at once for all that is
// known: users can call it, and it is not what one goroutine does.
func (a *Analysis) manyCall(fn *ssa.Function) bool {
	outer := ssabuild.Outermost(fn)
	if fn.Parent() != nil || !a.spawn.Outside(outer) || spawn.MainOnly(outer) || startsUp(outer.Name()) {
		return false
	}
	_, sole := a.soleThread(fn)
	return !sole
}

func (a *Analysis) splitUpdate(store *ssa.Call) (SplitUpdate, bool) {
	path, ok := a.atomicPath(store, api.AtomicStore)
	if !ok || path.Depth() == 0 && path.Root().Kind != access.Global || a.prog.Unpublished(path, store.Parent()) {
		return SplitUpdate{}, false
	}
	args := store.Common().Args
	sum, ok := args[len(args)-1].(*ssa.BinOp)
	if !ok || sum.Op != token.ADD && sum.Op != token.SUB {
		return SplitUpdate{}, false
	}
	load, ok := sum.X.(*ssa.Call)
	if !ok {
		return SplitUpdate{}, false
	}
	from, ok := a.atomicPath(load, api.AtomicLoad)
	if !ok || from != path {
		return SplitUpdate{}, false
	}
	for _, at := range []ssa.Instruction{load, store} {
		set := a.locks.HeldAt(at)
		if held, known := a.HeldAt(at); !known || len(held) > 0 || len(set.May) > 0 || a.declared(at.Parent()) {
			return SplitUpdate{}, false
		}
	}
	return SplitUpdate{Load: load, Store: store, Path: path}, true
}

// atomicPath is the location of an atomic operation of the given kind, by a
// function or a method of an atomic type.
func (a *Analysis) atomicPath(call *ssa.Call, op api.Op) (*access.Path, bool) {
	eff, ok := a.prog.Effect(call.Common())
	if !ok || eff.Op != op || len(call.Common().Args) == 0 {
		return nil, false
	}
	addr := call.Common().Args[0]
	if _, ok := addr.Type().Underlying().(*types.Pointer); !ok {
		return nil, false
	}
	path := a.location(addr)
	return path, path != nil && path.Exact()
}

// ownRead reports whether a plain read is that of a goroutine which alone writes:
// it stores atomically, for others to see, what it computes from the old value.
// Where users may call the function at once this is a lost update.
func (a *Analysis) ownRead(x *Access) bool {
	load, ok := x.Instr.(ssa.Value)
	return ok && !x.Write() && !x.Atomic && !a.manyCall(x.Fn) && a.feedsStore(load, x.Path, 0)
}

// feedsStore reports whether an atomic store to a path takes a value computed from v.
func (a *Analysis) feedsStore(v ssa.Value, path *access.Path, depth int) bool {
	refs := v.Referrers()
	if refs == nil || depth > 4 {
		return false
	}
	for _, ref := range *refs {
		switch ref := ref.(type) {
		case *ssa.BinOp, *ssa.Convert:
			if a.feedsStore(ref.(ssa.Value), path, depth+1) {
				return true
			}
		case *ssa.Call:
			if to, ok := a.atomicPath(ref, api.AtomicStore); ok && to == path {
				return true
			}
			if _, basic := ref.Type().Underlying().(*types.Basic); basic && a.feedsStore(ref, path, depth+1) {
				return true // min and the like
			}
		}
	}
	return false
}
