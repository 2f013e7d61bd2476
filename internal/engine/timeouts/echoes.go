package timeouts

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
)

// Echoes reports whether a function of another package fails in one way alone: its context has ended, which whoever ended
// it knows.
func (a *Analysis) Echoes(fn *types.Func) bool {
	if api.IsStd(pkgPath(fn)) {
		return false
	}
	s := a.imported(fn)
	return s != nil && s.Echoes
}

// echoes computes [model.Timeouts.Echoes]; callees come first.
func (a *Analysis) echoes(fn *ssa.Function) bool {
	res := fn.Signature.Results()
	i := res.Len() - 1
	if i < 0 || !types.Identical(res.At(i).Type(), types.Universe.Lookup("error").Type()) {
		return false
	}
	w := &echo{a: a, seen: make(map[ssa.Value]bool)}
	for _, b := range fn.Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && !w.look(ret.Results[i]) {
			return false
		}
	}
	return w.found
}

// An echo walks the errors that a function may return.
type echo struct {
	a     *Analysis
	seen  map[ssa.Value]bool
	found bool // one of them is that of a context
}

// look reports whether v is nil or the error of a context.
func (w *echo) look(v ssa.Value) bool {
	if w.seen[v] {
		return true
	}
	w.seen[v] = true
	switch v := v.(type) {
	case *ssa.Const:
		return v.IsNil()
	case *ssa.Phi:
		for _, e := range v.Edges {
			if !w.look(e) {
				return false
			}
		}
		return true
	case *ssa.UnOp:
		cell, ok := w.a.prog.Lexical(v.X).(*ssa.Alloc)
		if !ok || v.Op != token.MUL {
			return false
		}
		for _, st := range w.a.prog.StoresTo(cell) {
			if !w.look(st.Val) {
				return false
			}
		}
		return true
	case *ssa.Extract:
		call, ok := v.Tuple.(*ssa.Call)
		return ok && w.call(call)
	case *ssa.Call:
		return w.call(v)
	}
	return false
}

func (w *echo) call(call *ssa.Call) bool {
	eff, known := w.a.prog.Effect(call.Common())
	if known && (eff.Op == api.CtxErr || (eff.Op == api.Sleep || eff.Op == api.SemAcquire) && eff.Ctx != api.None) {
		w.found = true
		return true
	}
	targets := w.a.prog.Callees(call)
	for _, t := range targets {
		if s := w.a.summaryOf(t); s == nil || !s.Echoes {
			return false
		}
	}
	w.found = w.found || len(targets) > 0
	return len(targets) > 0
}
