package errs

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// started finds errors that end with their goroutine: results of functions
// started with go, and errors that the goroutine's own code does not look at.
func (a *Analysis) started() {
	support := a.supportsTests()
	for _, s := range a.spawns.Spawns() {
		test := support || a.prog.IsTestFunc(s.Fn)
		if g, ok := s.Site.(*ssa.Go); ok && !test {
			a.startedByGo(s, g)
		}
		if !test && a.isFutureDropped(s) {
			a.lose(Loss{Kind: Dropped, Instr: s.Site, Spawn: s})
		}
		switch s.Kind {
		case model.SpawnGo, model.SpawnWg, model.SpawnGroup:
		default:
			continue
		}
		for _, t := range s.Targets {
			if t.Fn == nil || test || a.starts[t.Fn] != s {
				continue
			}
			a.sole(s, t.Fn)
			a.blanked(s, t.Fn)
			a.forgotten(s, t.Fn)
		}
	}
}

// supportsTests reports whether a package exists for tests: its goroutines end
// with the test. The imports of its own test files prove nothing.
func (a *Analysis) supportsTests() bool {
	for _, f := range a.prog.Files {
		for _, imp := range f.Imports {
			if imp.Path.Value == `"testing"` && !a.prog.InTestFile(f.Package) {
				return true
			}
		}
	}
	path := a.prog.Types.Path() + "/"
	return strings.Contains(path, "/testutil") || strings.Contains(path, "/test/") || strings.HasSuffix(a.prog.Types.Name(), "test")
}

func (a *Analysis) startedByGo(s *spawn.Spawn, g *ssa.Go) {
	common := g.Common()
	if errorIndex(common.Signature()) < 0 || !a.siteFate(g).wanted() || a.syntax.excused(g.Pos()) {
		return
	}
	name := a.calleeName(common)
	if name == "" {
		return
	}
	l := Loss{Kind: Started, Instr: g, Name: name, Spawn: s}
	if call := a.syntax.calls[common.Pos()]; call != nil {
		l.Pos, l.End = call.Fun.Pos(), call.Fun.End()
		if name == "this function literal" {
			l.End = call.Fun.Pos() + 4
		}
	}
	a.lose(l)
}

// calleeName is the callee as a user writes it, "" if it has no name.
func (a *Analysis) calleeName(common *ssa.CallCommon) string {
	if fn := ssabuild.StaticCallee(common); fn != nil {
		if fn.Pkg() != nil && fn.Pkg() != a.prog.Types && fn.Signature().Recv() == nil {
			return fn.Pkg().Name() + "." + fn.Name()
		}
		return ssabuild.ObjName(fn)
	}
	switch common.Value.(type) {
	case *ssa.MakeClosure, *ssa.Function:
		return "this function literal"
	}
	if c := a.syntax.calls[common.Pos()]; c != nil {
		if name := types.ExprString(c.Fun); !strings.Contains(name, "func(") {
			return name
		}
	}
	return ""
}

// sole finds goroutines that consist of one call whose error is not looked at.
func (a *Analysis) sole(s *spawn.Spawn, fn *ssa.Function) {
	if fn.Parent() == nil {
		return // a named function drops errors on its own account
	}
	var call *ssa.Call
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Call:
				if a.aside(instr.Common()) {
					continue
				}
				if call != nil {
					return
				}
				call = instr
			case *ssa.Go, *ssa.Select:
				return
			}
		}
	}
	if call == nil || a.syntax.uses[call.Common().Pos()] != dropped || inCycle(call.Block()) {
		return
	}
	if errorIndex(call.Common().Signature()) < 0 || !a.callFate(call).wanted() || a.syntax.excused(call.Pos()) {
		return
	}
	name := a.calleeName(call.Common())
	if name == "" {
		return
	}
	l := Loss{Kind: Sole, Instr: call, Name: name, Spawn: s}
	if c := a.syntax.calls[call.Common().Pos()]; c != nil {
		l.Pos, l.End = c.Pos(), c.End()
	}
	l.Join, l.At = a.joinOf(s)
	a.lose(l)
}

// aside reports whether a call is no part of a goroutine's work: locks, counters,
// signals, questions, and functions that cannot fail and only prepare arguments.
func (a *Analysis) aside(common *ssa.CallCommon) bool {
	if _, ok := common.Value.(*ssa.Builtin); ok {
		return true
	}
	if eff, ok := a.prog.Effect(common); ok {
		switch eff.Op {
		case api.Block, api.GroupWait, api.GroupRun, api.ParallelDo, api.NoOp:
		default:
			return true
		}
	}
	return common.Signature().Results().Len() == 1 && errorIndex(common.Signature()) < 0
}

// inCycle reports whether control can come back to a block.
func inCycle(b *ssa.BasicBlock) bool {
	last := b.Instrs[len(b.Instrs)-1]
	return spawn.Between(last, last)
}

// joinOf is the wait for a goroutine as the source writes it, and its place; ""
// if there is none or it lies in a function that is called.
func (a *Analysis) joinOf(s *spawn.Spawn) (string, token.Pos) {
	joins, _ := a.spawns.JoinsOf(s)
	for _, j := range joins {
		switch w := j.Wait.(type) {
		case *ssa.UnOp, *ssa.Select:
			if signals(s, j) {
				return "<-" + a.Name(j.Path), ssabuild.InstrPos(w)
			}
		case ssa.CallInstruction:
			if eff, ok := a.prog.Effect(w.Common()); ok && eff.Op == api.WgWait {
				return a.Name(j.Path) + ".Wait", ssabuild.InstrPos(w)
			}
		}
	}
	return "", token.NoPos
}

// signals reports whether closing the channel is how the goroutine says that it
// has ended; of several that send on one channel, a receive does not say which.
func signals(s *spawn.Spawn, j *spawn.Join) bool {
	for i := range s.Signals {
		if s.Signals[i].Path == j.Path && s.Signals[i].Op == model.SignalClose {
			return true
		}
	}
	return false
}

// isFutureDropped reports whether a pool's future is a statement of its own
// although its task can fail. A group's future loses nothing: the group fails with it.
func (a *Analysis) isFutureDropped(s *spawn.Spawn) bool {
	eff, ok := a.prog.Effect(s.Site.Common())
	if !ok || eff.Op != api.PoolSubmit || !eff.Task || a.syntax.uses[s.Site.Common().Pos()] != dropped {
		return false
	}
	if s.Site.Common().Signature().Results().Len() == 0 {
		return false // the batch keeps it
	}
	return a.funcFails(s.Func) && !a.syntax.excused(s.Site.Pos())
}

// funcFails reports whether a function given to a group or pool can return an
// error that nobody has seen; a function that is not known can.
func (a *Analysis) funcFails(v ssa.Value) bool {
	if c, isConst := v.(*ssa.Const); v == nil || isConst && c.IsNil() {
		return false
	}
	sig, ok := v.Type().Underlying().(*types.Signature)
	if !ok || errorIndex(sig) < 0 {
		return false
	}
	targets := a.prog.FuncsOf(v)
	if len(targets) == 0 {
		return true
	}
	for _, t := range targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) || a.fateOf(t.Fn).wanted() {
			return true
		}
	}
	return false
}

// blanked finds errors that a goroutine assigns to the blank identifier.
func (a *Analysis) blanked(s *spawn.Spawn, fn *ssa.Function) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || errorIndex(call.Common().Signature()) < 0 {
				continue
			}
			if u := a.syntax.uses[call.Common().Pos()]; u != blanked && u != errBlank {
				continue
			}
			if !a.callFate(call).wanted() || a.syntax.excused(call.Pos()) {
				continue
			}
			if name := a.calleeName(call.Common()); name != "" {
				a.lose(Loss{Kind: Blank, Instr: call, Name: name, Spawn: s})
			}
		}
	}
}

// forgotten finds errors of which a goroutine only asks whether they are nil, and
// leaves when they are not: whoever waits cannot tell this end from success.
func (a *Analysis) forgotten(s *spawn.Spawn, fn *ssa.Function) {
	for _, b := range fn.Blocks {
		iff, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If)
		if !ok {
			continue
		}
		cmp, ok := iff.Cond.(*ssa.BinOp)
		if !ok || !types.Identical(cmp.X.Type(), errorType) || a.handled(cmp.X) || !a.leaves(b, cmp) {
			continue
		}
		call := callOf(cmp.X)
		if call == nil || len(*cmp.X.Referrers()) != 1 || !a.callFate(call).wanted() || a.syntax.excused(ssabuild.InstrPos(cmp)) {
			continue
		}
		if name := a.calleeName(call.Common()); name != "" {
			a.lose(Loss{Kind: Forgotten, Instr: call, Name: name, At: ssabuild.InstrPos(cmp), Spawn: s})
		}
	}
}

// callOf is the call whose result v is.
func callOf(v ssa.Value) *ssa.Call {
	if e, ok := v.(*ssa.Extract); ok {
		v = e.Tuple
	}
	call, _ := v.(*ssa.Call)
	return call
}

// leaves reports whether the branch taken when the error is not nil does nothing but return.
func (a *Analysis) leaves(b *ssa.BasicBlock, cmp *ssa.BinOp) bool {
	k, ok := cmp.Y.(*ssa.Const)
	if !ok || !k.IsNil() {
		return false
	}
	succ := b.Succs[0]
	if cmp.Op.String() == "==" {
		succ = b.Succs[1]
	}
	if len(succ.Preds) != 1 {
		return false
	}
	for _, instr := range succ.Instrs {
		switch instr := instr.(type) {
		case *ssa.RunDefers, *ssa.DebugRef, *ssa.Jump:
		case *ssa.Return:
			return len(instr.Results) == 0
		default:
			return false
		}
	}
	// A jump to the common end of the function.
	for _, next := range succ.Succs {
		for _, instr := range next.Instrs {
			switch instr.(type) {
			case *ssa.RunDefers, *ssa.Return:
			default:
				return false
			}
		}
	}
	return true
}
