package timeouts

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A Fresh is a context that a function makes anew and passes on, although its
// caller gave it one.
type Fresh struct {
	Call    *ssa.Call // the call that is given the fresh context
	Callee  *types.Func
	Root    *ssa.Call // context.Background() or context.TODO()
	Derived bool      // something was made from the root in between
	Hand    *ssa.Parameter
}

// FreshContexts lists the fresh contexts that functions pass to what may wait,
// in source order. What runs apart from the caller by intent is not among them.
func (a *Analysis) FreshContexts() []Fresh {
	var out []Fresh
	for _, fn := range a.prog.Funcs {
		hand := AtHand(fn)
		if hand == nil || a.InTests(fn) || nilChecked(hand) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				if f, ok := a.fresh(call); ok && !a.Apart(call) {
					f.Hand = hand
					out = append(out, f)
				}
			}
		}
	}
	return out
}

// nilChecked reports whether a function copes with callers that have no context.
func nilChecked(p *ssa.Parameter) bool {
	for _, ref := range *p.Referrers() {
		if bin, ok := ref.(*ssa.BinOp); ok && (isNil(bin.X) || isNil(bin.Y)) {
			return true
		}
	}
	return false
}

// lifeWords begin the names of functions that make something which outlives the call: its context is not the caller's.
var lifeWords = []string{"new", "start", "run", "watch", "subscribe", "serve", "launch", "go", "init", "setup", "register", "open", "listen", "spawn", "monitor", "notify"}

func (a *Analysis) fresh(call *ssa.Call) (Fresh, bool) {
	common := call.Common()
	callee := ssabuild.StaticCallee(common)
	if callee == nil || !mayFail(callee) {
		return Fresh{}, false
	}
	eff, known := a.effect(common)
	if known {
		if eff.Ctx == api.None || eff.Op != api.Block && eff.Op != api.ReqNew && eff.Op != api.SemAcquire {
			return Fresh{}, false // a request at hand that gets another context is detached on purpose
		}
	} else {
		low := strings.ToLower(callee.Name())
		for _, w := range append(lifeWords, cleanupWords...) {
			if strings.HasPrefix(low, w) {
				return Fresh{}, false
			}
		}
	}
	params := callee.Signature().Params()
	for i := range params.Len() {
		if !IsContext(params.At(i).Type()) {
			continue
		}
		if root, derived := a.root(ssabuild.Arg(common, i), 0); root != nil {
			return Fresh{Call: call, Callee: callee, Root: root, Derived: derived}, true
		}
	}
	return Fresh{}, false
}

// mayFail reports whether a function returns an error: one that does not is no
// wait whose end matters to its caller.
func mayFail(fn *types.Func) bool {
	res := fn.Signature().Results()
	for i := range res.Len() {
		t := res.At(i).Type()
		if types.Identical(t, types.Universe.Lookup("error").Type()) {
			return true
		}
		if isPointerTo(t, "database/sql", "Row") || isPointerTo(t, "net/http", "Request") {
			return true
		}
	}
	return false
}

// root is the call of package context that makes the unbounded context from which v is made by nothing that bounds it.
func (a *Analysis) root(v ssa.Value, depth int) (root *ssa.Call, derived bool) {
	if depth > 6 {
		return nil, false
	}
	switch v := v.(type) {
	case *ssa.UnOp:
		cell, ok := a.prog.Lexical(v.X).(*ssa.Alloc)
		if !ok || v.Op != token.MUL {
			return nil, false
		}
		if val := a.prog.SingleStore(cell); val != nil {
			return a.root(val, depth+1)
		}
	case *ssa.Extract:
		call, ok := v.Tuple.(*ssa.Call)
		if !ok || v.Index != 0 || !cancelStays(call) {
			return nil, false
		}
		if eff, ok := a.prog.Effect(call.Common()); ok && eff.Op == api.CtxCancel {
			r, _ := a.root(ssabuild.Arg(call.Common(), eff.Ctx), depth+1)
			return r, true
		}
	case *ssa.Call:
		eff, ok := a.prog.Effect(v.Common())
		if !ok {
			return nil, false
		}
		switch eff.Op {
		case api.CtxRoot:
			return v, false
		case api.CtxValue:
			r, _ := a.root(ssabuild.Arg(v.Common(), eff.Ctx), depth+1)
			return r, true
		}
	}
	return nil, false
}

// cancelStays reports whether the cancel function of a derived context is only
// called or deferred here: if it is kept, the context has a life of its own.
func cancelStays(call *ssa.Call) bool {
	for _, ref := range *call.Referrers() {
		e, ok := ref.(*ssa.Extract)
		if !ok || e.Index != 1 {
			continue
		}
		for _, use := range *e.Referrers() {
			c, ok := use.(ssa.CallInstruction)
			if !ok || c.Common().Value != ssa.Value(e) {
				return false
			}
		}
	}
	return true
}

// Heeded reports whether a function may look at its context: it uses it for
// anything but its values.
func (a *Analysis) Heeded(p *ssa.Parameter) bool {
	for _, ref := range *p.Referrers() {
		call, ok := ref.(*ssa.Call)
		if ok && call.Call.IsInvoke() && call.Call.Value == ssa.Value(p) && call.Call.Method.Name() == "Value" {
			continue
		}
		if _, debug := ref.(*ssa.DebugRef); debug {
			continue
		}
		if st, ok := ref.(*ssa.Store); ok { // moved to memory because it is captured or reassigned
			if cell, ok := st.Addr.(*ssa.Alloc); ok && len(*cell.Referrers()) == 1 {
				continue
			}
		}
		return true
	}
	return false
}
