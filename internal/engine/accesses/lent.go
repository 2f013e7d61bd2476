package accesses

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/model"
)

// Some objects have no lock of their own, but a pointer to another's: then one
// lock has two classes, that of the field and that of what it points to.

// lentLocks maps the class of a field that holds a pointer to a lock to the class
// of the lock that is put there, where that is always one.
func (a *Analysis) lentLocks() map[access.Class]access.Class {
	if a.lent != nil {
		return a.lent
	}
	a.lent = make(map[access.Class]access.Class)
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok || !isLockPointer(st.Val.Type()) {
					continue
				}
				field, ok := st.Addr.(*ssa.FieldAddr)
				if !ok {
					continue
				}
				to := a.location(field)
				from := a.prog.Path(unwrapped(st.Val))
				if to == nil || to.Class() == "" || from.Class() == "" {
					continue
				}
				if old, seen := a.lent[to.Class()]; seen && old != from.Class() {
					a.lent[to.Class()] = ""
				} else {
					a.lent[to.Class()] = from.Class()
				}
			}
		}
	}
	return a.lent
}

func unwrapped(v ssa.Value) ssa.Value {
	if mk, ok := v.(*ssa.MakeInterface); ok {
		return mk.X
	}
	return v
}

// isLockPointer reports whether a type is *sync.Mutex, *sync.RWMutex or sync.Locker.
func isLockPointer(t types.Type) bool {
	_, isPointer := t.Underlying().(*types.Pointer)
	_, isInterface := t.Underlying().(*types.Interface)
	n := access.NamedOf(t)
	return (isPointer || isInterface) && n != nil && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync"
}

// oneLock reports whether a lent lock is held on one side, and it or its owner's on the other.
func (a *Analysis) oneLock(xs, ys []model.LockOp) bool {
	lent := a.lentLocks()
	owner := func(c access.Class) access.Class {
		if o := lent[c]; o != "" {
			return o
		}
		return c
	}
	for _, x := range xs {
		for _, y := range ys {
			cx, cy := x.Path.Class(), y.Path.Class()
			if cx != "" && owner(cx) == owner(cy) && (lent[cx] != "" || lent[cy] != "") {
				return true
			}
		}
	}
	return false
}
