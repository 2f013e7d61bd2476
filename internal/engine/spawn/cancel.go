package spawn

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A goroutine may tell that it has ended by cancelling a context whose end its starter awaits:
//
//	ctx, cancel := context.WithCancel(parent)
//	go func() {
//		defer cancel()
//		work()
//	}()
//	<-ctx.Done()
//
// The other direction, in which the starter cancels what the goroutine watches, is no join.

// cancels is the context, made in sight, that a call of its cancel function ends; nil for other calls.
func (a *Analysis) cancels(common *ssa.CallCommon) *access.Path {
	if common.IsInvoke() || len(common.Args) > 0 {
		return nil
	}
	ext, ok := a.original(common.Value).(*ssa.Extract)
	if !ok || ext.Index != 1 {
		return nil
	}
	return a.derived(ext.Tuple)
}

// doneOf is the context, made in sight, whose Done channel a value is; nil for other values.
func (a *Analysis) doneOf(v ssa.Value) *access.Path {
	call, ok := v.(*ssa.Call)
	if !ok {
		return nil
	}
	if eff, ok := a.prog.Effect(call.Common()); !ok || eff.Op != api.CtxDone {
		return nil
	}
	ext, ok := a.original(ssabuild.Receiver(call.Common())).(*ssa.Extract)
	if !ok || ext.Index != 0 {
		return nil
	}
	return a.derived(ext.Tuple)
}

// derived is the path of the context that a call derives, nil if the call does something else.
func (a *Analysis) derived(tuple ssa.Value) *access.Path {
	call, ok := tuple.(*ssa.Call)
	if !ok {
		return nil
	}
	if eff, ok := a.prog.Effect(call.Common()); !ok || eff.Op != api.CtxCancel && eff.Op != api.CtxDeadline {
		return nil
	}
	return a.prog.ResultPath(call, 0)
}

// original is the value that a variable always has, or the value itself.
func (a *Analysis) original(v ssa.Value) ssa.Value {
	for range 4 {
		load, ok := v.(*ssa.UnOp)
		if !ok {
			return v
		}
		cell, ok := a.prog.Lexical(load.X).(*ssa.Alloc)
		if !ok {
			return v
		}
		stored := a.prog.SingleStore(cell)
		if stored == nil {
			return v
		}
		v = stored
	}
	return v
}
