package accesses

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// Thresholds of evidence, from reports read on public servers. Reads of the own
// field in an exported method, and accesses beside the function's own critical
// section, were mostly right; fields of other objects, and helpers, follow rules
// that the counts do not show.
const (
	sureRatio, sureHeld = 0.75, 5
	namedRatio          = 0.6
	contentRatio        = 0.6
)

// Sure reports whether the evidence against a site is strong enough for everybody.
// Objects that a function was given, or found, follow rules that the counts do not
// show: who set them up and is their only user yet. Then only the function's own
// critical section on the same object tells that it thinks otherwise.
func (a *Analysis) Sure(g *Guard, s *Site) bool {
	if s.Call != nil {
		return s.Write() && a.ofReceiver(s)
	}
	own := a.ofReceiver(s) || g.heldBeside(s)
	switch {
	case g.Stated != nil && !g.Stated.Prose:
		return true
	case a.concludes(g, s):
		return false
	case g.Stated != nil:
		return own && a.besideField(g, s)
	case s.exposed:
		return true
	case g.Writes == 0:
		return false // that it is written while shared is only assumed
	}
	enough := g.Held >= sureHeld && g.Ratio() >= sureRatio
	beside := a.takes(s.Fn, g.Lock)
	switch {
	case s.Base == nil:
		return enough || g.Content && g.Ratio() >= contentRatio || dedicated(g.Lock, g.Field) && g.Ratio() >= namedRatio
	case dedicated(g.Lock, g.Field):
		// However often it is forgotten, where goroutines of this package run.
		return (own || a.fromReceiver(s) && !varying(s.Base)) && (g.Ratio() >= namedRatio || a.spawn.Spawned(s.Fn))
	case g.Content:
		return enough || (own || a.fromReceiver(s) && a.spawn.Outside(s.Fn)) && (g.Ratio() >= contentRatio || beside)
	case beside && own, a.fromReceiver(s) && s.Base.Depth() == 1 && g.lockedItself() && !a.lockedAbove(s.Fn, g.Lock, 0):
		return enough
	}
	return enough && a.ofReceiver(s) && a.spawn.Outside(s.Fn)
}

// concludes reports whether a method that ends the life of an object accesses what only one other function takes the lock for:
// that function runs in parallel with itself, and the object is finished when all its calls have returned.
func (a *Analysis) concludes(g *Guard, s *Site) bool {
	name := strings.ToLower(s.Fn.Name())
	if strings.HasPrefix(name, "closed") || !a.ofReceiver(s) || !slices.ContainsFunc([]string{"close", "finish", "commit", "complete", "finali"}, func(w string) bool {
		return strings.HasPrefix(name, w)
	}) {
		return false
	}
	var only *ssa.Function
	for _, t := range g.Sites {
		if _, ok := t.holds(g.Lock); !ok || t.skip {
			continue
		}
		fn := ssabuild.Outermost(t.Fn)
		if only != nil && only != fn {
			return false
		}
		only = fn
	}
	return only != nil && only != ssabuild.Outermost(s.Fn)
}

// A BadSite is an access without its guard, and how much speaks against it.
type BadSite struct {
	Guard *Guard
	Site  *Site
	Sure  bool
}

// BadSites lists the bad sites of all guards, those with strong evidence first: a
// weak report on a field must not hide a strong one on what it holds.
func (a *Analysis) BadSites() []BadSite {
	var sure, rest []BadSite
	for _, g := range a.Guards() {
		for _, s := range Worst(g.Bad) {
			if a.Sure(g, s) {
				sure = append(sure, BadSite{g, s, true})
			} else {
				rest = append(rest, BadSite{g, s, false})
			}
		}
	}
	return append(sure, rest...)
}

// besideField reports whether the sentence that names the lock stands with the
// field itself. Sentences on a lock ("mu protects …") tell its purpose, not every rule.
func (a *Analysis) besideField(g *Guard, s *Site) bool {
	v := s.fieldVar()
	if v == nil {
		return false
	}
	line := func(pos token.Pos) int { return a.prog.Fset.Position(pos).Line }
	field, said := line(v.Pos()), line(g.Stated.Pos)
	if path := g.Stated.Ref.Fields; len(path) > 0 && said < field && line(path[len(path)-1].Pos()) == said {
		return false // behind the lock's own declaration
	}
	return said >= field-1 && said <= field
}

// lockedItself reports whether the guard is a lock of the very object whose field
// it guards, not of one that contains it.
func (g *Guard) lockedItself() bool {
	for _, t := range g.Sites {
		if op, ok := t.holds(g.Lock); ok {
			return t.Base != nil && op.Path.Parent() == t.Base
		}
	}
	return false
}

// heldBeside reports whether the same function accesses the very same location
// with the lock held.
func (g *Guard) heldBeside(s *Site) bool {
	for _, t := range g.Sites {
		if t.Fn == s.Fn && t.Path == s.Path && t.Access != s.Access {
			if _, ok := t.holds(g.Lock); ok {
				return true
			}
		}
	}
	return false
}

// fromReceiver reports whether the receiver leads to the field, over any objects.
func (a *Analysis) fromReceiver(s *Site) bool {
	if s.Base == nil {
		return false
	}
	root := s.Base.RootPath().Root()
	fn, ok := root.Owner.(*ssa.Function)
	return ok && root.Kind == access.Param && root.Index == 0 && fn.Signature.Recv() != nil
}

// ofReceiver reports whether the field is the receiver's own or that of a type it
// embeds, not of an object behind it.
func (a *Analysis) ofReceiver(s *Site) bool {
	if !a.fromReceiver(s) {
		return false
	}
	fn := s.Base.RootPath().Root().Owner.(*ssa.Function)
	return contains(fn.Signature.Recv().Type(), s.Base.Selectors())
}

// contains reports whether selectors lead from an object to a part of itself: over
// structs that are its fields, and embedded objects, but not by pointers to others.
func contains(t types.Type, selectors []string) bool {
	for _, name := range selectors {
		for ptr, ok := t.Underlying().(*types.Pointer); ok; ptr, ok = t.Underlying().(*types.Pointer) {
			t = ptr.Elem() // the variable that holds the object, and the object
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return false
		}
		var part *types.Var
		for i := range st.NumFields() {
			if f := st.Field(i); f.Name() == name {
				part = f
			}
		}
		if part == nil {
			return false
		}
		if _, isStruct := part.Type().Underlying().(*types.Struct); !isStruct && !part.Embedded() {
			return false
		}
		t = part.Type()
	}
	return true
}

// dedicated reports whether a lock is named exactly after a field: lgMu beside lg
// has no other purpose.
func dedicated(lock, field access.Class) bool {
	l := strings.Trim(strings.NewReplacer("mutex", "", "lock", "", "rwmu", "", "mtx", "", "mu", "").Replace(lastName(lock)), "_")
	f := lastName(field)
	return len(l) >= 2 && (l == f || l+"s" == f || l == f+"s")
}

// SureCall reports whether the evidence against a call of a function that expects
// a lock is strong: the name says so, or it is the receiver's own lock and the
// function uses something that changes.
func (a *Analysis) SureCall(u *UnlockedCall) bool {
	if namedLocked(u.Callee.Name()) {
		return true
	}
	recv := u.Callee.Signature.Recv()
	if recv == nil {
		return false
	}
	n := access.NamedOf(recv.Type())
	return n != nil && strings.HasPrefix(string(u.Lock), string(access.TypeClass(n))+".") && a.usesMutable(u.Callee)
}

// usesMutable reports whether a function accesses something that is written after
// it was made, or calls others of which that is not known.
func (a *Analysis) usesMutable(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if eff, known := a.prog.Effect(site.Common()); !known || !isAtomic(eff.Op) {
				return true
			}
		}
	}
	for _, x := range a.all {
		if x.Fn == fn && (x.Write() || a.mutable(x.Path.Class())) {
			return true
		}
	}
	return false
}

func isAtomic(op api.Op) bool {
	switch op {
	case api.AtomicLoad, api.AtomicStore, api.AtomicRMW, api.AtomicCAS:
		return true
	}
	return false
}

// mutable reports whether some function writes a field of objects that are not new.
func (a *Analysis) mutable(class access.Class) bool {
	if a.changes == nil {
		a.changes = make(map[access.Class]bool)
		for _, x := range a.all {
			if !x.Write() {
				continue
			}
			if s, k := a.site(x); s != nil && (!s.skip || s.blind) {
				a.changes[k.Class] = true
			}
		}
	}
	return a.changes[class]
}
