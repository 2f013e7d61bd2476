package accesses

import (
	"go/ast"
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A Conflict is two accesses of one location that may happen at once.
type Conflict struct {
	X, Y    *Access
	Meeting spawn.Meeting
	Path    *access.Path // the location as the function where both meet names it
	XLocks  int          // locks held at X
	YLocks  int          // locks held at Y
	ByClass bool         // no function leads to both; the objects are of one class
}

// Conflict looks for a way in which x and y race: an activation that leads to
// both in different goroutines, on one object, without a common lock.
func (a *Analysis) Conflict(x, y *Access) (*Conflict, bool) {
	if x.Kind == model.ReadAccess && y.Kind == model.ReadAccess || x.Atomic && y.Atomic {
		return nil, false
	}
	if a.fresh(x) || a.fresh(y) || bothForeign(x, y) || x.Atomic && a.ownRead(y) || y.Atomic && a.ownRead(x) {
		return nil, false
	}
	if !a.inGoroutine(x) && !a.inGoroutine(y) {
		return a.classConflict(x, y)
	}
	var out *Conflict
	var path *access.Path
	share := func(fx, fy *spawn.Footprint) (fresh ssa.Instruction, ok bool) {
		path, fresh, ok = a.shared(fx, x, fy, y)
		return fresh, ok
	}
	a.spawn.MeetingsOf(x.Instr, a.footprints(x), y.Instr, a.footprints(y), share, func(m spawn.Meeting) bool {
		if a.excluded(m, x, y) || usedAsSet(x, y) || timerOf(m.A, y) || timerOf(m.B, x) || m.A.Weak() || m.B.Weak() || !a.sameElement(m, x, y) {
			return true
		}
		if a.testsOnly(m, x, y) || a.oneOfThem(m, x, y) || a.polled(m, x, y) || a.foundSet(x, y) || a.foundSet(y, x) {
			return true
		}
		lx, _ := a.lockset(m.A, x)
		ly, _ := a.lockset(m.B, y)
		out = &Conflict{X: x, Y: y, Meeting: m, Path: path, XLocks: len(lx), YLocks: len(ly)}
		return false
	})
	if out == nil {
		return a.classConflict(x, y)
	}
	return out, true
}

// Gated reports whether a flag speaks against a conflict, see [spawn.Analysis.Gated].
func (a *Analysis) Gated(c *Conflict) bool {
	return !c.ByClass && a.spawn.Gated(c.Meeting, c.X.Instr, c.Y.Instr)
}

// bothForeign reports whether functions of other packages make both accesses, and
// neither is an update that another call may lose: such types have rules of their
// own for who calls what.
func bothForeign(x, y *Access) bool {
	if x.own && y.own {
		return true // compared where the helper makes them
	}
	return x.Foreign != nil && y.Foreign != nil && x.Update == model.NoUpdate && y.Update == model.NoUpdate
}

// copyOfOther reports whether a path leads through a field of a local struct that
// was copied from elsewhere.
func (a *Analysis) copyOfOther(path *access.Path) bool {
	al, ok := path.Root().Owner.(*ssa.Alloc)
	if !ok || path.Root().Kind != access.Cell || path.Depth() == 0 {
		return false
	}
	for _, st := range a.prog.StoresTo(al) {
		switch v := st.Val.(type) {
		case *ssa.UnOp:
			if _, local := v.X.(*ssa.Alloc); !local {
				return true
			}
		case *ssa.Call, *ssa.Extract, *ssa.Parameter:
			return true
		}
	}
	return false
}

// foundSet reports whether y reads what its function has found set, or has set, under the lock under which x, and nobody else, sets
// it where it was unset: then x did so before, if at all.
func (a *Analysis) foundSet(x, y *Access) bool {
	if x.Update != model.CheckSet || y.Write() || x.Content || y.Content {
		return false
	}
	held, _ := a.heldAt(x)
	tested := false
	for _, t := range a.all {
		if t.Path != y.Path || t.Content {
			continue
		}
		if t.Write() && t.Update != model.CheckSet {
			return false
		}
		if t.Fn == y.Fn && !t.Write() && t != y && spawn.Dominates(t.Instr, y.Instr) {
			ops, _ := a.heldAt(t)
			_, common := model.CommonLock(held, ops)
			tested = tested || common
		}
	}
	return tested
}

// usedAsSet reports whether x sets a pointer or map that it found nil, while y
// relies on its being set: then x did not happen at that time.
func usedAsSet(x, y *Access) bool {
	load, ok := y.Instr.(*ssa.UnOp)
	if x.Update != model.CheckSet || !ok {
		return false
	}
	switch load.Type().Underlying().(type) {
	case *types.Pointer, *types.Map:
	default:
		return false
	}
	for _, ref := range *load.Referrers() {
		switch ref := ref.(type) {
		case *ssa.FieldAddr, *ssa.UnOp:
			return true
		case ssa.CallInstruction:
			if c := ref.Common(); c.Signature().Recv() != nil && len(c.Args) > 0 && c.Args[0] == ssa.Value(load) {
				return true
			}
		}
	}
	return false
}

// timerOf reports whether y stores the timer whose callback the footprint is: the
// callback runs after a delay that no store outlasts.
func timerOf(fp *spawn.Footprint, y *Access) bool {
	st, ok := y.Instr.(*ssa.Store)
	if !ok || fp.Thread == nil || fp.Thread.Kind != model.SpawnTimer {
		return false
	}
	v, ok := fp.Thread.Site.(ssa.Value)
	return ok && st.Val == v
}

// fresh reports whether the access is on an object that nobody else knows while
// its function runs.
func (a *Analysis) fresh(x *Access) bool {
	if x.Content && a.copyOfOther(x.Path) {
		return false // the copy is new, what it points to is not
	}
	unpublished := a.prog.Unpublished
	if x.Content {
		unpublished = a.prog.UnpublishedObject
	}
	return unpublished(x.Path, x.Fn) && !a.handedAway(x.Path.RootPath())
}

// shared reports whether the two accesses name one object in the function where
// their footprints meet.
func (a *Analysis) shared(fx *spawn.Footprint, x *Access, fy *spawn.Footprint, y *Access) (*access.Path, ssa.Instruction, bool) {
	px := a.spawn.Lift(fx, x.Path)
	py := a.spawn.Lift(fy, y.Path)
	if px != py || px.Root().Kind == access.Unknown || !x.Content && (otherLocation(x.Path, px) || otherLocation(y.Path, py)) {
		return nil, nil, false
	}
	if varying(px.Parent()) || x.Content && varying(px) || !px.Exact() && !isElem(px) {
		return nil, nil, false
	}
	root := px.Root()
	switch root.Kind {
	case access.Cell, access.Value:
		instr, ok := root.Owner.(ssa.Instruction)
		if !ok {
			return nil, nil, false
		}
		owner := instr.Parent()
		if owner != fx.Fn && !ssabuild.Encloses(owner, fx.Fn) {
			return nil, nil, false
		}
		if owner != fx.Fn {
			return px, nil, true // a variable of an enclosing function, older than the activation
		}
		return px, instr, true
	case access.Param:
		return px, nil, true
	case access.Global:
		return px, nil, true
	}
	return nil, nil, false
}

// varying reports whether a path leads through an element whose index is not
// constant: it may be another element in each goroutine.
func varying(p *access.Path) bool {
	for ; p != nil && p.Parent() != nil; p = p.Parent() {
		if p.Selector() == access.Elem {
			return true
		}
	}
	return false
}

// excluded reports whether a lock is held at both accesses in this meeting.
func (a *Analysis) excluded(m spawn.Meeting, x, y *Access) bool {
	lx, okx := a.lockset(m.A, x)
	ly, oky := a.lockset(m.B, y)
	if !okx || !oky {
		return true
	}
	// A lock that only some ways to an access take is enough to be silent: what
	// decides about it is usually known to the callers.
	lx = append(lx[:len(lx):len(lx)], a.mayHold(m.A, x)...)
	ly = append(ly[:len(ly):len(ly)], a.mayHold(m.B, y)...)
	if _, common := model.CommonLock(lx, ly); common || a.oneLock(lx, ly) {
		return true
	}
	return m.In != x.Fn && m.In != y.Fn && commonClass(lx, ly)
}

// mayHold are the locks that some ways to an access in its function take, in the terms of the footprint's.
func (a *Analysis) mayHold(fp *spawn.Footprint, x *Access) []model.LockOp {
	ops := slices.Clone(a.locks.HeldAt(x.Instr).May)
	if x.away == nil {
		for i := range ops {
			ops[i].Path = a.spawn.Lift(fp, ops[i].Path)
		}
	}
	return ops
}

// HeldAt are the locks certainly held at an instruction, its function's callers
// included; known is false if the function was too large to follow.
func (a *Analysis) HeldAt(instr ssa.Instruction) (ops []model.LockOp, known bool) {
	if ops, ok := a.held[instr]; ok {
		return ops, true
	}
	set := a.locks.HeldAt(instr)
	if !set.Known {
		return nil, false
	}
	ops = append(ops, set.Must...)
	for _, op := range a.locks.Entry(instr.Parent()).Must {
		ops = addOp(ops, op)
	}
	a.held[instr] = ops
	return ops, true
}

func addOp(ops []model.LockOp, op model.LockOp) []model.LockOp {
	for i, o := range ops {
		if o.Path == op.Path {
			ops[i].Mode = max(o.Mode, op.Mode)
			return ops
		}
	}
	return append(ops, op)
}

// lockset are the locks held at x in the terms of a footprint's function: its
// own, and those held at the calls that lead to it within its goroutine. Locks
// that the spawner holds count only if it waits for the goroutine under them.
func (a *Analysis) lockset(fp *spawn.Footprint, x *Access) (ops []model.LockOp, known bool) {
	var levels []*spawn.Footprint
	for p := fp; p != nil; p = p.Prev() {
		levels = append(levels, p)
	}
	for i := len(levels) - 1; i >= 0; i-- {
		p := levels[i]
		if p.Prev() != nil {
			for j := range ops {
				ops[j].Path = a.prog.Translate(ops[j].Path, p.Target(), p.Fn)
			}
		}
		if p.Prev() == nil {
			ops = append(ops, x.Held...)
		}
		if p.Async {
			if p != fp {
				ops = append(ops[:len(ops):len(ops)], a.heldUntilJoined(p)...)
			}
			continue
		}
		held, ok := a.HeldAt(p.Place(x.Instr))
		if !ok || a.declared(p.Fn) || a.opaqueLock(p.Place(x.Instr)) {
			return nil, false
		}
		ops = append([]model.LockOp(nil), ops...)
		for _, op := range held {
			ops = addOp(ops, op)
		}
		for _, op := range a.handedOver(p.Place(x.Instr)) {
			ops = addOp(ops, op)
		}
	}
	return ops, true
}

// heldUntilJoined are the locks that the function of a goroutine's start holds until it has waited for the goroutine.
func (a *Analysis) heldUntilJoined(fp *spawn.Footprint) []model.LockOp {
	if fp.Spawn == nil || ssa.Instruction(fp.Spawn.Site) != fp.At || a.spawn.Outlives(fp) {
		return nil
	}
	ops, _ := a.HeldAt(fp.At)
	joins, _ := a.spawn.JoinsOf(fp.Spawn)
	for _, j := range joins {
		held, _ := a.HeldAt(j.Wait)
		ops = inBoth(ops, held)
	}
	return ops
}

// handedOver are the locks that the function releases after an instruction without
// having taken them: whoever started it took them on its behalf.
func (a *Analysis) handedOver(instr ssa.Instruction) []model.LockOp {
	var out []model.LockOp
	for _, b := range instr.Parent().Blocks {
		for _, in := range b.Instrs {
			call, ok := in.(ssa.CallInstruction)
			if !ok {
				continue
			}
			eff, ok := a.prog.Effect(call.Common())
			if !ok || eff.Op != api.Unlock {
				continue
			}
			switch call.(type) {
			case *ssa.Call:
				if !spawn.Between(instr, call) {
					continue
				}
			case *ssa.Defer:
				// Registered while the lock is held, if by somebody else.
				if !spawn.Dominates(call, instr) {
					continue
				}
			default:
				continue
			}
			path := a.prog.Path(ssabuild.Receiver(call.Common()))
			if set := a.locks.HeldAt(call); set.Known && !slices.ContainsFunc(set.May, func(op model.LockOp) bool { return op.Path == path }) {
				out = append(out, model.LockOp{Path: path, Mode: eff.Mode})
			}
		}
	}
	return out
}

// declared reports whether fn says that its caller holds a lock which is not one
// of its receiver's: some other object's, or nobody knows which.
func (a *Analysis) declared(fn *ssa.Function) bool {
	decl, ok := ssabuild.Outermost(fn).Syntax().(*ast.FuncDecl)
	if !ok || !locks.DeclaresHeld(decl) || fn.Parent() != nil && a.spawn.Spawned(fn) {
		return false
	}
	n := access.NamedOf(recvType(fn))
	return n == nil || len(locks.LockFields(n)) == 0
}

func recvType(fn *ssa.Function) types.Type {
	if recv := ssabuild.Outermost(fn).Signature.Recv(); recv != nil {
		return recv.Type()
	}
	return types.Typ[types.Invalid]
}

// sameElement reports whether accesses of elements with unknown index may mean
// one element: each goroutine that has an index of its own has elements of its own.
func (a *Analysis) sameElement(m spawn.Meeting, x, y *Access) bool {
	if x.Content || x.Path.Selector() != access.Elem {
		return true
	}
	if x.Index == nil || y.Index == nil {
		return false
	}
	if !m.Same {
		return false // two different pieces of code: nothing is known of their indexes
	}
	return !a.ownIndex(m.A, x.Index, 0) && !a.ownIndex(m.B, y.Index, 0)
}

// ownIndex reports whether an index may be derived from something that belongs to
// one goroutine or one iteration: a parameter, a variable, an element of data.
func (a *Analysis) ownIndex(fp *spawn.Footprint, v ssa.Value, depth int) bool {
	if depth > 6 {
		return true
	}
	switch v := v.(type) {
	case *ssa.Const:
		return false
	case *ssa.BinOp:
		return a.ownIndex(fp, v.X, depth+1) || a.ownIndex(fp, v.Y, depth+1)
	case *ssa.Convert:
		return a.ownIndex(fp, v.X, depth+1)
	}
	return true
}
