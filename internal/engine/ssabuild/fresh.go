package ssabuild

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
)

// Unpublished reports whether path lies in an object that fn itself makes and
// that no other goroutine can know while fn runs: it is not stored into anything
// reachable from elsewhere, not sent, and not given to a goroutine. Being passed
// to a function, or returned, does not publish it. The answer does not depend on
// the point in fn: an object that is published later counts as published.
func (p *Program) Unpublished(path *access.Path, fn *ssa.Function) bool {
	root := path.Root()
	var v ssa.Value
	switch root.Kind {
	case access.Cell:
		v = root.Owner.(*ssa.Alloc)
	case access.Value:
		v, _ = root.Owner.(ssa.Value)
		if call, ok := v.(*ssa.Call); ok && (p.isFresh == nil || !p.isFresh(call, max(root.Index-1, 0))) {
			return false
		}
	default:
		return false
	}
	switch v.(type) {
	case *ssa.Alloc, *ssa.Call, *ssa.MakeMap, *ssa.MakeSlice, *ssa.MakeChan:
	default:
		return false
	}
	if v.Parent() != fn || path.Depth() > 0 && !p.holdsNew(v, fn, 0) {
		return false
	}
	return !p.published(v, make(map[ssa.Value]bool))
}

// UnpublishedObject is like [Program.Unpublished] for what a path leads to: of a
// variable that holds a pointer, map or channel, for the object rather than for
// the variable, which may be private while what it holds is not.
func (p *Program) UnpublishedObject(path *access.Path, fn *ssa.Function) bool {
	v, _ := path.Root().Owner.(ssa.Value)
	return p.Unpublished(path, fn) && p.holdsNew(v, fn, 0)
}

// maxHeld bounds the variables that are assigned to each other.
const maxHeld = 4

// holdsNew reports whether everything that fn puts into a local variable is itself
// unpublished; of other values, and of variables that hold no references, it is
// true. Results are such variables in functions that defer.
func (p *Program) holdsNew(v ssa.Value, fn *ssa.Function, depth int) bool {
	a, ok := v.(*ssa.Alloc)
	if !ok || !holdsReference(a) {
		return true
	}
	if depth > maxHeld {
		return false
	}
	for _, st := range p.StoresTo(a) {
		if c, isConst := st.Val.(*ssa.Const); isConst && c.IsNil() {
			continue
		}
		q := p.Path(st.Val)
		if q.Root().Owner == any(a) {
			continue // something that is reached from what it held
		}
		owner, _ := q.Root().Owner.(ssa.Value)
		if !p.Unpublished(q.RootPath(), fn) || !p.holdsNew(owner, fn, depth+1) {
			return false
		}
	}
	return true
}

// holdsReference reports whether a variable leads to another object. Slices are left
// out: what append returns is mostly a slice of its own.
func holdsReference(a *ssa.Alloc) bool {
	switch a.Type().Underlying().(*types.Pointer).Elem().Underlying().(type) {
	case *types.Pointer, *types.Map, *types.Chan, *types.Interface:
		return true
	}
	return false
}

// UnpublishedAt is like [Program.Unpublished] for one instruction of fn: an object
// that fn makes, uses and only then publishes is still its own before that.
func (p *Program) UnpublishedAt(path *access.Path, instr ssa.Instruction) bool {
	fn := instr.Parent()
	if p.Unpublished(path, fn) {
		return true
	}
	alloc, ok := path.Root().Owner.(*ssa.Alloc)
	if !ok || alloc.Parent() != fn || path.Root().Kind != access.Cell {
		return false
	}
	for _, ref := range *alloc.Referrers() {
		if p.publishes(ref, alloc, map[ssa.Value]bool{alloc: true}) && reaches(ref, instr, alloc.Block()) {
			return false
		}
	}
	return true
}

// Reaches reports whether control can come from a to b, both in one function.
func Reaches(a, b ssa.Instruction) bool { return reaches(a, b, nil) }

// reaches reports whether control can come from a to b without entering block
// stop anew (where another object is made).
func reaches(a, b ssa.Instruction, stop *ssa.BasicBlock) bool {
	if a.Parent() != b.Parent() {
		return true
	}
	if a.Block() == b.Block() {
		for _, i := range a.Block().Instrs {
			if i == a {
				return true
			}
			if i == b {
				break
			}
		}
	}
	seen := make(map[*ssa.BasicBlock]bool)
	work := append([]*ssa.BasicBlock(nil), a.Block().Succs...)
	for len(work) > 0 {
		blk := work[len(work)-1]
		work = work[:len(work)-1]
		if seen[blk] || blk == stop {
			continue
		}
		if blk == b.Block() {
			return true
		}
		seen[blk] = true
		work = append(work, blk.Succs...)
	}
	return false
}

// SetFresh installs the knowledge of constructors: whether result i of a call is a new object.
func (p *Program) SetFresh(f func(call *ssa.Call, result int) bool) { p.isFresh = f }

// published follows the uses of a new object's address.
func (p *Program) published(v ssa.Value, seen map[ssa.Value]bool) bool {
	if done, ok := p.publish[v]; ok {
		return done
	}
	if seen[v] {
		return false
	}
	seen[v] = true
	refs := v.Referrers()
	if refs == nil {
		return false
	}
	out := false
	for _, ref := range *refs {
		if p.publishes(ref, v, seen) {
			out = true
			break
		}
	}
	if len(seen) == 1 {
		p.publish[v] = out
	}
	return out
}

func (p *Program) publishes(ref ssa.Instruction, v ssa.Value, seen map[ssa.Value]bool) bool {
	switch ref := ref.(type) {
	case *ssa.Go:
		return true
	case *ssa.Send:
		return ref.X == v
	case *ssa.Select:
		for _, st := range ref.States {
			if st.Send == v {
				return true
			}
		}
	case *ssa.MapUpdate:
		return (ref.Value == v || ref.Key == v) && !p.localRoot(ref.Map)
	case *ssa.Store:
		if ref.Val != v {
			return false
		}
		addr := p.lexical(ref.Addr)
		if a, ok := addr.(*ssa.Alloc); ok { // kept in a local variable: follow its loads
			return p.loadsPublish(a, seen)
		}
		return !p.localRoot(addr)
	case *ssa.MakeClosure:
		return p.closurePublishes(ref, v, seen)
	case *ssa.Phi, *ssa.MakeInterface, *ssa.ChangeType, *ssa.ChangeInterface, *ssa.Convert, *ssa.TypeAssert, *ssa.Extract, *ssa.Slice:
		return p.published(ref.(ssa.Value), seen)
	case *ssa.FieldAddr:
		// The address of a part shares the object's fate when it is stored or spawned with.
		return p.published(ref, seen)
	case *ssa.UnOp:
		if ref.Op == token.MUL {
			return false // a copy of the contents is another value
		}
	}
	return false
}

// loadsPublish reports whether what is loaded from a local variable is published.
func (p *Program) loadsPublish(a *ssa.Alloc, seen map[ssa.Value]bool) bool {
	if seen[a] {
		return false
	}
	seen[a] = true
	for _, ref := range *a.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			if p.published(ref, seen) {
				return true
			}
		case *ssa.MakeClosure:
			if p.closurePublishes(ref, a, seen) {
				return true
			}
		}
	}
	return false
}

// closurePublishes reports whether capturing v publishes it: the literal runs in
// a goroutine, is kept somewhere, or publishes v itself.
func (p *Program) closurePublishes(mk *ssa.MakeClosure, v ssa.Value, seen map[ssa.Value]bool) bool {
	if p.published(mk, seen) {
		return true
	}
	for _, ref := range *mk.Referrers() {
		if call, ok := ref.(ssa.CallInstruction); ok && call.Common().Value != ssa.Value(mk) {
			if e, known := p.Effect(call.Common()); known && e.Func >= 0 && e.Use != api.CallsNow {
				return true
			}
		}
	}
	fn := mk.Fn.(*ssa.Function)
	for i, b := range mk.Bindings {
		if b == v && i < len(fn.FreeVars) && p.capturedPublish(fn.FreeVars[i], seen) {
			return true
		}
	}
	return false
}

func (p *Program) capturedPublish(fv *ssa.FreeVar, seen map[ssa.Value]bool) bool {
	if seen[fv] {
		return false
	}
	seen[fv] = true
	for _, ref := range *fv.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp:
			if p.published(ref, seen) {
				return true
			}
		default:
			if p.publishes(ref, fv, seen) {
				return true
			}
		}
	}
	return false
}

// localRoot reports whether an address lies in an object made by the same function.
func (p *Program) localRoot(addr ssa.Value) bool {
	root := p.Path(addr).Root()
	switch root.Kind {
	case access.Cell:
		return true
	case access.Value:
		switch root.Owner.(type) {
		case *ssa.Alloc, *ssa.MakeMap, *ssa.MakeSlice:
			return true
		}
	}
	return false
}
