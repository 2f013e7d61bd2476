package bounds

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/pattern"
)

// groupOf is the group that a goroutine is started in, and whether that group
// limits it, or may do so out of sight. Goroutines outside of groups have neither.
func (a *Analysis) groupOf(s *spawn.Spawn) (g *errs.Group, limited bool) {
	if s.Kind != model.SpawnGroup {
		return nil, false
	}
	eff, ok := a.prog.GroupEffect(s.Site.Common())
	if !ok || eff.Op != api.GroupGo {
		return nil, true // pools, TryGo and helpers that own the group
	}
	g = a.groups[a.prog.GroupPath(ssabuild.Receiver(s.Site.Common()))]
	if g == nil {
		return nil, true
	}
	for _, l := range g.Limits {
		k, ok := ssabuild.Arg(l.Common(), 0).(*ssa.Const)
		if !ok || k.Value == nil || constant.Sign(k.Value) >= 0 {
			return g, true
		}
	}
	return g, !a.plainGroup(g, s)
}

// plainGroup reports whether all that could limit a group is in sight: it is a
// variable of the function, made there, or by a function of this package that
// sets no limit, or the parameter of the body of task.Run without options.
func (a *Analysis) plainGroup(g *errs.Group, s *spawn.Spawn) bool {
	if g.Path.Depth() > 0 {
		return false
	}
	if g.New != nil {
		return !hasOptions(g.New.Common()) && !g.Shared
	}
	switch root := g.Path.Root(); root.Kind {
	case access.Cell:
		return !g.Shared
	case access.Value:
		switch v := root.Owner.(type) {
		case *ssa.Alloc:
			return !g.Shared
		case *ssa.Call:
			return a.makesPlain(v)
		}
	case access.Param:
		return a.bodyOfRun(s)
	}
	return false
}

// hasOptions reports whether a constructor was given options, one of which may be a limit.
func hasOptions(common *ssa.CallCommon) bool {
	if !common.Signature().Variadic() || len(common.Args) == 0 {
		return false
	}
	k, isConst := common.Args[len(common.Args)-1].(*ssa.Const)
	return !isConst || !k.IsNil()
}

// makesPlain reports whether a constructor of this package makes a group without limit.
func (a *Analysis) makesPlain(call *ssa.Call) bool {
	targets := a.prog.Callees(call)
	if len(targets) != 1 || targets[0].Fn == nil || !a.prog.Has(targets[0].Fn) {
		return false
	}
	for _, b := range targets[0].Fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if eff, ok := a.prog.GroupEffect(site.Common()); ok && eff.Op == api.GroupNew && !hasOptions(site.Common()) {
				continue
			}
			if _, isBuiltin := site.Common().Value.(*ssa.Builtin); !isBuiltin {
				return false
			}
		}
	}
	return true
}

// bodyOfRun reports whether the function of s is a literal given to task.Run without options.
func (a *Analysis) bodyOfRun(s *spawn.Spawn) bool {
	fn := s.Fn
	if fn.Parent() == nil {
		return false
	}
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			eff, ok := a.prog.GroupEffect(call.Common())
			if !ok || eff.Op != api.GroupRun {
				continue
			}
			for _, t := range a.prog.FuncsOf(ssabuild.Arg(call.Common(), eff.Func)) {
				if t.Fn == fn {
					return !hasOptions(call.Common())
				}
			}
		}
	}
	return false
}

// limitedIn reports whether an iteration waits for anything but its next message,
// or asks whether there are too many already: then somebody limits the width.
func (a *Analysis) limitedIn(l *Loop, s *spawn.Spawn) bool {
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				return true
			case *ssa.Select:
				if instr.Blocking && ssa.Instruction(instr) != l.Stream {
					return true
				}
			case *ssa.UnOp:
				if instr.Op == token.ARROW && ssa.Instruction(instr) != l.Stream {
					return true
				}
			case *ssa.If:
				if b != l.Head && asksHowMany(instr.Cond) {
					return true
				}
			case ssa.CallInstruction:
				if instr != s.Site && ssa.Instruction(instr) != l.Stream && (a.throttles(instr, 2) || a.givenBack(instr, s)) {
					return true
				}
			}
		}
	}
	// The go statement may lie in a helper that waits first.
	return len(s.Via) > 1 && a.throttles(s.Site, 2)
}

// asksHowMany reports whether a condition compares a number with something else than nothing.
func asksHowMany(cond ssa.Value) bool {
	cmp, ok := cond.(*ssa.BinOp)
	if !ok {
		return false
	}
	if b, ok := cmp.X.Type().Underlying().(*types.Basic); !ok || b.Info()&types.IsInteger == 0 {
		return false
	}
	switch cmp.Op {
	case token.LSS, token.GTR, token.LEQ, token.GEQ:
	case token.EQL:
		if rem, ok := cmp.X.(*ssa.BinOp); !ok || rem.Op != token.REM {
			return false
		}
	default:
		return false
	}
	for _, v := range []ssa.Value{cmp.X, cmp.Y} {
		if k, ok := v.(*ssa.Const); ok && k.Int64() >= -1 && k.Int64() <= 1 {
			return false
		}
	}
	return true
}

var throttling = pattern.New(`(?i)acquire|throttle|limit|^wait|reserve|token|slot|sema|backoff|^take$|permit|borrow|checkout|sleep|pace`)

// throttles reports whether a call may make the loop wait.
func (a *Analysis) throttles(site ssa.CallInstruction, depth int) bool {
	switch site.(type) {
	case *ssa.Go, *ssa.Defer:
		if depth < 2 || !a.isSpawn(site) {
			return false
		}
	}
	common := site.Common()
	if eff, ok := a.prog.Effect(common); ok {
		switch eff.Op {
		case api.SemAcquire, api.SemTry, api.CondWait, api.WgWait, api.GroupWait, api.FutureAwait, api.Sleep, api.EventWait, api.BarrierWait, api.QueuePut, api.QueueGet, api.GroupTry:
			return true
		}
		return false
	}
	fn := ssabuild.StaticCallee(common)
	if fn != nil && throttling.MatchString(fn.Name()) {
		return true
	}
	if depth == 0 {
		return false
	}
	for _, t := range a.prog.Callees(site) {
		if t.Fn != nil && a.prog.Has(t.Fn) && a.waits(t.Fn, depth-1) {
			return true
		}
	}
	return false
}

func (a *Analysis) isSpawn(site ssa.CallInstruction) bool { return len(a.spawns.SpawnsAt(site)) > 0 }

// waits reports whether a function's own code may wait for other goroutines.
func (a *Analysis) waits(fn *ssa.Function, depth int) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				return true
			case *ssa.Select:
				return true // with a default it still asks for a slot
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return true
				}
			case *ssa.Call:
				if a.throttles(instr, depth) {
					return true
				}
			}
		}
	}
	return false
}

// onlyOnce reports whether a flag lets the goroutine start in one iteration only.
func (a *Analysis) onlyOnce(l *Loop, s *spawn.Spawn) bool {
	for b := s.Site.Block(); b != nil && l.Has(b) && b != l.Head; b = b.Idom() {
		d := b.Idom()
		if d == nil || d == l.Head || !l.Has(d) {
			continue
		}
		iff, ok := d.Instrs[len(d.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cond := iff.Cond
		if not, ok := cond.(*ssa.UnOp); ok && not.Op == token.NOT {
			cond = not.X
		}
		phi, ok := cond.(*ssa.Phi)
		if !ok {
			continue
		}
		for _, e := range phi.Edges {
			if _, isConst := e.(*ssa.Const); isConst {
				return true
			}
		}
	}
	// The head itself may hold the flag's phi and be followed by its test.
	return false
}

var serving = pattern.New(`(?i)^(serve|listen|run|start|watch|loop|monitor|supervise|poll|keep|heartbeat|subscribe|consume|worker|daemon|maintain|background|handleconn)|loop$|worker$|forever$|daemon$`)

// serves reports whether the goroutine goes on for as long as the thing that it
// was started for: one per such thing is the structure of the program.
func (a *Analysis) serves(s *spawn.Spawn) bool {
	if len(s.Targets) == 0 {
		if fn := ssabuild.StaticCallee(s.Site.Common()); fn != nil {
			return serving.MatchString(fn.Name())
		}
	}
	for _, t := range s.Targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) {
			return t.Obj != nil && serving.MatchString(t.Obj.Name())
		}
		if a.goesOn(t.Fn, 2) {
			return true
		}
	}
	return false
}

var ending = pattern.New(`(?i)^(stop|close|shutdown|cancel|terminate|drain|quit|kill|abort|disconnect|release|wait|gracefulstop)`)

// tearsDown reports whether the goroutine ends something that was started before:
// there are as many of those already, and ending them at once is no new load.
func (a *Analysis) tearsDown(s *spawn.Spawn) bool {
	if fn := ssabuild.StaticCallee(s.Site.Common()); fn != nil && ending.MatchString(fn.Name()) {
		return true
	}
	for _, t := range s.Targets {
		if t.Obj != nil && ending.MatchString(t.Obj.Name()) {
			return true
		}
		if t.Fn == nil {
			continue
		}
		for _, instr := range t.Fn.Blocks[0].Instrs { // in a branch it is not all that happens
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			if _, known := a.prog.Effect(call.Common()); known {
				continue
			}
			if fn := ssabuild.StaticCallee(call.Common()); fn != nil && ending.MatchString(fn.Name()) && fn.Signature().Recv() != nil && fn.Signature().Params().Len() <= 1 {
				return true
			}
		}
	}
	return false
}

// goesOn reports whether a function loops until it is told to stop, or calls what does.
func (a *Analysis) goesOn(fn *ssa.Function, depth int) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select, *ssa.UnOp:
				if u, ok := instr.(*ssa.UnOp); ok && u.Op != token.ARROW {
					continue
				}
				if len(a.loopsAround(b)) > 0 {
					return true
				}
			case *ssa.Call:
				common := instr.Common()
				if eff, ok := a.prog.Effect(common); ok {
					if eff.Op == api.Block && eff.Blocking == api.Serving {
						return true
					}
					if eff.Op == api.Block && eff.Blocking == api.Network && serving.MatchString(ssabuild.StaticCallee(common).Name()) {
						return true
					}
					continue
				}
				if depth == 0 {
					continue
				}
				targets := a.prog.Callees(instr)
				if len(targets) == 0 {
					if callee := ssabuild.StaticCallee(common); callee != nil && serving.MatchString(callee.Name()) {
						return true
					}
				}
				for _, t := range targets {
					if t.Fn != nil && a.prog.Has(t.Fn) && a.goesOn(t.Fn, depth-1) {
						return true
					}
				}
			}
		}
	}
	return a.endless(fn)
}

// endless reports whether fn has a loop that nothing ends.
func (a *Analysis) endless(fn *ssa.Function) bool {
	if len(fn.Blocks) == 0 {
		return false
	}
	a.loopsAround(fn.Blocks[0])
	for _, l := range a.loops[fn] {
		exits := false
		for _, b := range l.Blocks {
			exits = exits || len(b.Succs) == 0
			for _, succ := range b.Succs {
				exits = exits || !l.Has(succ)
			}
		}
		if !exits {
			return true
		}
	}
	return false
}

// tokenInside reports whether the goroutine itself takes a token and gives it
// back: then the work is limited, if not the number of goroutines.
func (a *Analysis) tokenInside(s *spawn.Spawn) bool {
	for _, t := range s.Targets {
		if t.Fn == nil {
			continue
		}
		sent, received := make(map[*access.Path]bool), make(map[*access.Path]bool)
		if a.tokens(t.Fn, sent, received) {
			return true
		}
		for p := range sent {
			if received[p] {
				return true
			}
		}
	}
	return false
}

// tokens collects the channels that a function and its literals send on and
// receive from, and reports whether it acquires a semaphore.
func (a *Analysis) tokens(fn *ssa.Function, sent, received map[*access.Path]bool) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				sent[a.prog.Path(instr.Chan)] = true
			case *ssa.Select:
				for _, st := range instr.States {
					if st.Dir == types.SendOnly {
						sent[a.prog.Path(st.Chan)] = true
					} else {
						received[a.prog.Path(st.Chan)] = true
					}
				}
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					received[a.prog.Path(instr.X)] = true
				}
			case ssa.CallInstruction:
				common := instr.Common()
				if eff, ok := a.prog.Effect(common); ok {
					if eff.Op == api.SemAcquire || eff.Op == api.SemTry {
						return true
					}
					continue
				}
				if callee := ssabuild.StaticCallee(common); callee != nil && throttling.MatchString(callee.Name()) {
					return true
				}
			}
		}
	}
	for _, lit := range fn.AnonFuncs {
		if a.tokens(lit, sent, received) {
			return true
		}
	}
	return false
}
