package accesses

import (
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A literal may be given to a helper that calls it under a lock, of what it passes on, say:
//
//	func (bs batches) eachLocked(fn func(*batch)) {
//		for _, b := range bs {
//			b.mu.Lock()
//			fn(b)
//			b.mu.Unlock()
//		}
//	}

// underHelper reports whether a literal is given to a function of the package that calls it under a lock of a class.
func (a *Analysis) underHelper(fn *ssa.Function, lock access.Class) bool {
	if fn.Parent() == nil {
		return false
	}
	for _, e := range a.spawn.Entries(fn) {
		for _, t := range a.prog.Callees(e.Site) {
			for i, arg := range t.Args {
				if t.Fn != nil && t.Fn != fn && i < len(t.Fn.Params) && arg != nil && a.stands(arg, fn) && a.callsUnder(t.Fn.Params[i], lock, 0) {
					return true
				}
			}
		}
	}
	return false
}

// stands reports whether a value is a certain function.
func (a *Analysis) stands(v ssa.Value, fn *ssa.Function) bool {
	return slices.ContainsFunc(a.prog.FuncsOf(v), func(t ssabuild.Target) bool { return t.Fn == fn })
}

// callsUnder reports whether a function parameter is called under a lock of a class, by its function, literals in it, or functions
// that it is passed on to.
func (a *Analysis) callsUnder(p *ssa.Parameter, lock access.Class, depth int) bool {
	if depth > maxAround {
		return false
	}
	for _, fn := range a.prog.Funcs {
		if fn != p.Parent() && !ssabuild.Encloses(p.Parent(), fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				site, ok := instr.(*ssa.Call)
				if !ok || site.Call.IsInvoke() {
					continue
				}
				if a.parameter(site.Call.Value) == p {
					for _, op := range a.locks.HeldAt(site).May {
						if op.Path.Class() == lock {
							return true
						}
					}
					continue
				}
				for _, t := range a.prog.Callees(site) {
					for i, arg := range t.Args {
						if t.Fn != nil && i < len(t.Fn.Params) && arg != nil && a.parameter(arg) == p && a.callsUnder(t.Fn.Params[i], lock, depth+1) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}
