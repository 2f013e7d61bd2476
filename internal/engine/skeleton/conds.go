package skeleton

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
)

// LoneWaits lists the calls of Cond.Wait that stand in no loop: neither in their
// function nor, for functions that only wrap the wait, around every call of it.
func (a *Analysis) LoneWaits() []*ssa.Call {
	var out []*ssa.Call
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				call, ok := in.(*ssa.Call)
				if !ok {
					continue
				}
				e, ok := a.prog.Effect(&call.Call)
				if ok && e.Op == api.CondWait && e.Func == api.None && !inCycle(b) && !a.loopedByCallers(fn, 2) {
					out = append(out, call)
				}
			}
		}
	}
	return out
}

// loopedByCallers reports whether fn is called in loops, or by functions whose
// callers are unknown or loop.
func (a *Analysis) loopedByCallers(fn *ssa.Function, depth int) bool {
	sites := a.prog.Callers(fn)
	if depth == 0 {
		return true
	}
	for _, s := range sites {
		if inCycle(s.Block()) || a.loopedByCallers(s.Parent(), depth-1) && len(a.prog.Callers(s.Parent())) > 0 {
			return true
		}
	}
	return false
}

// CopiedGroups lists the parameters through which a function gets its own copy
// of a wait group: what it does to it, nobody else sees.
func (a *Analysis) CopiedGroups() []*types.Var {
	var out []*types.Var
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) {
			continue
		}
		params := fn.Signature.Params()
		for i := range params.Len() {
			if syncName(params.At(i).Type()) == "WaitGroup" {
				out = append(out, params.At(i))
			}
		}
	}
	return out
}
