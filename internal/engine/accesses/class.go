package accesses

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/model"
)

// No function of the package need lead to both sides of a race: handlers are
// called by their server, and methods by users while a goroutine that another
// method started still runs. Then the objects are compared by class.

// A role is a way in which code outside the package makes an access happen.
type role uint8

const (
	called     role = iota // by a user's call of an exported function
	served                 // by a server, in many goroutines at once
	background             // by a goroutine that has outlived the call that started it
)

// A reach is a footprint in a function that is called from outside.
type reach struct {
	fp   *spawn.Footprint
	role role
}

func (a *Analysis) reaches(fn *ssa.Function) []reach {
	if out, ok := a.reached[fn]; ok {
		return out
	}
	var out []reach
	for _, fp := range a.spawn.Footprints(fn) {
		switch {
		case fp.Weak() || !a.spawn.Outside(fp.Fn) || spawn.MainOnly(fp.Fn) || a.prog.IsTestFunc(fp.Fn):
		case fp.Async && a.spawn.Outlives(fp):
			out = append(out, reach{fp, background})
		case fp.Async:
		case IsHandler(fp.Fn):
			out = append(out, reach{fp, served})
		default:
			out = append(out, reach{fp, called})
		}
	}
	a.reached[fn] = out
	return out
}

// IsHandler reports whether fn is an HTTP handler by its signature. Servers call
// handlers from one goroutine per request.
func IsHandler(fn *ssa.Function) bool {
	params := fn.Signature.Params()
	if params.Len() != 2 || fn.Signature.Results().Len() != 0 || fn.Parent() != nil {
		return false
	}
	return isNamed(params.At(0).Type(), "net/http", "ResponseWriter") && isNamed(params.At(1).Type(), "net/http", "Request")
}

func isNamed(t types.Type, pkg, name string) bool {
	n := access.NamedOf(t)
	return n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == pkg && n.Obj().Name() == name
}

// classConflict looks for a race of two accesses that no one function leads to.
func (a *Analysis) classConflict(x, y *Access) (*Conflict, bool) {
	if x.Update != model.IncDec && x.Update != model.OpAssign || x.away != nil || y.away != nil {
		return nil, false
	}
	for _, rx := range a.reaches(x.Fn) {
		for _, ry := range a.reaches(y.Fn) {
			if !mayMeet(rx, ry) {
				continue
			}
			path := a.spawn.Lift(rx.fp, x.Path)
			if !sameClass(rx, path, ry, a.spawn.Lift(ry.fp, y.Path)) {
				continue
			}
			if t := lasting(rx, path); t != nil && (guards(t) || path.Depth() > 2) {
				continue
			}
			lx, okx := a.lockset(rx.fp, x)
			ly, oky := a.lockset(ry.fp, y)
			if !okx || !oky || commonClass(lx, ly) || a.spawn.Ordered(rx.fp, x.Instr, ry.fp, y.Instr) {
				continue
			}
			return &Conflict{X: x, Y: y, Path: path, ByClass: true,
				Meeting: spawn.Meeting{In: rx.fp.Fn, A: rx.fp, B: ry.fp, Same: rx.role == served && ry.role == served}}, true
		}
	}
	return nil, false
}

func mayMeet(x, y reach) bool {
	switch {
	case x.role == served && y.role == served:
		return true
	case x.role == background && y.role == background:
		return x.fp.Thread != y.fp.Thread
	case x.role == background && y.role == called, x.role == called && y.role == background:
		return x.fp.Fn != y.fp.Fn
	}
	return false
}

// sameClass reports whether two paths may be one location that outlives the calls:
// a package variable, or the same selectors from receivers of one type.
func sameClass(rx reach, p *access.Path, ry reach, q *access.Path) bool {
	if p.Root().Kind == access.Global {
		return p == q && p.Exact()
	}
	if p.Class() == "" || p.Class() != q.Class() || varying(p) || varying(q) {
		return false
	}
	if madeHere(p) && madeHere(q) && p.RootPath() != q.RootPath() {
		return false // two functions that each make their own
	}
	t, u := lasting(rx, p), lasting(ry, q)
	return t != nil && t == u && slices.Equal(p.Selectors(), q.Selectors())
}

// madeHere reports whether a path starts at an object that its function makes or gets from a call.
func madeHere(p *access.Path) bool {
	kind := p.Root().Kind
	return kind == access.Cell || kind == access.Value
}

// lasting is the type of the object from which a path starts if it exists beyond
// the call: the receiver, or what a constructor makes for the goroutine it starts.
func lasting(r reach, p *access.Path) *types.TypeName {
	root := p.Root()
	var t types.Type
	switch root.Kind {
	case access.Param:
		fn, ok := root.Owner.(*ssa.Function)
		if !ok || root.Index != 0 || fn.Signature.Recv() == nil {
			return nil
		}
		t = fn.Signature.Recv().Type()
	case access.Cell, access.Value:
		v, ok := root.Owner.(ssa.Value)
		if !ok || r.role != background || p.Depth() == 0 || !leavesMaker(v) {
			return nil
		}
		t = v.Type()
	default:
		return nil
	}
	if n := access.NamedOf(t); n != nil {
		return n.Origin().Obj()
	}
	return nil
}

// guards reports whether a type has locks of its own: then which of its fields
// they guard is a better question than who calls what.
func guards(t *types.TypeName) bool {
	n, ok := t.Type().(*types.Named)
	return ok && len(locks.LockFields(n)) > 0
}

func commonClass(a, b []model.LockOp) bool {
	for _, p := range a {
		for _, q := range b {
			if p.Path.Class() != "" && p.Path.Class() == q.Path.Class() || p.Path == q.Path {
				return true
			}
		}
	}
	return false
}

// mixedConflict looks for an atomic access beside which a plain one is a race.
// That somebody accesses the field atomically is evidence enough that its users
// run in parallel, if both can be reached by calls from outside.
func (a *Analysis) mixedConflict(plain *Access, g *Group) (*Conflict, bool) {
	if a.ownRead(plain) {
		return nil, false
	}
	if plain.Path.Root().Kind == access.Cell && plain.Path.Depth() == 0 || a.fresh(plain) || a.prog.IsTestFunc(plain.Fn) {
		return nil, false
	}
	for _, y := range g.Accesses {
		if !y.Atomic || y.away != nil || plain.away != nil || !plain.Write() && !y.Write() {
			continue
		}
		for _, rx := range a.reaches(plain.Fn) {
			for _, ry := range a.reaches(y.Fn) {
				path := a.spawn.Lift(rx.fp, plain.Path)
				other := a.spawn.Lift(ry.fp, y.Path)
				beside := plain.Fn == y.Fn && plain.Content && y.Content && path.Class() != "" && path.Class() == other.Class()
				if rx.fp.Fn == ry.fp.Fn && rx.fp.Prev() != nil && ry.fp.Prev() != nil || !beside && !sameClass(rx, path, ry, other) {
					continue
				}
				lx, okx := a.lockset(rx.fp, plain)
				ly, oky := a.lockset(ry.fp, y)
				if !okx || !oky || commonClass(lx, ly) || a.spawn.Ordered(rx.fp, plain.Instr, ry.fp, y.Instr) || a.spawn.Joined(rx.fp, plain.Instr) {
					continue
				}
				return &Conflict{X: plain, Y: y, Path: path, ByClass: true, Meeting: spawn.Meeting{In: rx.fp.Fn, A: rx.fp, B: ry.fp}}, true
			}
		}
	}
	return nil, false
}

// HandlerOnly reports whether one side is a handler and the other is not: handlers
// are registered early and served late, and start-up code lies between.
func (c *Conflict) HandlerOnly() bool {
	a, b := c.Meeting.A.Thread, c.Meeting.B.Thread
	return a != b && (a != nil && a.Kind == model.SpawnHandler || b != nil && b.Kind == model.SpawnHandler)
}
