package accesses

import (
	"go/ast"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// An UnlockedCall is a call of a function that says by its name or comment that
// its caller holds a lock, made without the lock that its other callers hold.
type UnlockedCall struct {
	Callee *ssa.Function
	Call   ssa.CallInstruction
	Lock   access.Class
	Name   string              // of the lock at Peer
	Peer   ssa.CallInstruction // a call that is made under the lock
	Others int                 // calls made under the lock
}

// UnlockedCalls lists the calls of fooLocked and the like without the lock.
func (a *Analysis) UnlockedCalls() []*UnlockedCall {
	var out []*UnlockedCall
	for _, fn := range a.prog.Funcs {
		decl, ok := fn.Syntax().(*ast.FuncDecl)
		if !ok || !expectsLock(decl) || a.prog.IsTestFunc(fn) {
			continue
		}
		out = append(out, a.unlockedCallsOf(fn)...)
	}
	return out
}

// expectsLock is stricter than the lock wing's reading of names: fooUnlocked may
// mean either.
func expectsLock(decl *ast.FuncDecl) bool {
	name := decl.Name.Name
	if strings.HasSuffix(name, "Unlocked") || strings.HasSuffix(name, "NoLock") || strings.HasSuffix(name, "Nolock") {
		return false
	}
	return namedLocked(name) ||
		locks.DeclaresHeld(decl) && decl.Doc != nil && strings.Contains(strings.ToLower(decl.Doc.Text()), "held")
}

func namedLocked(name string) bool {
	return strings.HasSuffix(name, "Locked") || strings.HasSuffix(name, "_locked") || strings.HasSuffix(name, "LockHeld")
}

// takesInside reports whether fn takes the lock itself in some case, as helpers
// with a parameter for it do, or releases it.
func (a *Analysis) takesInside(fn *ssa.Function, lock access.Class) bool {
	sum := a.locks.Summary(fn)
	if sum == nil {
		return false
	}
	for _, t := range sum.Takes {
		if t.Path.Class() == lock {
			return true
		}
	}
	for _, o := range sum.Outcomes {
		if len(o.Released) > 0 {
			return true
		}
	}
	return false
}

func (a *Analysis) unlockedCallsOf(fn *ssa.Function) []*UnlockedCall {
	count := make(map[access.Class]int)
	first := make(map[access.Class]*UnlockedCall)
	var bare []ssa.CallInstruction
	var best access.Class
	for _, site := range a.prog.Callers(fn) {
		caller := site.Parent()
		if a.prog.IsTestFunc(caller) || a.excusedCaller(site, fn) {
			continue
		}
		set := a.locks.HeldAt(site)
		if !set.Known {
			continue
		}
		held, _ := a.HeldAt(site)
		outer, may := a.callerLocks(caller)
		held = append(held[:len(held):len(held)], outer...)
		if _, isGo := site.(*ssa.Go); isGo {
			held, may, set.May = nil, nil, nil
		}
		if len(held) == 0 && len(set.May) == 0 && len(may) == 0 {
			bare = append(bare, site)
			continue
		}
		for _, op := range held {
			c := op.Path.Class()
			if c == "" {
				continue
			}
			if count[c]++; first[c] == nil {
				first[c] = &UnlockedCall{Callee: fn, Lock: c, Name: op.Path.String(), Peer: site}
			}
			if count[c] > count[best] {
				best = c
			}
		}
	}
	n := count[best]
	if n == 0 || len(bare) > n || a.takesInside(fn, best) {
		return nil
	}
	named := namedLocked(fn.Name())
	var out []*UnlockedCall
	for _, site := range bare {
		if (n < 2 || !named) && !a.takes(site.Parent(), best) {
			continue
		}
		u := *first[best]
		u.Call, u.Others = site, n
		out = append(out, &u)
	}
	return out
}

// excusedCaller reports whether a call without a lock is fine: the caller expects
// the lock itself, or the object is new.
func (a *Analysis) excusedCaller(site ssa.CallInstruction, fn *ssa.Function) bool {
	caller := site.Parent()
	outer := ssabuild.Outermost(caller)
	if decl, ok := outer.Syntax().(*ast.FuncDecl); ok && locks.DeclaresHeld(decl) {
		return true
	}
	if _, isDefer := site.(*ssa.Defer); isDefer || spawn.MainOnly(outer) || forTests(outer) {
		return true
	}
	if e := a.locks.Entry(caller); !a.spawn.Outside(outer) && caller.Parent() == nil && len(e.Must) == 0 && len(a.prog.Callers(caller)) > 0 && a.allCallersLocked(caller) {
		return true
	}
	for _, t := range a.prog.Callees(site) {
		if t.Fn != fn {
			continue
		}
		if t.Via != ssabuild.Static {
			return true
		}
		if len(t.Args) == 0 || t.Args[0] == nil || fn.Signature.Recv() == nil {
			continue
		}
		arg := a.prog.Path(t.Args[0])
		if a.prog.UnpublishedObject(arg, caller) || a.builds(caller, arg) || a.onlyFresh(caller, arg, 0) {
			return true
		}
		if v, ok := t.Args[0].(*ssa.Call); ok && a.locks.Fresh(v, 0) {
			return true
		}
	}
	return false
}

// allCallersLocked reports whether every call of a helper is made under some lock.
func (a *Analysis) allCallersLocked(fn *ssa.Function) bool {
	for _, site := range a.prog.Callers(fn) {
		held, _ := a.HeldAt(site)
		if len(held) == 0 && !a.excusedOuter(site.Parent()) {
			return false
		}
	}
	return true
}

func (a *Analysis) excusedOuter(fn *ssa.Function) bool {
	decl, ok := ssabuild.Outermost(fn).Syntax().(*ast.FuncDecl)
	return ok && locks.DeclaresHeld(decl) || a.prog.IsTestFunc(fn)
}
