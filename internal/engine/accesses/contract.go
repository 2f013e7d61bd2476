package accesses

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A contract that the program states needs no statistics: every access without
// the lock breaks it.

// statedGuard is the lock that the declaration of a field or variable names, if it
// names one for accesses of this kind.
func (a *Analysis) statedGuard(sites []*Site) (annotations.Contract, bool) {
	for _, s := range sites {
		for _, c := range a.contractsOf(s) {
			if c.Kind == annotations.Holds && c.Ref.Class() != "" {
				return c, true
			}
		}
		break // all sites are of one field
	}
	return annotations.Contract{}, false
}

// contractsOf lists the contracts of the field or package variable that an access is about.
func (a *Analysis) contractsOf(s *Site) []annotations.Contract {
	if s.Foreign != nil {
		return nil
	}
	switch x := s.selection().(type) {
	case *ssa.FieldAddr:
		return a.contract(ssabuild.FieldOf(x), x.X.Type())
	case *ssa.Global:
		if obj, ok := x.Object().(*types.Var); ok {
			return a.contract(obj, nil)
		}
	}
	return nil
}

// enforce lists the accesses that break a stated contract.
func (a *Analysis) enforce(k Key, c annotations.Contract, sites []*Site) *Guard {
	g := a.guardOf(k, c.Ref.Class(), sites)
	g.Stated = &c
	if c.Prose {
		// A sentence may leave out exceptions that everybody knows of.
		g.Bad = a.bad(g, sites)
		if g.Held == 0 {
			g.Bad = nil
		}
	} else {
		for _, s := range sites {
			if !s.skip && !s.blind && !s.mayHold(g.Lock) && !a.waived(s) && !a.contracted(s) {
				g.Bad = append(g.Bad, s)
			}
		}
	}
	for _, s := range g.Bad {
		if lock := c.Ref.Lock(a.prog, s.Base); lock != nil && s.Call == nil {
			s.lock = lock.String()
		}
	}
	g.Shared = a.sharedWrites(g, sites)
	return g
}

// waived reports whether the program asks to be believed at an access.
func (a *Analysis) waived(s *Site) bool {
	obj, ok := s.Fn.Object().(*types.Func)
	return a.stated.Forced(s.Pos) || ok && a.stated.Ignored(obj)
}

// PlainUses lists the accesses without sync/atomic of fields and variables whose
// declaration asks for it.
func (a *Analysis) PlainUses() []*Site {
	var out []*Site
	for _, x := range a.all {
		if x.Atomic || x.Content || x.Foreign != nil {
			continue
		}
		s := &Site{Access: x}
		atomic, locked := false, false
		for _, c := range a.contractsOf(s) {
			atomic = atomic || c.Kind == annotations.AtomicUse
			locked = locked || c.Kind == annotations.Holds
		}
		if !atomic || locked && x.Kind == model.ReadAccess {
			continue // with a lock as well, reading under it is fine, and is its contract's business
		}
		if x.Path.Parent() != nil {
			s.Base = x.Path.Parent()
		}
		if !a.silent(s) && !a.waived(s) {
			out = append(out, s)
		}
	}
	return out
}
