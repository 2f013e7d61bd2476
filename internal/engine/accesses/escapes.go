package accesses

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/model"
)

// An Escape is a guarded map or slice that a function returns itself, not a copy:
// its callers use it when the lock has been released.
type Escape struct {
	Guard *Guard
	Load  *Site // of the field, under the lock
	Peer  *Site // a change of the contents under the lock
}

// Escapes lists the getters that give away what a lock guards. Only contents that
// are changed in place count: whoever replaces the whole map or slice may hand
// out the old one.
func (a *Analysis) Escapes() []*Escape {
	loads := make(map[Key][]*Guard)
	for _, g := range a.Guards() {
		if g.Content && g.Writes > 0 && g.Ratio() >= minRatioSure {
			k := Key{Class: g.Field}
			loads[k] = append(loads[k], g)
		}
	}
	var out []*Escape
	for _, x := range a.all {
		if x.Write() || x.Content || x.Foreign != nil || len(loads[Key{Class: x.Path.Class()}]) == 0 {
			continue
		}
		for _, g := range loads[Key{Class: x.Path.Class()}] {
			if e := a.escape(g, x); e != nil {
				out = append(out, e)
			}
		}
	}
	return out
}

func (a *Analysis) escape(g *Guard, x *Access) *Escape {
	load, ok := x.Instr.(*ssa.UnOp)
	if ret, evaluated := x.Instr.(*ssa.Return); evaluated && len(ret.Results) == 1 {
		load, ok = ret.Results[0].(*ssa.UnOp)
	}
	if !ok || !isContainerType(load.Type()) || !returned(load) || a.replacedAfter(load) {
		return nil
	}
	s, _ := a.site(x)
	if s == nil || s.skip || a.contracted(s) || a.excusedByComment(s) || !a.usedOutside(x.Fn, g) || a.afterAll(s) {
		return nil
	}
	if !holdsClass(a.locks.HeldAt(load).Must, g.Lock) {
		return nil
	}
	for _, p := range g.Sites {
		if _, held := p.holds(g.Lock); held && p.Write() && !p.skip && (isMap(load.Type()) || p.Index != nil) {
			return &Escape{Guard: g, Load: s, Peer: p}
		}
	}
	return nil
}

// replacedAfter reports whether the field gets another value after it was loaded.
func (a *Analysis) replacedAfter(load *ssa.UnOp) bool {
	path := a.location(load.X)
	for _, b := range load.Parent().Blocks {
		for _, in := range b.Instrs {
			st, ok := in.(*ssa.Store)
			if ok && st.Val != ssa.Value(load) && spawn.Between(load, st) && a.location(st.Addr) == path {
				return true
			}
		}
	}
	return false
}

func isContainerType(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Map, *types.Slice:
		return true
	}
	return false
}

// returned reports whether a value is a result of its function, as it is or
// through the variable of a named result.
func returned(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Return:
			return true
		case *ssa.Store:
			al, ok := ref.Addr.(*ssa.Alloc)
			if ok && ref.Val == v && isResultCell(al) {
				return true
			}
		case *ssa.Phi:
			for _, use := range *ref.Referrers() {
				if _, ok := use.(*ssa.Return); ok {
					return true
				}
			}
		}
	}
	return false
}

// isResultCell reports whether a local holds a result until deferred calls have run.
func isResultCell(al *ssa.Alloc) bool {
	for _, ref := range *al.Referrers() {
		if load, ok := ref.(*ssa.UnOp); ok {
			for _, use := range *load.Referrers() {
				if _, ok := use.(*ssa.Return); ok {
					return true
				}
			}
		}
	}
	return false
}

// usedOutside reports whether somebody uses a function's result without the lock:
// code of other packages, or a caller here that does not hold it.
func (a *Analysis) usedOutside(fn *ssa.Function, g *Guard) bool {
	if fn.Parent() != nil || fn.Object() == nil {
		return false
	}
	if fn.Object().Exported() {
		return true
	}
	for _, site := range a.prog.Callers(fn) {
		call, ok := site.(*ssa.Call)
		if !ok || a.prog.IsTestFunc(site.Parent()) || len(*call.Referrers()) == 0 {
			continue
		}
		held := a.locks.HeldAt(site)
		if held.Known && !holdsClass(held.May, g.Lock) && !holdsClass(a.locks.Entry(site.Parent()).Must, g.Lock) {
			return true
		}
	}
	return false
}

func holdsClass(ops []model.LockOp, class access.Class) bool {
	return slices.ContainsFunc(ops, func(op model.LockOp) bool { return op.Path.Class() == class })
}
