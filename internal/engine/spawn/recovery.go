package spawn

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// recovering matches the names of functions that recover when deferred, in packages that are not seen.
var recovering = pattern.New(`(?i)recover|handlecrash|catchpanic|panicwrap|logpanic`)

// Recovery is the deferred call in fn that ends a panic of fn, nil if there is none.
func Recovery(prog *ssabuild.Program, fn *ssa.Function) *ssa.Defer {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			d, ok := instr.(*ssa.Defer)
			if !ok {
				continue
			}
			if callee := ssabuild.StaticCallee(d.Common()); callee != nil && recovering.MatchString(callee.Name()) {
				return d
			}
			for _, t := range prog.Callees(d) {
				if t.Fn != nil && Recovers(t.Fn) {
					return d
				}
			}
		}
	}
	return nil
}
