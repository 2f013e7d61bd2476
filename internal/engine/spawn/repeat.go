package spawn

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// repeated reports whether a footprint's call runs a literal that it is given more
// than once: the callee calls its parameter in a loop, or is out of sight and
// named after what it does with each element.
func (a *Analysis) repeated(fp *Footprint) bool {
	site, ok := fp.At.(ssa.CallInstruction)
	if !ok || fp.prev == nil || fp.target.Fn == nil || fp.target.Fn.Parent() == nil {
		return false
	}
	common := site.Common()
	given := slices.IndexFunc(common.Args, func(v ssa.Value) bool {
		for _, t := range a.prog.FuncsOf(v) {
			if t.Fn == fp.target.Fn {
				return true
			}
		}
		return false
	})
	if given < 0 {
		return false
	}
	for _, t := range a.prog.Callees(site) {
		if t.Fn == nil {
			continue
		}
		return given < len(t.Fn.Params) && calledInLoop(t.Fn.Params[given])
	}
	callee := ssabuild.StaticCallee(common)
	return callee != nil && forEach(callee.Name())
}

// calledInLoop reports whether a parameter is called over and over in its function.
func calledInLoop(p *ssa.Parameter) bool {
	for _, ref := range *p.Referrers() {
		if call, ok := ref.(*ssa.Call); ok && call.Call.Value == ssa.Value(p) && inLoop(call) {
			return true
		}
	}
	return false
}

// forEach reports whether a function's name says that it calls back for each of several things.
func forEach(name string) bool {
	return slices.ContainsFunc([]string{"Each", "Range", "Walk", "Visit", "Iterate", "Ascend", "Descend"}, func(w string) bool {
		return strings.Contains(name, w)
	})
}
