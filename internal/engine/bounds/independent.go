package bounds

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// Independent reports whether a goroutine certainly does not wait for one that is
// started after it: its code is in sight and uses no channels, no waits, and starts
// nothing. Then running fewer at a time changes nothing but the time it takes.
func (a *Analysis) Independent(s *spawn.Spawn) bool {
	if len(s.Targets) == 0 {
		return false
	}
	for _, t := range s.Targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) || a.meets(t.Fn, 3, make(map[*ssa.Function]bool)) {
			return false
		}
	}
	return true
}

// meets reports whether a function may wait for another goroutine.
func (a *Analysis) meets(fn *ssa.Function, depth int, seen map[*ssa.Function]bool) bool {
	if seen[fn] {
		return false // recursion waits for what it does anyway
	}
	seen[fn] = true
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send, *ssa.Select, *ssa.Go:
				return true
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return true
				}
			case *ssa.Call:
				if _, builtin := instr.Common().Value.(*ssa.Builtin); builtin {
					continue
				}
				if len(a.spawns.SpawnsAt(instr)) > 0 || a.throttles(instr, 0) {
					return true
				}
				targets := a.prog.Callees(instr)
				if len(targets) == 0 && a.somebodyElses(instr.Common()) {
					return true
				}
				for _, t := range targets {
					if t.Fn != nil && a.prog.Has(t.Fn) && (depth == 0 || a.meets(t.Fn, depth-1, seen)) {
						return true
					}
				}
			}
		}
	}
	return false
}

// somebodyElses reports whether a call runs code of which nothing is known: a
// function value, or a method of an interface that is not the standard library's.
func (a *Analysis) somebodyElses(common *ssa.CallCommon) bool {
	fn := ssabuild.StaticCallee(common)
	if fn == nil {
		return true
	}
	return common.IsInvoke() && fn.Pkg() != nil && !api.IsStd(fn.Pkg().Path())
}
