package accesses

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// opaqueLock reports whether a lock of unknown making is held at an instruction: one of which only the interface is known, or a
// type of the program's own that is built on channels or other packages' locks. What it excludes cannot be said.
func (a *Analysis) opaqueLock(instr ssa.Instruction) bool {
	fn := instr.Parent()
	out, ok := a.opaque[fn]
	if !ok {
		out = a.opaqueCalls(fn)
		if a.opaque == nil {
			a.opaque = make(map[*ssa.Function][]ssa.CallInstruction)
		}
		a.opaque[fn] = out
	}
	for _, give := range out {
		if unlocking(give) && a.notTaken(out, give) && (spawn.Between(instr, give) || spawn.Dominates(give, instr) && isDefer(give)) {
			return true // handed over
		}
	}
	for _, take := range out {
		if locking(take) && spawn.Dominates(take, instr) && !slices.ContainsFunc(out, func(give ssa.CallInstruction) bool {
			_, plain := give.(*ssa.Call)
			return plain && !locking(give) && a.lockOwner(give) == a.lockOwner(take) && spawn.Dominates(take, give) && spawn.Dominates(give, instr)
		}) {
			return true
		}
	}
	return false
}

// opaqueAbove reports whether a lock of unknown making is held at an instruction, or at all calls that lead to its function.
func (a *Analysis) opaqueAbove(fn *ssa.Function, instr ssa.Instruction, depth int) bool {
	if a.opaqueLock(instr) {
		return true
	}
	entries := a.spawn.Entries(fn)
	if depth >= maxAbove || len(entries) == 0 {
		return false
	}
	return !slices.ContainsFunc(entries, func(e spawn.Entry) bool {
		return e.Spawn != nil || e.Site.Parent() == fn || !a.opaqueAbove(e.Site.Parent(), e.Site, depth+1)
	})
}

// opaqueCalls are the calls in fn that take or give back locks of unknown making.
func (a *Analysis) opaqueCalls(fn *ssa.Function) []ssa.CallInstruction {
	var out []ssa.CallInstruction
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if _, isGo := call.(*ssa.Go); isGo || !locking(call) && !unlocking(call) && !strings.HasPrefix(strings.ToLower(calleeName(call)), "lock") {
				continue
			}
			common := call.Common()
			if common.IsInvoke() {
				out = append(out, call)
				continue
			}
			if _, known := a.prog.Effect(common); known || common.StaticCallee() == nil || common.Signature().Recv() == nil {
				continue
			}
			if locking(call) && a.takesKnown(call) {
				continue
			}
			out = append(out, call)
		}
	}
	return out
}

// notTaken reports whether what a call gives back is taken nowhere in its function.
func (a *Analysis) notTaken(calls []ssa.CallInstruction, give ssa.CallInstruction) bool {
	return !slices.ContainsFunc(calls, func(take ssa.CallInstruction) bool { return !unlocking(take) && a.lockOwner(take) == a.lockOwner(give) })
}

func isDefer(call ssa.CallInstruction) bool {
	_, ok := call.(*ssa.Defer)
	return ok
}

// takesKnown reports whether a call takes locks that are followed, and keeps them.
func (a *Analysis) takesKnown(call ssa.CallInstruction) bool {
	for _, t := range a.prog.Callees(call) {
		sum := a.locks.SummaryOf(t)
		if sum == nil {
			continue
		}
		for i := range sum.Outcomes {
			if len(sum.Outcomes[i].Acquired) > 0 {
				return true
			}
		}
	}
	return false
}

// locking reports whether a call takes a lock, by its name.
func locking(call ssa.CallInstruction) bool {
	switch strings.ToLower(calleeName(call)) {
	case "lock", "rlock", "waitandlock", "lockcontext", "lockwithcontext", "lockctx", "acquirelock", "obtainlock":
		return true
	}
	return false
}

// unlocking reports whether a call gives a lock back, by its name.
func unlocking(call ssa.CallInstruction) bool {
	name := strings.ToLower(calleeName(call))
	return strings.HasSuffix(name, "unlock") || strings.HasPrefix(name, "unlock") && !strings.HasPrefix(name, "unlocked") || name == "releaselock"
}

func calleeName(call ssa.CallInstruction) string {
	common := call.Common()
	if common.IsInvoke() {
		return common.Method.Name()
	}
	if fn := ssabuild.StaticCallee(common); fn != nil {
		return fn.Name()
	}
	return ""
}

// lockOwner is the object whose method a call is.
func (a *Analysis) lockOwner(call ssa.CallInstruction) *access.Path {
	common := call.Common()
	switch {
	case common.IsInvoke():
		return a.prog.Path(common.Value)
	case len(common.Args) > 0:
		return a.prog.Path(common.Args[0])
	}
	return nil
}
