package accesses

import (
	"go/ast"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// bad lists the accesses without the guard that are not excused.
func (a *Analysis) bad(g *Guard, sites []*Site) []*Site {
	var writes []*Site
	for _, s := range sites {
		if !s.skip && s.Write() {
			writes = append(writes, s)
		}
	}
	var out []*Site
	for _, s := range sites {
		if s.skip || s.mayHold(g.Lock) || a.declared(s.Fn) || a.contracted(s) {
			continue
		}
		if a.otherGuard(s, writes) || a.onlyWriter(s, writes) || justWritten(s, writes) || a.replaced(s, writes) || a.beforeSharing(s) || a.afterAll(s) ||
			a.setBeforeStart(s, writes) || a.setOnce(g, s, writes) || a.afterOwnSignal(s) || !g.reaches(s) || a.excusedByComment(s) {
			continue
		}
		if !s.Write() && !anyOther(writes, s) && !blindWrite(sites) {
			continue
		}
		if s.Fn.Parent() != nil && (a.kept(s.Fn) || a.given(s)) || excusedByName(s) || a.onlyValue(s.Fn) {
			continue
		}
		if s.Base == nil && a.lockedAbove(s.Fn, g.Lock, 0) || a.opaqueAbove(s.Fn, s.Instr, 0) || a.underHelper(s.Fn, g.Lock) {
			continue
		}
		if s.Base != nil && (a.builds(s.Fn, s.Base) || !behindPointer(s) && a.onlyFresh(s.Fn, s.Base, 0)) {
			continue // whatever other lock it holds
		}
		if calls, helped := a.unlockedCalls(g, s); helped {
			out = append(out, calls...)
			continue
		}
		out = append(out, s)
	}
	return out
}

// contracted reports whether the function around the access says that its caller
// holds a lock which may be the guard: the receiver's, for the receiver's own
// fields, and that of any object which the comment names.
func (a *Analysis) contracted(s *Site) bool {
	if outer, ok := ssabuild.Outermost(s.Fn).Syntax().(*ast.FuncDecl); ok {
		if strings.HasPrefix(strings.ToLower(outer.Name.Name), "unsafe") || explainedDoc.MatchString(flat(outer.Doc.Text())) {
			return true
		}
	}
	for fn := s.Fn; ; fn = fn.Parent() {
		if a.declared(fn) {
			return true
		}
		if a.locks.Entry(fn).Declared {
			if s.Base == nil || s.Base.Depth() == 0 {
				return true
			}
			decl, ok := fn.Syntax().(*ast.FuncDecl)
			if !ok {
				return true
			}
			doc := strings.ToLower(flat(decl.Doc.Text()))
			return namesLock(doc, strings.ToLower(s.Base.Selector())) || namesLock(doc, ownerName(s))
		}
		if !ssabuild.IsRangeBody(fn) {
			return false
		}
	}
}

// namesLock reports whether a comment speaks of the lock of an object.
func namesLock(doc, owner string) bool {
	for _, form := range []string{" lock", "'s lock", ".mu", " mutex", ".lock"} {
		if strings.Contains(doc, owner+form) {
			return true
		}
	}
	return false
}

// ownerName is the type whose field the access is, in lower case.
func ownerName(s *Site) string {
	name := strings.ToLower(access.Class(s.Path.Class()).Short())
	name, _, _ = strings.Cut(name, ".")
	return name
}

// reaches reports whether a lock of an enclosing object applies to the site: the
// object is embedded in, or a field of, the same type there.
func (g *Guard) reaches(s *Site) bool {
	if s.Base == nil {
		return true
	}
	for _, h := range g.Sites {
		op, ok := h.holds(g.Lock)
		if !ok || h.Base == nil {
			continue
		}
		owner, base := op.Path.Parent(), s.Base
		for b := h.Base; b != nil && b != owner; b = b.Parent() {
			if base == nil || base.Class() != b.Class() || b.Class() == "" {
				return false
			}
			base = base.Parent()
		}
		return base != nil
	}
	return true
}

// kept reports whether a literal is called from places that are not known: it is
// stored, returned or given to somebody who keeps it.
func (a *Analysis) kept(fn *ssa.Function) bool {
	known := false
	for _, fp := range a.spawn.Footprints(fn)[1:] {
		if fp.Prev().Prev() != nil {
			break
		}
		if fp.Weak() {
			return true
		}
		known = true
	}
	return !known
}

// given reports whether the object is a parameter of a literal: whoever calls the
// literal passes it, and holds what it takes.
func (a *Analysis) given(s *Site) bool {
	if s.Base == nil {
		return false
	}
	root := s.Base.RootPath().Root()
	if root.Kind != access.Param || root.Owner != any(s.Fn) {
		return false
	}
	for _, fp := range a.spawn.Footprints(s.Fn)[1:] {
		if fp.Prev().Prev() == nil && (fp.Async || len(fp.Target().Args) > 0) {
			return false // started, or called by name
		}
	}
	return true
}

// onlyValue reports whether a declared function is not called by name in this
// package, but used as a value: who calls it, under which locks, is not known.
func (a *Analysis) onlyValue(fn *ssa.Function) bool {
	if fn.Parent() != nil || len(a.prog.Callers(fn)) > 0 || fn.Object() == nil || fn.Object().Exported() {
		return false
	}
	return a.spawn.Outside(fn)
}

// excusedByName reports whether the variable's name says that it is not written.
func excusedByName(s *Site) bool {
	name := strings.ToLower(lastName(s.Path.Class()))
	return strings.HasPrefix(name, "readonly") || strings.HasPrefix(name, "immutable") || strings.HasPrefix(name, "const")
}

func anyOther(writes []*Site, s *Site) bool {
	for _, w := range writes {
		if w != s {
			return true
		}
	}
	return false
}

// otherGuard reports whether another lock protects the access: all writes hold it too.
func (a *Analysis) otherGuard(s *Site, writes []*Site) bool {
	held, _ := a.heldAt(s.Access)
	for _, op := range held {
		c := op.Path.Class()
		if c == "" || s.Write() && op.Mode != api.Write {
			continue
		}
		if namedAfter(c, s.Path.Class()) {
			return true
		}
		all := true
		for _, w := range writes {
			if w != s && !w.mayHold(c) {
				all = false
				break
			}
		}
		if all {
			return true
		}
	}
	return a.apartAbove(s, writes)
}

// onlyWriter reports whether one goroutine makes the access and all writes: what
// it alone writes it may read without the lock.
func (a *Analysis) onlyWriter(s *Site, writes []*Site) bool {
	if s.Write() {
		return false
	}
	t, ok := a.soleThread(s.Fn)
	if !ok {
		return false
	}
	for _, w := range writes {
		if u, ok := a.soleThread(w.Fn); !ok || u != t {
			return false
		}
	}
	return true
}

// justWritten reports whether the function has itself written what it reads now,
// and nobody else writes it: functions that alone set something are called one at
// a time, or the order of their writes would be lost anyway.
func justWritten(s *Site, writes []*Site) bool {
	if s.Write() {
		return false
	}
	after := false
	for _, w := range writes {
		if ssabuild.Outermost(w.Fn) != ssabuild.Outermost(s.Fn) {
			return false
		}
		after = after || w.Path == s.Path && spawn.Dominates(w.Instr, s.Instr)
	}
	return after
}

// soleThread is the one spawn whose goroutine executes fn, if nobody else does.
func (a *Analysis) soleThread(fn *ssa.Function) (*spawn.Spawn, bool) {
	var sole *spawn.Spawn
	for _, fp := range a.spawn.Footprints(fn) {
		if a.prog.IsTestFunc(fp.Fn) {
			continue
		}
		if fp.Thread == nil {
			if a.spawn.Outside(fp.Fn) {
				return nil, false
			}
			continue
		}
		if fp.Thread.Many || fp.Thread.InLoop || sole != nil && sole != fp.Thread {
			return nil, false
		}
		sole = fp.Thread
	}
	return sole, sole != nil
}

// beforeSharing reports whether the access happens before its function starts the
// goroutines that work on the object.
func (a *Analysis) beforeSharing(s *Site) bool {
	if s.Base == nil {
		return false
	}
	for _, sp := range a.spawn.SpawnsIn(s.Fn) {
		if spawn.Between(s.Instr, sp.Site) && !spawn.Between(sp.Site, s.Instr) && a.usesBase(sp, s.Base) {
			return true
		}
	}
	return false
}

// afterAll reports whether the access comes after its function has waited for
// goroutines, as shutdown code does.
func (a *Analysis) afterAll(s *Site) bool {
	fps := a.spawn.Footprints(s.Fn)
	return len(fps) > 0 && a.spawn.Joined(fps[0], s.Instr) || a.afterOwn(s, fps)
}

// unlockedCalls handles helpers: when an access without the guard is in a
// function that some callers call with the lock held, the calls without it are at
// fault. helped is false if the function is no such helper.
func (a *Analysis) unlockedCalls(g *Guard, s *Site) (bad []*Site, helped bool) {
	fn := s.Fn
	if s.Base == nil || fn.Parent() != nil {
		return nil, false
	}
	root := s.Base.RootPath().Root()
	if root.Kind != access.Param || root.Owner != any(fn) {
		return nil, false
	}
	with, without := 0, 0
	for _, site := range a.prog.Callers(fn) {
		if a.prog.IsTestFunc(site.Parent()) {
			continue
		}
		switch a.guardAtCall(g, s, site) {
		case heldAtCall:
			with++
		case notHeldAtCall:
			without++
			bad = append(bad, &Site{Access: s.Access, Base: s.Base, Call: site})
		}
	}
	if with == 0 {
		// Called only from where nothing is known to be wrong.
		return nil, without == 0 && s.Base.Depth() == 0 && len(a.prog.Callers(fn)) > 0 && !a.spawn.Outside(fn)
	}
	if with < 2 && without > 0 && !a.takes(bad[0].Call.Parent(), g.Lock) || without > with {
		return nil, true
	}
	return bad, true
}

// lockedAbove reports whether some call of fn, or of a function that calls it, is
// made under the lock: then fn is a helper that expects it.
func (a *Analysis) lockedAbove(fn *ssa.Function, lock access.Class, depth int) bool {
	if depth > 2 {
		return false
	}
	for _, site := range a.prog.Callers(fn) {
		for _, op := range a.locks.HeldAt(site).May {
			if op.Path.Class() == lock {
				return true
			}
		}
		if site.Parent() != fn && a.lockedAbove(site.Parent(), lock, depth+1) {
			return true
		}
	}
	return false
}

type atCall uint8

const (
	excusedAtCall atCall = iota
	heldAtCall
	notHeldAtCall
)

// guardAtCall says whether a call of a helper is made under the guard.
func (a *Analysis) guardAtCall(g *Guard, s *Site, site ssa.CallInstruction) atCall {
	caller := site.Parent()
	set := a.locks.HeldAt(site)
	if !set.Known || caller.Parent() != nil && a.kept(caller) {
		return excusedAtCall
	}
	if _, isDefer := site.(*ssa.Defer); isDefer {
		return excusedAtCall
	}
	held, _ := a.HeldAt(site)
	if _, isGo := site.(*ssa.Go); !isGo {
		declared := a.locks.Entry(caller).Declared && !holdsClass(set.Must, g.Lock)
		for _, op := range held {
			if op.Path.Class() == g.Lock && !declared {
				return heldAtCall // not by a comment alone, which may mean another lock
			}
		}
		for _, op := range set.May {
			if op.Path.Class() == g.Lock {
				return excusedAtCall
			}
		}
	}
	for _, t := range a.prog.Callees(site) {
		if t.Fn != s.Fn {
			continue
		}
		if t.Via != ssabuild.Static {
			return excusedAtCall
		}
		arg := a.prog.ArgPath(t, s.Base.RootPath().Root().Index)
		if arg == nil || a.prog.UnpublishedObject(arg, caller) || a.builds(caller, arg) || a.onlyFresh(caller, arg, 0) {
			return excusedAtCall
		}
	}
	if a.declared(caller) || a.locks.Entry(caller).Declared || spawn.MainOnly(caller) {
		return excusedAtCall
	}
	for _, op := range a.handedOver(site) {
		if op.Path.Class() == g.Lock {
			return heldAtCall
		}
	}
	if a.underHelper(caller, g.Lock) {
		return excusedAtCall
	}
	if s.Base.Depth() == 0 && a.lockedAbove(caller, g.Lock, 0) {
		return excusedAtCall
	}
	// A caller that is itself a helper of locked callers is not at fault.
	if e := a.locks.Entry(caller); !a.spawn.Outside(caller) && e.Calls == 0 && len(a.prog.Callers(caller)) > 0 {
		return excusedAtCall
	}
	return notHeldAtCall
}

// Worst orders sites by how much they tell: writes, then contents, then reads.
func Worst(sites []*Site) []*Site {
	out := slices.Clone(sites)
	rank := func(s *Site) int {
		switch {
		case s.Write():
			return 0
		case s.Content:
			return 1
		}
		return 2
	}
	slices.SortStableFunc(out, func(x, y *Site) int { return rank(x) - rank(y) })
	return out
}

// Peer is an access under the guard that a bad one may meet: a write, unless the
// bad one writes and there is no other.
func (g *Guard) Peer(bad *Site) *Site {
	var out *Site
	for _, s := range g.Sites {
		if _, ok := s.holds(g.Lock); !ok || s.skip || s.Access == bad.Access {
			continue
		}
		if out == nil || s.Write() && !out.Write() {
			out = s
		}
	}
	return out
}

// LockName is the guard as the function of a site would name it.
func (g *Guard) LockName(s *Site) string {
	if s.lock != "" {
		return readable(s.lock, g)
	}
	if op, ok := s.holds(g.Lock); ok {
		return readable(op.Path.String(), g)
	}
	if s.Base != nil {
		for _, h := range g.Sites {
			op, ok := h.holds(g.Lock)
			if !ok || h.Base == nil {
				continue
			}
			// The lock is d levels above the field: its name starts from the same level here.
			owner := op.Path.Parent()
			base := s.Base
			for b := h.Base; b != nil && b != owner; b = b.Parent() {
				if base = base.Parent(); base == nil {
					return g.Lock.Short()
				}
			}
			return readable(base.String()+"."+op.Path.Selector(), g)
		}
	}
	return readable(g.Name, g)
}

// readable falls back to the lock's class where a path has no name for readers.
func readable(name string, g *Guard) string {
	if strings.Contains(name, "?") {
		return g.Lock.Short()
	}
	return name
}

// Claimed lists the fields of which races of a family are reported, so that
// others keep silent.
func (a *Analysis) Claimed(f Family) map[access.Class]bool {
	out := make(map[access.Class]bool)
	for _, r := range a.Races() {
		if r.Family <= f && r.Group.Key.Class != "" {
			out[r.Group.Key.Class] = true
		}
	}
	return out
}
