package timeouts

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// An Analysis holds the limits and waits of one package.
type Analysis struct {
	prog     *ssabuild.Program
	imported func(*types.Func) *model.Timeouts
	sums     map[*ssa.Function]*model.Timeouts
	waits    map[*ssa.Function][]Wait

	fields  map[*types.Var][]*ssa.FieldAddr // lazily, see fieldAddrs
	limits  map[ssa.Value]model.Limit
	busy    map[ssa.Value]bool
	traces  map[ssa.Value]*Object
	entries map[*ssa.Function]*Request
}

// Run summarises the functions of a package. imported returns the summary of a
// function of another package, nil if it has none.
func Run(prog *ssabuild.Program, imported func(*types.Func) *model.Timeouts) *Analysis {
	a := &Analysis{
		prog: prog, imported: imported,
		sums:   make(map[*ssa.Function]*model.Timeouts),
		waits:  make(map[*ssa.Function][]Wait),
		limits: make(map[ssa.Value]model.Limit),
		busy:   make(map[ssa.Value]bool),
		traces: make(map[ssa.Value]*Object),
	}
	for _, comp := range prog.Order() {
		for _, fn := range comp {
			a.summarise(fn)
		}
	}
	return a
}

// Summary is what callers of fn need to know, nil if that is nothing.
func (a *Analysis) Summary(fn *ssa.Function) *model.Timeouts { return a.sums[fn] }

// summaryOf is the summary of a call's target, here or in another package.
func (a *Analysis) summaryOf(t ssabuild.Target) *model.Timeouts {
	if t.Fn != nil {
		return a.sums[t.Fn]
	}
	if t.Obj != nil && !api.IsStd(pkgPath(t.Obj)) {
		return a.imported(t.Obj)
	}
	return nil
}

func pkgPath(fn *types.Func) string {
	if fn.Pkg() == nil {
		return ""
	}
	return fn.Pkg().Path()
}

// A Wait is a call that waits for something outside the program.
type Wait struct {
	Site   ssa.CallInstruction
	Effect api.Effect  // of the operation itself
	What   string      // "http.Client.Do"
	Limit  model.Limit // ByParam counts the parameters of the declared function that lexically encloses the call
	Chain  []model.Hop // through callees, the wait last
	Direct bool        // the call is the operation itself, not a function that waits
	Arg    ssa.Value   // of a call that is not direct: the argument that should limit the wait
}

// Waits lists the waits of fn itself, function literals not included, in source order.
func (a *Analysis) Waits(fn *ssa.Function) []Wait { return a.waits[fn] }

func (a *Analysis) summarise(fn *ssa.Function) {
	sum := new(model.Timeouts)
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(ssa.CallInstruction); ok {
				a.call(fn, call, sum)
			}
		}
	}
	if fn.Parent() == nil {
		a.results(fn, sum)
		a.sets(fn, sum)
		sum.Echoes = a.echoes(fn)
	}
	if !sum.Neutral() {
		a.sums[fn] = sum
	}
}

// maxChain bounds the calls between the one who decides and the wait.
const maxChain = 4

// call records the waits of one call.
func (a *Analysis) call(fn *ssa.Function, call ssa.CallInstruction, sum *model.Timeouts) {
	common := call.Common()
	if eff, ok := a.effect(common); ok {
		if eff.Op == api.Block && eff.Blocking != api.Serving {
			w := Wait{Site: call, Effect: eff, What: name(common), Direct: true, Chain: []model.Hop{a.hop(call)}}
			w.Limit = a.waitLimit(common, eff)
			a.add(fn, w, sum)
		}
		return
	}
	for _, t := range a.prog.Callees(call) {
		s := a.summaryOf(t)
		if s == nil || t.Via != ssabuild.Static {
			continue
		}
		for i := range s.Waits {
			ew := &s.Waits[i]
			if ew.Param >= len(t.Args) || t.Args[ew.Param] == nil || len(ew.Chain) >= maxChain {
				continue
			}
			arg := t.Args[ew.Param]
			w := Wait{
				Site: call, What: ew.What, Limit: a.Limit(arg), Arg: arg,
				Effect: api.Effect{Op: api.Block, Blocking: ew.Kind, Func: api.None, Arg: api.None, Ctx: api.None},
				Chain:  append([]model.Hop{a.hop(call)}, ew.Chain...),
			}
			a.add(fn, w, sum)
		}
	}
}

// add keeps a wait and, if a parameter of the function limits it, passes it on.
func (a *Analysis) add(fn *ssa.Function, w Wait, sum *model.Timeouts) {
	a.waits[fn] = append(a.waits[fn], w)
	if w.Limit.Reach != model.ByParam || fn.Parent() != nil {
		return
	}
	if _, isGo := w.Site.(*ssa.Go); isGo {
		return // nobody waits for it here
	}
	for _, old := range sum.Waits {
		if old.Param == w.Limit.Param && old.Kind == w.Effect.Blocking {
			return
		}
	}
	sum.Waits = append(sum.Waits, model.ExternalWait{Param: w.Limit.Param, Kind: w.Effect.Blocking, What: w.What, Chain: w.Chain})
}

// effect is the table's word on a call, and on methods that have the shape of
// generated clients: they carry a context and call options.
func (a *Analysis) effect(common *ssa.CallCommon) (api.Effect, bool) {
	if eff, ok := a.prog.Effect(common); ok {
		return eff, true
	}
	fn := ssabuild.StaticCallee(common)
	if fn != nil && isStub(fn) {
		return api.Effect{Op: api.Block, Blocking: api.Client, Bound: api.ByCtx, Ctx: 0, Func: api.None, Arg: api.None}, true
	}
	return api.Effect{}, false
}

// isStub reports whether fn is a method of a generated gRPC client, which no
// table can list: (ctx, request, ...grpc.CallOption) (response, error).
func isStub(fn *types.Func) bool {
	sig := fn.Signature()
	n := sig.Params().Len()
	if sig.Recv() == nil || !sig.Variadic() || n < 2 || sig.Results().Len() != 2 || !IsContext(sig.Params().At(0).Type()) {
		return false
	}
	s, ok := sig.Params().At(n - 1).Type().(*types.Slice)
	return ok && isNamed(s.Elem(), "google.golang.org/grpc", "CallOption")
}

// waitLimit is what bounds an operation of the table.
func (a *Analysis) waitLimit(common *ssa.CallCommon, eff api.Effect) model.Limit {
	switch eff.Bound {
	case api.Unbounded, api.ByTransport:
		return model.Limit{Reach: model.Endless}
	case api.ByCtx:
		return a.Limit(ssabuild.Arg(common, eff.Ctx)).Tighten(a.receiverLimit(common))
	case api.ByRequest:
		return a.Limit(ssabuild.Arg(common, eff.Arg)).Tighten(a.receiverLimit(common))
	case api.ByReceiver:
		if eff.Blocking == api.Process || isConfig(receiverType(common)) {
			return a.Limit(ssabuild.Receiver(common))
		}
		return model.Limit{} // connections: see Trace
	case api.ByArg:
		return model.Limit{Reach: model.Deadline}
	}
	return model.Limit{}
}

// receiverLimit is the timeout of a client or dialer; other receivers limit nothing.
func (a *Analysis) receiverLimit(common *ssa.CallCommon) model.Limit {
	if t := receiverType(common); t != nil && isConfig(t) {
		return a.Limit(ssabuild.Receiver(common))
	}
	return model.Limit{Reach: model.Endless}
}

func receiverType(common *ssa.CallCommon) types.Type {
	if common.Signature().Recv() == nil && !common.IsInvoke() {
		return nil
	}
	if v := ssabuild.Receiver(common); v != nil {
		return v.Type()
	}
	return nil
}

// results notes what limits the contexts, requests and clients that fn returns.
func (a *Analysis) results(fn *ssa.Function, sum *model.Timeouts) {
	sig := fn.Signature.Results()
	for i := range sig.Len() {
		if !limited(sig.At(i).Type()) {
			continue
		}
		var limit model.Limit
		first := true
		for _, b := range fn.Blocks {
			ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
			if !ok || i >= len(ret.Results) || isNil(ret.Results[i]) {
				continue
			}
			l := a.Limit(ret.Results[i])
			if first {
				limit, first = l, false
			} else {
				limit = limit.Join(l)
			}
		}
		if limit.Reach == model.Unclear {
			continue
		}
		if sum.Results == nil {
			sum.Results = make([]model.Limit, sig.Len())
		}
		sum.Results[i] = limit
	}
}

// sets notes the parameters that fn gives a limit.
func (a *Analysis) sets(fn *ssa.Function, sum *model.Timeouts) {
	for i, p := range fn.Params {
		if !settable(p.Type()) {
			continue
		}
		if obj := a.Trace(p); obj.Limited && !slices.Contains(sum.Sets, i) {
			sum.Sets = append(sum.Sets, i)
		}
	}
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// name is a called function as a user writes it: "http.Get", "client.Do" becomes "http.Client.Do".
func name(common *ssa.CallCommon) string {
	fn := ssabuild.StaticCallee(common)
	if fn == nil {
		return "call"
	}
	k := api.KeyOf(fn)
	out := k.Name
	if k.Recv != "" {
		out = k.Recv + "." + out
	}
	if fn.Pkg() != nil {
		out = fn.Pkg().Name() + "." + out
	}
	return out
}

func (a *Analysis) hop(call ssa.CallInstruction) model.Hop {
	pos := ssabuild.InstrPos(call)
	return model.Hop{Func: ssabuild.FuncName(call.Parent()), At: a.prog.Place(pos), Pos: pos}
}
