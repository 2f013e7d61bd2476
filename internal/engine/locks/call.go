package locks

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// call applies a call, or a deferred call at the time it runs.
func (r *run) call(s *state, site ssa.CallInstruction, common *ssa.CallCommon) []*state {
	r.worksUnder(s, site, common)
	if eff, ok := r.a.prog.Effect(common); ok {
		return r.known(s, site, common, eff)
	}
	if failsTest(common) || r.a.prog.Ends(common) {
		return nil // what happens after a failed assertion is nobody's concern
	}
	targets := r.a.prog.Callees(site)
	if fn := r.wrappedOnce(common.Value); len(targets) == 0 && fn != nil && !common.IsInvoke() {
		return r.firstRun(s, site, fn)
	}
	if len(targets) == 0 {
		return r.unknown(s, site, common)
	}
	if len(targets) == 1 {
		return r.apply(s, site, targets[0])
	}
	var out []*state
	for _, t := range targets {
		out = append(out, r.apply(s, site, t)...)
	}
	return r.mergeAll(out)
}

// failsTest recognises the methods of testing.T by which a test fails and goes on.
func failsTest(common *ssa.CallCommon) bool {
	fn := ssabuild.StaticCallee(common)
	if fn == nil || fn.Pkg() == nil || fn.Pkg().Path() != "testing" || fn.Signature().Recv() == nil {
		return false
	}
	switch fn.Name() {
	case "Error", "Errorf", "Fail":
		return true
	}
	return false
}

// known applies a function that the table describes.
func (r *run) known(s *state, site ssa.CallInstruction, common *ssa.CallCommon, eff api.Effect) []*state {
	switch eff.Op {
	case api.Exit, api.Goexit:
		return nil // also through testing.TB, whose methods nobody marks as not returning
	case api.Lock:
		path, mode := lockView(r.lockPath(ssabuild.Receiver(common)), eff.Mode)
		if eff.Try {
			return r.tryLock(s, site, model.LockOp{Path: path, Mode: mode})
		}
		return []*state{r.lock(s, site, model.LockOp{Path: path, Mode: mode})}
	case api.Unlock:
		path, mode := lockView(r.lockPath(ssabuild.Receiver(common)), eff.Mode)
		return []*state{r.unlock(s, site, model.LockOp{Path: path, Mode: mode}, true)}
	case api.OnceDo:
		return r.once(s, site, common, eff)
	case api.SemAcquire, api.SemTry, api.SemRelease:
		if eff.Op == api.SemAcquire {
			r.mayWait(s, site, r.blockingCall(common, eff))
		}
		return r.semaphore(s, site, common, eff)
	case api.WgWait, api.Sleep, api.Block, api.CondWait, api.GroupWait, api.PoolClose, api.BarrierWait, api.EventWait, api.FutureAwait:
		r.mayWait(s, site, r.blockingCall(common, eff))
	case api.GroupGo, api.GroupTry, api.WgGo, api.Spawn, api.SpawnTimer, api.PoolSubmit, api.CtxAfter:
		return []*state{r.handOver(s, site, ssabuild.Arg(common, eff.Func))}
	}
	if eff.Func != api.None && eff.Use == api.CallsNow {
		return r.callback(s, site, ssabuild.Arg(common, eff.Func), nil, nil)
	}
	return []*state{s}
}

// unknown applies a call of which nothing is known. The standard library runs
// function arguments synchronously under the caller's locks and does not keep
// them; nobody else can be assumed to run them at all.
func (r *run) unknown(s *state, site ssa.CallInstruction, common *ssa.CallCommon) []*state {
	if i, ok := r.paramIndex(common.Value); ok && !common.IsInvoke() {
		r.paramCall(s, i, site)
	}
	return r.rangeBodies([]*state{r.passOn(s, site, nil)}, site, nil)
}

// rangeBodies runs the bodies of range-over-func loops among the arguments of a
// call, which whatever iterator it is calls any number of times; called tells
// the arguments that the callee's summary speaks of already.
func (r *run) rangeBodies(cur []*state, site ssa.CallInstruction, called []model.ParamCall) []*state {
	args := site.Common().Args
	for i, arg := range args {
		mk, ok := arg.(*ssa.MakeClosure)
		if !ok || !ssabuild.IsRangeBody(mk.Fn.(*ssa.Function)) {
			continue
		}
		if slices.ContainsFunc(called, func(pc model.ParamCall) bool { return pc.Param == i }) {
			continue
		}
		var next []*state
		for _, s := range cur {
			next = append(next, r.callback(s, site, arg, nil, nil)...)
		}
		cur = r.mergeAll(next)
	}
	return cur
}

// stdCallbacks runs the function arguments of a standard-library call.
func (r *run) stdCallbacks(s *state, site ssa.CallInstruction, common *ssa.CallCommon) []*state {
	cur := []*state{s}
	for _, arg := range common.Args {
		if _, isFunc := arg.Type().Underlying().(*types.Signature); !isFunc {
			continue
		}
		var next []*state
		for _, t := range cur {
			next = append(next, r.callback(t, site, arg, nil, nil)...)
		}
		cur = r.mergeAll(next)
	}
	return cur
}

// paramIndex tells whether a function value is a parameter of the function.
func (r *run) paramIndex(v ssa.Value) (int, bool) {
	if u, ok := v.(*ssa.UnOp); ok {
		if a, ok := r.a.prog.Lexical(u.X).(*ssa.Alloc); ok && a.Parent() == r.fn {
			if val := r.a.prog.SingleStore(a); val != nil {
				v = val
			}
		}
	}
	prm, ok := v.(*ssa.Parameter)
	if !ok || prm.Parent() != r.fn {
		return 0, false
	}
	return slices.Index(r.fn.Params, prm), true
}

// apply instantiates the summary of a target at a call.
func (r *run) apply(s *state, site ssa.CallInstruction, t ssabuild.Target) []*state {
	sum := r.a.summaryOf(t)
	if sum == nil && t.Fn == nil && t.Obj != nil && t.Obj.Pkg() != nil && api.IsStd(t.Obj.Pkg().Path()) {
		return r.stdCallbacks(s, site, site.Common())
	}
	if t.Fn != nil {
		s = r.forgetCaptured(s, t.Fn)
	}
	if sum == nil {
		return r.rangeBodies([]*state{r.passOn(s, site, nil)}, site, nil)
	}
	hop := r.hop(site)
	weak := t.Via != ssabuild.Static
	for i := range sum.Takes {
		r.take(s, site, t, &sum.Takes[i], nil, hop, weak)
	}
	if len(s.held) > 0 {
		for i := range sum.Blocks {
			r.mayWaitBelow(s, site, t, &sum.Blocks[i])
		}
	}
	cur := []*state{r.passOn(s, site, sum.Calls)}
	for i := range sum.Calls {
		pc := &sum.Calls[i]
		var next []*state
		for _, u := range cur {
			next = append(next, r.paramCallback(u, site, t, pc)...)
		}
		cur = r.mergeAll(next)
	}
	cur = r.rangeBodies(cur, site, sum.Calls)
	if len(sum.Outcomes) == 0 || weak {
		return cur
	}
	var out []*state
	for _, u := range cur {
		out = append(out, r.outcomes(u, site, t, sum.Outcomes, r.owns(t))...)
	}
	return r.mergeAll(out)
}

// owns reports whether a target is a literal of this function, which names its locks as the function does.
func (r *run) owns(t ssabuild.Target) bool {
	return t.Fn != nil && t.Fn.Parent() != nil && ssabuild.Encloses(r.fn, t.Fn)
}

// outcomes forks a state on the ways a callee can end. direct is as for [run.unlock].
func (r *run) outcomes(s *state, site ssa.CallInstruction, t ssabuild.Target, outs []model.Outcome, direct bool) []*state {
	var result []*state
	for i := range outs {
		o := &outs[i]
		u, feasible := r.assume(s, site, t, o.Conds)
		if !feasible {
			continue
		}
		for _, op := range o.Released {
			u = r.unlock(u, site, r.translate(op, t), direct)
		}
		for _, op := range o.Acquired {
			u = u.acquire(Held{LockOp: r.translate(op, t), Site: site, Chain: r.chainOf(site, t, op), From: t.Fn})
		}
		result = append(result, u)
	}
	if len(result) == 0 && len(outs) > 1 {
		return []*state{s} // conditions lost too much; a call that cannot return is not believed
	}
	return result
}

// assume adds the conditions of an outcome; ok is false if they contradict the state.
func (r *run) assume(s *state, site ssa.CallInstruction, t ssabuild.Target, conds []model.Cond) (_ *state, ok bool) {
	for _, c := range conds {
		switch {
		case c.Result:
			if call, isCall := site.(*ssa.Call); isCall {
				if i, ok := r.tracked(condKey{v: call, idx: c.Index}); ok {
					s = s.set(i, c.Val)
				}
			}
		case c.Path != nil:
			k := r.pathKey(r.a.prog.Translate(c.Path, t, r.fn))
			i, ok := r.tracked(k)
			if !ok {
				continue
			}
			if c.When == model.OnExit {
				s = s.set(i, c.Val)
				continue
			}
			known := s.get(i)
			if known.Contradicts(c.Val) {
				return s, false
			}
			if known.Kind == model.NoVal {
				s = s.set(i, c.Val)
			}
		case c.Index < len(t.Args) && t.Args[c.Index] != nil:
			arg := t.Args[c.Index]
			known := r.eval(s, arg)
			if known.Contradicts(c.Val) {
				return s, false
			}
			if known.Kind == model.NoVal {
				s = r.learn(s, arg, c.Val)
			}
		}
	}
	return s, true
}

// pathKey is the subject of a memory location given by path.
func (r *run) pathKey(p *access.Path) condKey {
	if root := p.Root(); p.Depth() == 0 && root.Kind == access.Cell {
		return condKey{v: root.Owner.(ssa.Value), idx: -1}
	}
	return condKey{path: p}
}

// forgetCaptured drops facts about the caller's variables that a function literal assigns.
func (r *run) forgetCaptured(s *state, fn *ssa.Function) *state {
	if len(s.facts) == 0 || fn.Parent() == nil {
		return s
	}
	assigned := r.a.captured(fn)
	if len(assigned) == 0 {
		return s
	}
	return s.drop(func(key int) bool {
		k := r.subject(key)
		a, ok := k.v.(*ssa.Alloc)
		return ok && k.idx < 0 && assigned[a]
	})
}

// callback runs a function value under extra locks, zero or more times: what it
// leaves held or released may or may not have happened.
func (r *run) callback(s *state, site ssa.CallInstruction, fn ssa.Value, extra []model.LockOp, chain []model.Hop) []*state {
	if fn == nil {
		return []*state{s}
	}
	if i, ok := r.paramIndex(fn); ok {
		r.paramCallUnder(s, i, site, extra)
		return []*state{s}
	}
	out := []*state{s}
	for _, t := range r.a.prog.FuncsOf(fn) {
		sum := r.a.summaryOf(t)
		if sum == nil {
			if t.Fn != nil {
				for i := range out {
					out[i] = r.forgetCaptured(out[i], t.Fn)
				}
			}
			continue
		}
		hop := r.hop(site)
		for i := range sum.Takes {
			r.take(s, site, t, &sum.Takes[i], extra, hop, false)
		}
		for i := range sum.Blocks {
			r.mayWaitBelow(s, site, t, &sum.Blocks[i])
		}
		out = r.repeat(out, site, t, sum.Outcomes)
	}
	return out
}

// repeat runs a callback zero, one or two times from each state: a second run
// starts where the first ended, unless it was the body of a range-over-func loop
// that returned false, which ends the loop.
func (r *run) repeat(states []*state, site ssa.CallInstruction, t ssabuild.Target, outs []model.Outcome) []*state {
	if len(outs) == 0 {
		if t.Fn != nil {
			for i, s := range states {
				states[i] = r.forgetCaptured(s, t.Fn)
			}
		}
		return states
	}
	all, cur := states, states
	for range 2 {
		var next []*state
		for _, s := range cur {
			if t.Fn != nil {
				s = r.forgetCaptured(s, t.Fn)
			}
			for i := range outs {
				ended := r.outcomes(s, site, t, outs[i:i+1], r.owns(t))
				all = append(all, ended...)
				if t.Fn == nil || !ssabuild.IsRangeBody(t.Fn) || !slices.Contains(outs[i].Conds, loopEnded) {
					next = append(next, ended...)
				}
			}
		}
		cur = r.mergeAll(next)
	}
	return r.mergeAll(all)
}

// loopEnded is the condition under which the body of a range-over-func loop asks
// for no further element.
var loopEnded = model.Cond{When: model.OnExit, Result: true, Index: 0, Val: model.Val{Kind: model.False}}

// paramCallback runs what the caller passed for a parameter that the callee calls.
func (r *run) paramCallback(s *state, site ssa.CallInstruction, t ssabuild.Target, pc *model.ParamCall) []*state {
	if pc.Param >= len(t.Args) || t.Args[pc.Param] == nil {
		return []*state{s}
	}
	extra := make([]model.LockOp, 0, len(pc.Held))
	for _, op := range pc.Held {
		extra = append(extra, r.translate(op, t))
	}
	if len(pc.Before) == 0 {
		return r.callback(s, site, t.Args[pc.Param], extra, pc.Chain)
	}
	// The callee gives locks up, calls, and takes them again.
	around, gone := s, []Held(nil)
	for _, op := range pc.Before {
		op = r.translate(op, t)
		if i := around.find(op.Path); i >= 0 {
			gone = append(gone, around.held[i])
			around = around.remove(i)
		} else {
			around = around.giveUp(op)
		}
	}
	out := slices.Clone(r.callback(around, site, t.Args[pc.Param], extra, pc.Chain))
	for i, u := range out {
		u = u.clone()
		u.released = s.released
		for _, h := range gone {
			if u.find(h.Path) < 0 {
				u = u.acquire(h)
			}
		}
		out[i] = u
	}
	return out
}

// paramCall records that the function calls its parameter i under the locks now held.
func (r *run) paramCall(s *state, i int, site ssa.CallInstruction) { r.paramCallUnder(s, i, site, nil) }

func (r *run) paramCallUnder(s *state, i int, site ssa.CallInstruction, extra []model.LockOp) {
	held := slices.Clone(extra)
	for _, h := range s.held {
		if h.Mode != api.Token {
			held = append(held, h.LockOp)
		}
	}
	for k := range r.sum.Calls {
		pc := &r.sum.Calls[k]
		if pc.Param == i && slices.Equal(pc.Held, held) && slices.Equal(pc.Before, s.released) {
			return
		}
	}
	if len(r.sum.Calls) < maxParamCalls {
		r.sum.Calls = append(r.sum.Calls, model.ParamCall{Param: i, Held: held, Before: s.released, Chain: []model.Hop{r.hop(site)}})
	}
}

// maxParamCalls bounds the parameter calls of a summary.
const maxParamCalls = 6

// translate turns a lock of a callee's summary into one of this function.
func (r *run) translate(op model.LockOp, t ssabuild.Target) model.LockOp {
	path := r.a.prog.Translate(op.Path, t, r.fn)
	op.Path, op.Mode = lockView(r.alias(path), op.Mode)
	return op
}
