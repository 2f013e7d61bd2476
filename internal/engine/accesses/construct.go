package accesses

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// silent reports whether an access says nothing about guards: the object is new,
// the function builds objects of the type, or it is test or start-up code.
func (a *Analysis) silent(s *Site) bool {
	fn := s.Fn
	if a.prog.IsTestFunc(fn) || forTests(fn) || describes(fn) || spawn.MainOnly(ssabuild.Outermost(fn)) {
		return true
	}
	if s.Base == nil {
		return fn.Parent() == nil && strings.HasPrefix(strings.ToLower(fn.Name()), "init")
	}
	root := s.Base.RootPath()
	switch root.Root().Kind {
	case access.Cell, access.Value:
		if a.prog.Unpublished(s.Path, fn) || a.copied(root) || a.madeHere(s, root) || received(root) && s.Base.Depth() == 0 {
			return true
		}
	}
	if len(s.Held) > 0 {
		return false // start-up code that takes the lock says what it guards
	}
	return a.builds(fn, s.Base) || !behindPointer(s) && a.onlyFresh(fn, s.Base, 0)
}

// behindPointer reports whether the field is that of an object with a lock of its
// own, which another object leads to: that the other one is new says nothing of it.
func behindPointer(s *Site) bool {
	if s.Base == nil || s.Base.Depth() == 0 {
		return false
	}
	v := s.Addr
	for range 4 {
		switch x := v.(type) {
		case *ssa.FieldAddr:
			_, byPointer := x.X.(*ssa.UnOp)
			n := access.NamedOf(x.X.Type())
			return byPointer && n != nil && len(locks.LockFields(n)) > 0
		case *ssa.UnOp:
			v = x.X
		case *ssa.IndexAddr:
			v = x.X
		default:
			return false
		}
	}
	return false
}

// madeHere reports whether the object is made by the access's own function and has
// not been given to a goroutine before the access. Registering it somewhere first
// and filling it in afterwards is common where programs start up.
func (a *Analysis) madeHere(s *Site, root *access.Path) bool {
	v, ok := root.Root().Owner.(ssa.Value)
	if !ok || v.Parent() != s.Fn {
		return false
	}
	switch v := v.(type) {
	case *ssa.Alloc:
		if v.Comment != "complit" && v.Comment != "new" {
			return false
		}
	case *ssa.Call:
		if !a.locks.Fresh(v, max(root.Root().Index-1, 0)) {
			return false
		}
	default:
		return false
	}
	for _, sp := range a.spawn.SpawnsIn(s.Fn) {
		if st, ok := s.Instr.(*ssa.Store); ok && st.Val == any(sp.Site) {
			continue // the timer itself is kept in the object
		}
		if spawn.Between(sp.Site, s.Instr) && a.usesBase(sp, s.Base) {
			return false
		}
	}
	return true
}

// pointee reports whether an access is of what a pointer kept in a field points to,
// which is another object than the field.
func pointee(x *Access) bool {
	if x.Addr == nil {
		return false
	}
	_, isPointer := x.Addr.Type().Underlying().(*types.Pointer)
	return isPointer && x.Method == "" && (behind(x.Addr) || lookedUp(x.Addr))
}

// lookedUp reports whether an address was found in a map, itself or over other pointers.
func lookedUp(v ssa.Value) bool {
	for {
		switch x := v.(type) {
		case *ssa.UnOp:
			v = x.X
		case *ssa.Extract:
			v = x.Tuple
		case *ssa.Lookup:
			return true
		default:
			return false
		}
	}
}

// readOut reports whether an access reads an element of a slice whose header was
// loaded under a lock: programs that replace slices rather than change them do so.
func (a *Analysis) readOut(x *Access) bool {
	elem, ok := x.Addr.(*ssa.IndexAddr)
	if !ok || x.Write() {
		return false
	}
	load, ok := elem.X.(ssa.Instruction)
	if !ok || len(a.locks.HeldAt(x.Instr).May) > 0 {
		return false
	}
	return len(a.locks.HeldAt(load).Must) > 0
}

// replaced reports whether an access reads a map that was loaded under a lock, and
// that nobody changes: all writes fill a map that they have just put in its place.
func (a *Analysis) replaced(s *Site, writes []*Site) bool {
	if !s.Content || s.Write() || len(writes) == 0 {
		return false
	}
	load := a.sourceLoad(s.Addr)
	if load == nil || len(a.locks.HeldAt(load).Must) == 0 {
		return false
	}
	for _, w := range writes {
		if !a.fills(w) {
			return false
		}
	}
	return true
}

// fills reports whether a write goes to a map that the same function has made and
// stored in the field before.
func (a *Analysis) fills(w *Site) bool {
	for _, b := range w.Fn.Blocks {
		for _, instr := range b.Instrs {
			st, ok := instr.(*ssa.Store)
			if !ok {
				continue
			}
			if _, made := st.Val.(*ssa.MakeMap); made && a.location(st.Addr) == w.Path && spawn.Dominates(st, w.Instr) {
				return true
			}
		}
	}
	return false
}

// describes reports whether a function only tells what an object looks like.
func describes(fn *ssa.Function) bool {
	switch ssabuild.Outermost(fn).Name() {
	case "String", "GoString", "Error", "Format", "MarshalLog":
		return true
	}
	return false
}

// received reports whether an object came out of a channel: its sender has given it up.
func received(root *access.Path) bool {
	switch v := root.Root().Owner.(type) {
	case *ssa.UnOp:
		return v.Op == token.ARROW
	case *ssa.Select:
		return true
	case *ssa.Extract:
		if u, ok := v.Tuple.(*ssa.UnOp); ok {
			return u.Op == token.ARROW
		}
		_, isSelect := v.Tuple.(*ssa.Select)
		return isSelect
	}
	return false
}

// copied reports whether a root is a local struct value: a copy of its own.
func (a *Analysis) copied(root *access.Path) bool {
	al, ok := root.Root().Owner.(*ssa.Alloc)
	if !ok || al.Comment == "complit" || al.Comment == "new" {
		return false
	}
	_, isStruct := al.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Struct)
	return isStruct && !al.Heap
}

// builds reports whether fn is a constructor of the object: it returns the type
// and is not a method of it, or its name says that it initialises.
func (a *Analysis) builds(fn *ssa.Function, base *access.Path) bool {
	outer := ssabuild.Outermost(fn)
	if startsUp(outer.Name()) || a.onlyStartup(outer, 0) {
		return true
	}
	if fn != outer && a.spawn.Spawned(fn) {
		return false
	}
	results := outer.Signature.Results()
	for i := range results.Len() {
		n := access.NamedOf(results.At(i).Type())
		if n == nil {
			continue
		}
		switch root := base.RootPath().Root(); root.Kind {
		case access.Cell, access.Value:
			v, ok := root.Owner.(ssa.Value)
			if ok && access.NamedOf(v.Type()) == n && outer.Signature.Recv() == nil {
				return true
			}
		}
	}
	return false
}

// startsUp reports whether a function's name says that it runs before the object is shared.
func startsUp(name string) bool {
	name = strings.ToLower(name)
	for _, p := range []string{"init", "new", "setdefault", "start", "open", "setup", "restore", "recover", "repair", "load", "replay", "provision", "bootstrap"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// onlyStartup reports whether a helper is called by start-up functions only.
func (a *Analysis) onlyStartup(fn *ssa.Function, depth int) bool {
	if depth > 3 || fn.Object() != nil && fn.Object().Exported() {
		return false
	}
	sites := a.prog.Callers(fn)
	for _, site := range sites {
		outer := ssabuild.Outermost(site.Parent())
		if site.Parent() != outer && a.kept(site.Parent()) {
			return false // a callback that start-up code leaves behind
		}
		if outer != fn && !startsUp(outer.Name()) && !a.prog.IsTestFunc(outer) && !a.onlyStartup(outer, depth+1) {
			return false
		}
	}
	return len(sites) > 0
}

// onlyFresh reports whether every call of fn in this package passes a new object
// as the one that the path starts from, and nobody else can call it.
func (a *Analysis) onlyFresh(fn *ssa.Function, base *access.Path, depth int) bool {
	root := base.RootPath().Root()
	if root.Kind != access.Param || depth > 3 || fn.Parent() != nil {
		return false
	}
	if root.Owner != any(fn) || a.spawn.Outside(fn) {
		return false
	}
	sites := a.prog.Callers(fn)
	for _, site := range sites {
		if _, isGo := site.(*ssa.Go); isGo {
			return false
		}
		for _, t := range a.prog.Callees(site) {
			if t.Fn != fn {
				continue
			}
			arg := a.prog.ArgPath(t, root.Index)
			caller := site.Parent()
			if arg == nil {
				return false
			}
			if a.prog.UnpublishedObject(arg, caller) || received(arg) || a.builds(caller, arg) || a.prog.IsTestFunc(caller) || a.onlyFresh(caller, arg, depth+1) {
				continue
			}
			return false
		}
	}
	return len(sites) > 0
}
