package spawn

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
)

// A test may let all goroutines come to rest: when synctest.Wait returns, each of the others has ended or waits, and what it has
// done is seen by the test. What it does later, the test has made it do.

// settling are the calls in fn that return only when the goroutines around have come to rest.
func (a *Analysis) settling(fn *ssa.Function) []ssa.Instruction {
	if a.settled == nil {
		a.settled = make(map[*ssa.Function][]ssa.Instruction)
		a.bubbles = slices.ContainsFunc(a.prog.Types.Imports(), func(p *types.Package) bool { return p.Path() == "testing/synctest" })
	}
	if !a.bubbles {
		return nil
	}
	if out, ok := a.settled[fn]; ok {
		return out
	}
	a.settled[fn] = nil // functions that call themselves
	var out []ssa.Instruction
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if eff, ok := a.prog.Effect(call.Common()); ok {
				if eff.Op == api.Settle {
					out = append(out, call)
				}
				continue
			}
			targets := a.prog.Callees(call)
			if len(targets) == 1 && targets[0].Fn != nil {
				if within := a.settling(targets[0].Fn); len(within) > 0 && !StartToReturn(targets[0].Fn, within...) {
					out = append(out, call)
				}
			}
		}
	}
	a.settled[fn] = out
	return out
}

// rested reports whether the goroutine of a footprint has come to rest, after its start, before y runs.
func (a *Analysis) rested(goroutine, other *Footprint, y ssa.Instruction) bool {
	if !goroutine.Async || other.Async {
		return false
	}
	for p := other; p != nil; p = p.prev {
		place := at(p, y)
		for _, s := range a.settling(p.Fn) {
			if Dominates(s, place) && (p != other || Between(goroutine.At, s)) {
				return true
			}
		}
	}
	return false
}
