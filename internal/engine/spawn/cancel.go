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
	return a.derived(common.Value, 1)
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
	return a.derived(ssabuild.Receiver(call.Common()), 0)
}

// derived is the path of the context that a call derives whose result with an index v always is: the context, or its
// cancel function. It is nil for other values.
func (a *Analysis) derived(v ssa.Value, result int) *access.Path {
	ext, ok := a.prog.Origin(v).(*ssa.Extract)
	if !ok || ext.Index != result {
		return nil
	}
	call, ok := ext.Tuple.(*ssa.Call)
	if !ok {
		return nil
	}
	if eff, ok := a.prog.Effect(call.Common()); !ok || eff.Op != api.CtxCancel && eff.Op != api.CtxDeadline {
		return nil
	}
	return a.prog.ResultPath(call, 0)
}
