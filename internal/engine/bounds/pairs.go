package bounds

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// Names of methods that take one of a limited number of things, and that give it back.
var (
	taking = pattern.New(`^(Get|Take|Acquire|Enter|Wait|Reserve|Borrow|Checkout|Lock|Pop|Obtain|Request)`)
	giving = pattern.New(`^(Put|Return|Release|Give|Leave|Exit|Free|Restore|Done|Unlock|Push)`)
)

// givenBack reports whether a loop takes something from an object to which the goroutine gives it back: a limiter written in another
// package, whose channel cannot be seen from here.
func (a *Analysis) givenBack(site ssa.CallInstruction, s *spawn.Spawn) bool {
	take := ssabuild.StaticCallee(site.Common())
	from := ssabuild.Receiver(site.Common())
	if take == nil || from == nil || !taking.MatchString(take.Name()) {
		return false
	}
	if _, known := a.prog.Effect(site.Common()); known {
		return false // judged by what it does
	}
	for _, t := range s.Targets {
		if t.Fn == nil {
			continue
		}
		for _, b := range t.Fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(ssa.CallInstruction)
				if !ok {
					continue
				}
				give, to := ssabuild.StaticCallee(call.Common()), ssabuild.Receiver(call.Common())
				if give != nil && to != nil && giving.MatchString(give.Name()) && a.prog.Path(to) == a.prog.Path(from) {
					return true
				}
			}
		}
	}
	return false
}
