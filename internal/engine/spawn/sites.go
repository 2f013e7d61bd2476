package spawn

import (
	"go/types"
	"slices"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// add completes a spawn and files it.
func (a *Analysis) add(s *Spawn) {
	s.InLoop = inLoop(s.Site) && !runsOnce(s.Site)
	s.index = len(a.spawns)
	a.spawns = append(a.spawns, s)
	a.byFn[s.Fn] = append(a.byFn[s.Fn], s)
	a.bySite[s.Site] = append(a.bySite[s.Site], s)
}

// targetSignals are the signals that the targets give, in the spawner's terms.
// With several possible targets only what all of them give counts.
func (a *Analysis) targetSignals(fn *ssa.Function, targets []ssabuild.Target) []model.Signal {
	var out []model.Signal
	for i, t := range targets {
		sum := a.SummaryOf(t)
		if sum == nil {
			return nil
		}
		var mine []model.Signal
		for _, g := range sum.Signals {
			g.Path = a.prog.Translate(g.Path, t, fn)
			mine = append(mine, g)
		}
		if i == 0 {
			out = mine
			continue
		}
		out = slices.DeleteFunc(out, func(g model.Signal) bool {
			return !slices.ContainsFunc(mine, func(h model.Signal) bool { return h.Op == g.Op && h.Path == g.Path })
		})
	}
	return out
}

func (a *Analysis) addGo(fn *ssa.Function, g *ssa.Go) {
	a.bySite[g] = nil
	targets := a.prog.Callees(g)
	s := &Spawn{Site: g, Fn: fn, Kind: model.SpawnGo, Targets: targets, Signals: a.targetSignals(fn, targets)}
	if _, named := g.Call.Value.(*ssa.Function); !named && !g.Call.IsInvoke() {
		s.Func = g.Call.Value
	}
	a.add(s)
}

// addKnown records the spawns of functions in the table.
func (a *Analysis) addKnown(fn *ssa.Function, site ssa.CallInstruction, eff api.Effect) {
	a.bySite[site] = nil
	common := site.Common()
	var arg ssa.Value
	if eff.Func != api.None {
		arg = ssabuild.Arg(common, eff.Func)
	}
	if arg == nil {
		return
	}
	s := &Spawn{Site: site, Fn: fn, Func: arg}
	end := func(op model.SignalOp, path *access.Path) {
		s.Group = path
		s.Signals = append(s.Signals, model.Signal{Op: op, Path: path, Every: true, Deferred: true, Hop: a.hop(site)})
	}
	recv := func() *access.Path { return a.prog.Path(ssabuild.Receiver(common)) }
	switch eff.Op {
	case api.WgGo:
		s.Kind = model.SpawnWg
		end(model.SignalDone, recv())
	case api.GroupGo, api.GroupTry, api.PoolSubmit:
		s.Kind = model.SpawnGroup
		subject := ssabuild.Receiver(common)
		if eff.Op == api.PoolSubmit && eff.Task {
			subject = ssabuild.Arg(common, eff.Func-1)
		}
		if subject != nil {
			end(model.SignalGroup, a.prog.Path(subject))
		}
		a.addFuture(s, site)
	case api.Spawn:
		s.Kind = model.SpawnGo
		a.addFuture(s, site)
	case api.SpawnTimer, api.CtxAfter:
		s.Kind = model.SpawnTimer
		a.addFuture(s, site)
	case api.Register:
		s.Kind, s.Many = model.SpawnHandler, true
	case api.Finalizer:
		s.Kind = model.SpawnFinal
	case api.ParallelDo:
		s.Kind, s.Many, s.Joined = model.SpawnParallel, true, eff.Use == api.CallsAway
	case api.SubTest:
		if !a.runsParallel(arg) {
			return
		}
		s.Kind = model.SpawnSubtest
	default:
		return
	}
	s.Targets = a.prog.FuncsOf(arg)
	s.Signals = append(s.Signals, a.targetSignals(fn, s.Targets)...)
	a.add(s)
}

// addFuture makes the call's result a path on which the goroutine's end can be awaited.
func (a *Analysis) addFuture(s *Spawn, site ssa.CallInstruction) {
	call, ok := site.(*ssa.Call)
	if !ok || call.Common().Signature().Results().Len() != 1 {
		return
	}
	end := func(path *access.Path) {
		s.Signals = append(s.Signals, model.Signal{Op: model.SignalFuture, Path: path, Every: true, Deferred: true, Hop: a.hop(site)})
	}
	end(a.prog.Path(call))
	for _, ref := range *call.Referrers() {
		if st, ok := ref.(*ssa.Store); ok && st.Val == ssa.Value(call) {
			if field, ok := st.Addr.(*ssa.FieldAddr); ok { // it is kept, and awaited through the field
				end(a.prog.Path(field))
			}
		}
	}
}

// runsParallel reports whether a test function calls t.Parallel.
func (a *Analysis) runsParallel(fn ssa.Value) bool {
	for _, t := range a.prog.FuncsOf(fn) {
		if t.Fn != nil && parallelCall(a.prog, t.Fn) != nil {
			return true
		}
	}
	return false
}

// parallelCall is the call of t.Parallel in a test function, nil if there is none.
func parallelCall(prog *ssabuild.Program, fn *ssa.Function) ssa.Instruction {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if eff, ok := prog.Effect(call.Common()); ok && eff.Op == api.Parallel {
					return call
				}
			}
		}
	}
	return nil
}

// addHelper records the spawns that a callee makes of its func parameters.
func (a *Analysis) addHelper(fn *ssa.Function, site ssa.CallInstruction, t ssabuild.Target, sum *model.Spawns) {
	for i := range sum.Runs {
		r := &sum.Runs[i]
		if r.Kind == model.SpawnHanded || r.Param >= len(t.Args) || t.Args[r.Param] == nil {
			continue
		}
		arg := t.Args[r.Param]
		s := &Spawn{Site: site, Fn: fn, Kind: r.Kind, Many: r.Many && !onlyOne(site.Common()), Joined: r.Joined, Waited: r.Waited, Shields: r.Shields, Func: arg, Targets: a.prog.FuncsOf(arg)}
		s.Via = append([]model.Hop{a.hop(site)}, r.Chain...)
		for _, g := range r.Signals {
			g.Path = a.prog.Translate(g.Path, t, fn)
			s.Signals = append(s.Signals, g)
			if g.Op == model.SignalDone || g.Op == model.SignalGroup {
				s.Group = g.Path
			}
		}
		s.Signals = append(s.Signals, a.targetSignals(fn, s.Targets)...)
		a.add(s)
	}
}

// eachAwaited reports whether a spawn in a loop is awaited by one of the joins before the next.
func eachAwaited(s *Spawn, joins []*Join) bool {
	var avoid []ssa.Instruction
	for _, j := range joins {
		avoid = append(avoid, j.Instr)
	}
	return !Between(s.Site, s.Site, avoid...)
}

// onlyOne reports whether the only collection that a call passes is a literal of one element: there is one goroutine for each.
func onlyOne(common *ssa.CallCommon) bool {
	args := common.Args
	if common.Signature().Variadic() {
		args = args[:len(args)-1]
	}
	one := false
	for _, arg := range args {
		switch t := arg.Type().Underlying().(type) {
		case *types.Map, *types.Chan:
			return false
		case *types.Basic:
			if t.Info()&types.IsInteger != 0 {
				return false // a number of goroutines
			}
		case *types.Slice:
			sl, ok := arg.(*ssa.Slice)
			if !ok {
				return false
			}
			lit, ok := sl.X.(*ssa.Alloc)
			if !ok {
				return false
			}
			if arr, ok := lit.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array); !ok || arr.Len() != 1 {
				return false
			}
			one = true
		}
	}
	return one
}

// asParam is the parameter, of the function or one around it, that a func value
// certainly is; nil if it is none.
func (a *Analysis) asParam(v ssa.Value) *ssa.Parameter {
	for range 8 {
		switch x := a.prog.Origin(v).(type) {
		case *ssa.Parameter:
			return x
		case *ssa.ChangeType:
			v = x.X
		case *ssa.FreeVar:
			if v = a.prog.Lexical(x); v == x {
				return nil
			}
		default:
			return nil
		}
	}
	return nil
}

// summariseRuns finds the func parameters that run when fn runs, and those that
// run in goroutines that fn starts.
func (a *Analysis) summariseRuns(fn *ssa.Function, sum *model.Spawns) {
	var runs []paramRun
	addRun := func(p *ssa.Parameter, alone bool) {
		if p == nil {
			return
		}
		i := slices.IndexFunc(runs, func(r paramRun) bool { return r.param == p })
		if i >= 0 {
			runs[i].alone = runs[i].alone && alone
		} else if len(runs) < maxSummary {
			runs = append(runs, paramRun{p, alone})
		}
	}
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if _, isGo := site.(*ssa.Go); isGo || len(a.bySite[site]) > 0 {
				continue
			}
			common := site.Common()
			if !common.IsInvoke() {
				if p := a.asParam(common.Value); p != nil {
					addRun(p, a.excluded(site))
				}
			}
			if eff, ok := a.prog.Effect(common); ok {
				if eff.Use == api.CallsNow {
					addRun(a.asParam(ssabuild.Arg(common, eff.Func)), false)
				}
				continue
			}
			for _, t := range a.prog.Callees(site) {
				for _, r := range a.runsAt(t) {
					addRun(r.param, r.alone || a.excluded(site))
				}
			}
		}
	}
	a.calls[fn] = runs
	for _, s := range a.byFn[fn] {
		a.spawnsParams(fn, s, sum)
	}
	a.summariseHanded(fn, sum)
}

// runsAt are the parameters around a call that the target runs: those it calls
// itself, with its own parameters replaced by the arguments.
func (a *Analysis) runsAt(t ssabuild.Target) []paramRun {
	var out []paramRun
	if t.Fn == nil {
		return nil
	}
	for _, r := range a.calls[t.Fn] {
		if r.param.Parent() != t.Fn {
			out = append(out, r)
			continue
		}
		if i := slices.Index(t.Fn.Params, r.param); i >= 0 && i < len(t.Args) && t.Args[i] != nil {
			if q := a.asParam(t.Args[i]); q != nil {
				out = append(out, paramRun{q, r.alone})
			}
		}
	}
	return out
}

// shielded reports whether what runs defers a function that recovers.
func shielded(targets []ssabuild.Target) bool {
	for _, t := range targets {
		if t.Fn == nil {
			continue
		}
		for _, b := range t.Fn.Blocks {
			for _, instr := range b.Instrs {
				if d, ok := instr.(*ssa.Defer); ok {
					if mk, ok := d.Call.Value.(*ssa.MakeClosure); ok && Recovers(mk.Fn.(*ssa.Function)) {
						return true
					}
					if callee := d.Call.StaticCallee(); callee != nil && Recovers(callee) {
						return true
					}
				}
			}
		}
	}
	return false
}

// Recovers reports whether a function, deferred, ends a panic: it calls recover itself.
func Recovers(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if bi, ok := call.Common().Value.(*ssa.Builtin); ok && bi.Name() == "recover" {
					return true
				}
			}
		}
	}
	return false
}

// spawnsParams adds to fn's summary the parameters of fn that a spawn runs.
func (a *Analysis) spawnsParams(fn *ssa.Function, s *Spawn, sum *model.Spawns) {
	var params []paramRun
	if p := a.asParam(s.Func); s.Func != nil && p != nil {
		params = append(params, paramRun{param: p})
	} else if s.Func == nil || len(s.Targets) > 0 {
		for _, t := range s.Targets {
			params = append(params, a.runsAt(t)...)
		}
	}
	joins, joined := a.JoinsOf(s)
	for _, p := range params {
		i := slices.Index(fn.Params, p.param)
		if i < 0 || len(sum.Runs) >= maxSummary || slices.ContainsFunc(sum.Runs, func(r model.ParamSpawn) bool { return r.Param == i }) {
			continue
		}
		r := model.ParamSpawn{Param: i, Kind: s.Kind, Many: (s.Many || s.InLoop && !eachAwaited(s, joins)) && !p.alone, Joined: joined, Waited: !joined && (s.Waited || len(joins) > 0), Shields: s.Shields || shielded(s.Targets)}
		r.Chain = append([]model.Hop{}, s.Via...)
		if len(r.Chain) == 0 {
			r.Chain = []model.Hop{a.hop(s.Site)}
		}
		for _, g := range s.Signals {
			if nameable(g.Path, fn) {
				r.Signals = append(r.Signals, g)
			}
		}
		sum.Runs = append(sum.Runs, r)
	}
}
