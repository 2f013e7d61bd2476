package locks

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// A cycle of classes is a deadlock only if the locks of each class are one
// instance. This file says when they most likely are not.

// guess reports whether a cycle rests on two locks of one class that are most
// likely different instances: one is taken while another of its class is held
// already, as when a container's stripes are swept; the objects belong to a type
// with several roles and are reached through different ones; or one is reached
// through an interface or a function field, which may hold something else.
func (a *Analysis) guess(c Cycle) bool {
	for i, e := range c.Edges {
		next := c.Edges[(i+1)%len(c.Edges)]
		if e.Weak || a.nested(e) || a.roles(e.ToPath, next.FromPath) {
			return true
		}
	}
	return false
}

// nested reports whether To is taken while another lock of its class is held
// around From.
func (a *Analysis) nested(e Edge) bool {
	if e.FromPath == nil || e.FromPath.Root().Kind == access.Global && e.FromPath.Depth() <= 1 {
		return false
	}
	return slices.ContainsFunc(e.Gates, func(g model.Gate) bool { return g.Class == e.To })
}

// manyRoles is the number of containers of a type from which on an object in one
// of them says little about the others: connections of a server to clients,
// peers and gateways are kept apart, and locked in orders of their own.
const manyRoles = 3

// roles reports whether the owners of two locks are reached through different
// containers, of a type that is kept in many.
func (a *Analysis) roles(p, q *access.Path) bool {
	if p == nil || q == nil || p.Class() != q.Class() {
		return false
	}
	f, h := container(p), container(q)
	return f != h && a.containersOf(p) >= manyRoles
}

// container is the class of the container that the owner of a lock was taken from, "" if none.
func container(p *access.Path) access.Class {
	owner := p.Parent()
	if owner == nil || owner.Selector() != access.Elem || owner.Parent() == nil {
		return ""
	}
	return owner.Parent().Class()
}

// containersOf counts the fields of the package's types that hold any number of
// objects of the type that owns a lock.
func (a *Analysis) containersOf(lock *access.Path) int {
	owner := typeOf(lock.Class())
	if n, ok := a.containers[owner]; ok {
		return n
	}
	n := 0
	scope := a.prog.Types.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		n += countContainers(tn.Type(), owner)
	}
	if a.containers == nil {
		a.containers = make(map[string]int)
	}
	a.containers[owner] = n
	return n
}

func countContainers(t types.Type, owner string) int {
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return 0
	}
	n := 0
	for f := range st.Fields() {
		if _, isStruct := f.Type().(*types.Struct); isStruct {
			n += countContainers(f.Type(), owner)
		} else if holdsMany(f.Type(), owner, false) {
			n++
		}
	}
	return n
}

// holdsMany reports whether a container type has elements or keys of the named type.
func holdsMany(t types.Type, owner string, inside bool) bool {
	switch u := types.Unalias(t).(type) {
	case *types.Map:
		return holdsMany(u.Elem(), owner, true) || holdsMany(u.Key(), owner, true)
	case *types.Slice:
		return holdsMany(u.Elem(), owner, true)
	case *types.Array:
		return holdsMany(u.Elem(), owner, true)
	case *types.Pointer:
		return inside && holdsMany(u.Elem(), owner, true)
	case *types.Named:
		return inside && string(access.TypeClass(u)) == owner
	}
	return false
}

// apart reports whether two locks of one class certainly belong to different
// objects: each is reached through a field that owns its object, and the fields
// are different. The locks of a utility type, held by many, meet only by class.
func (g *order) apart(p, q *access.Path) bool {
	if p == nil || q == nil || p.Parent() == nil || q.Parent() == nil {
		return false
	}
	f, h := p.Parent().Class(), q.Parent().Class()
	return f != "" && h != "" && f != h && g.owning(f) && g.owning(h)
}

// owning reports whether a field of this package only ever holds objects made
// for it: everything stored into it is new.
func (a *Analysis) owning(field access.Class) bool {
	if a.owners == nil {
		a.indexOwners()
	}
	return a.owners[field]
}

func (a *Analysis) indexOwners() {
	a.owners = make(map[access.Class]bool)
	shared := make(map[access.Class]bool)
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok || !isLockable(st.Val.Type()) {
					continue
				}
				fa, ok := st.Addr.(*ssa.FieldAddr)
				if !ok {
					continue
				}
				class := a.prog.Path(fa).Class()
				switch {
				case class == "":
				case a.isNew(st.Val):
					a.owners[class] = true
				default:
					shared[class] = true
				}
			}
		}
	}
	for c := range shared {
		delete(a.owners, c)
	}
}

// isNew reports whether a value is nil, or an object made right here.
func (a *Analysis) isNew(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.Const:
		return v.IsNil()
	case *ssa.Alloc:
		return true
	case *ssa.Call:
		return a.Fresh(v, 0)
	case *ssa.MakeInterface:
		return a.isNew(v.X)
	}
	return false
}
