package owners

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A SkippedDone is a Done that a panic skips although the program lives on: the
// helper that runs the goroutine recovers.
type SkippedDone struct {
	Spawn *spawn.Spawn
	Done  *ssa.Call
	Calls *ssa.Call // what comes before it and may panic
	Name  string    // the wait group, as the source spells it
}

// SkippedDones lists the calls of Done that are not deferred in goroutines whose
// panics a helper recovers, where somebody waits and other people's code runs before.
// Helpers of the package itself are left to the exploration.
func (a *Analysis) SkippedDones() []SkippedDone {
	var out []SkippedDone
	for _, s := range a.spawns.Spawns() {
		if !s.Shields || len(s.Targets) != 1 || s.Targets[0].Fn == nil || a.prog.IsTestFunc(s.Fn) || a.errs.Excused(s.Site.Pos()) {
			continue
		}
		fn := s.Targets[0].Fn
		for i := range s.Signals {
			sig := &s.Signals[i]
			if sig.Op != model.SignalDone || sig.Deferred || sig.Path == nil {
				continue
			}
			done := a.doneIn(fn)
			if done == nil {
				continue
			}
			if call := a.mayPanicBefore(fn, done); call != nil {
				out = append(out, SkippedDone{Spawn: s, Done: done, Calls: call, Name: a.errs.Name(sig.Path)})
				break
			}
		}
	}
	return out
}

// doneIn is the only call of Done in fn, nil if it is deferred or there are more.
func (a *Analysis) doneIn(fn *ssa.Function) *ssa.Call {
	var done *ssa.Call
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if eff, ok := a.prog.Effect(site.Common()); !ok || eff.Op != api.WgDone {
				continue
			}
			call, ok := site.(*ssa.Call)
			if !ok || done != nil {
				return nil
			}
			done = call
		}
	}
	return done
}

// mayPanicBefore is a call before done of code that is not known to be harmless.
func (a *Analysis) mayPanicBefore(fn *ssa.Function, done *ssa.Call) *ssa.Call {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || call == done || !ssabuild.Reaches(call, done) {
				continue
			}
			if _, known := a.prog.Effect(call.Common()); known {
				continue
			}
			if _, builtin := call.Call.Value.(*ssa.Builtin); builtin {
				continue
			}
			if callee := ssabuild.StaticCallee(call.Common()); callee != nil && callee.Pkg() != nil && api.IsStd(callee.Pkg().Path()) {
				continue
			}
			return call
		}
	}
	return nil
}
