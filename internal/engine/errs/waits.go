package errs

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// waits finds groups whose error nobody looks at.
func (a *Analysis) waits() {
	for _, g := range a.groups {
		failing := a.failing(g)
		for _, w := range g.Waits {
			a.droppedWait(g, failing, w)
			a.callbackWait(w)
		}
		if !g.Shared && len(failing) > 0 {
			a.missingWait(g, failing)
		}
		a.outerContext(g)
	}
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if call, ok := instr.(*ssa.Call); ok {
					a.droppedRun(call)
				}
			}
		}
	}
}

func (a *Analysis) droppedWait(g *Group, failing []Member, w ssa.CallInstruction) {
	if len(failing) == 0 || errorIndex(w.Common().Signature()) < 0 {
		return
	}
	switch a.syntax.uses[w.Common().Pos()] {
	case dropped, deferCall, goCall:
	case blanked:
		if !a.syntax.excused(w.Pos()) && !a.prog.IsTestFunc(w.Parent()) {
			a.lose(Loss{Kind: Blank, Instr: w, Name: a.Name(g.Path) + ".Wait"})
		}
		return
	default:
		return
	}
	// A second Wait elsewhere returns the same error.
	for _, o := range g.Waits {
		if o != w && a.syntax.uses[o.Common().Pos()] == used {
			return
		}
	}
	if a.syntax.excused(w.Pos()) {
		return
	}
	l := Loss{Kind: WaitDropped, Instr: w, Name: a.Name(g.Path) + ".Wait", At: failing[0].Site.Pos()}
	a.mark(&l, w)
	a.lose(l)
}

// mark makes the whole call the place of a loss.
func (a *Analysis) mark(l *Loss, site ssa.CallInstruction) {
	if c := a.syntax.calls[site.Common().Pos()]; c != nil {
		l.Pos, l.End = c.Pos(), c.End()
	}
}

// droppedRun: functions of the runtime that join what they start and return its error.
func (a *Analysis) droppedRun(call *ssa.Call) {
	common := call.Common()
	eff, ok := a.prog.Effect(common)
	if !ok || !eff.Task || eff.Op != api.GroupRun && eff.Op != api.ParallelDo || errorIndex(common.Signature()) < 0 {
		return
	}
	if a.syntax.uses[common.Pos()] != dropped || a.syntax.excused(call.Pos()) {
		return
	}
	body := ssabuild.Arg(common, eff.Func)
	if body == nil {
		return
	}
	at, fails := body.Pos(), a.funcFails(body)
	for _, t := range a.prog.FuncsOf(body) {
		if t.Fn == nil {
			continue
		}
		for _, s := range a.spawns.SpawnsIn(t.Fn) {
			if a.funcFails(s.Func) {
				at, fails = s.Site.Pos(), true
			}
		}
	}
	if !fails {
		return
	}
	l := Loss{Kind: WaitDropped, Instr: call, Name: a.calleeName(common), At: at}
	a.mark(&l, call)
	a.lose(l)
}

// callbackWait finds a Wait in a literal that returns Wait's error to a function
// whose own error the literal's creator does not look at.
func (a *Analysis) callbackWait(w ssa.CallInstruction) {
	wait, ok := w.(*ssa.Call)
	fn := w.Parent()
	if !ok || fn.Parent() == nil || a.starts[fn] != nil || errorIndex(fn.Signature) < 0 || !a.returns(fn, wait) || a.handled(wait) {
		return
	}
	mk := a.prog.Maker(fn)
	var lit ssa.Value = fn
	if mk != nil {
		lit = mk
	}
	for _, b := range fn.Parent().Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || !passes(call.Common(), lit) || errorIndex(call.Common().Signature()) < 0 {
				continue
			}
			if a.syntax.uses[call.Common().Pos()] != dropped || a.syntax.excused(call.Pos()) {
				continue
			}
			l := Loss{Kind: Callback, Instr: wait, Name: a.waitName(wait), Other: a.calleeName(call.Common()), At: call.Pos()}
			a.mark(&l, wait)
			a.lose(l)
		}
	}
}

func passes(common *ssa.CallCommon, f ssa.Value) bool {
	for _, arg := range common.Args {
		if ct, ok := arg.(*ssa.ChangeType); ok {
			arg = ct.X
		}
		if arg == f {
			return true
		}
	}
	return false
}

func (a *Analysis) waitName(wait *ssa.Call) string {
	return a.Name(a.prog.GroupPath(ssabuild.Receiver(wait.Common()))) + ".Wait"
}

// returns reports whether fn returns an error, itself or wrapped by one call.
func (a *Analysis) returns(fn *ssa.Function, err ssa.Value) bool {
	i := errorIndex(fn.Signature)
	for _, b := range fn.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if ok && i < len(ret.Results) && derives(ret.Results[i], err, 4) {
			return true
		}
	}
	return false
}

// derives reports whether v is err or is made from it by calls that take an error and return one.
func derives(v, err ssa.Value, depth int) bool {
	if v == err {
		return true
	}
	if depth == 0 {
		return false
	}
	switch v := v.(type) {
	case *ssa.Phi:
		for _, e := range v.Edges {
			if derives(e, err, depth-1) {
				return true
			}
		}
	case *ssa.Call:
		for _, arg := range v.Common().Args {
			if derives(arg, err, depth-1) {
				return true
			}
			for _, e := range variadic(arg) {
				if derives(e, err, depth-1) {
					return true
				}
			}
		}
	}
	return false
}

// missingWait finds members of a local group that no Wait, or none on some path, waits for.
func (a *Analysis) missingWait(g *Group, failing []Member) {
	if len(g.Waits) == 0 {
		m := failing[0]
		if !a.syntax.excused(m.Site.Pos()) && !a.prog.IsTestFunc(m.Site.Parent()) {
			a.lose(a.member(Loss{Kind: NoWait, Instr: m.Site, Name: a.Name(g.Path) + ".Wait"}, m))
		}
		return
	}
	owner := ownerOf(g.Path)
	var avoid []ssa.Instruction
	for _, w := range g.Waits {
		if _, ok := w.(*ssa.Call); !ok || w.Parent() != owner {
			return // a deferred wait, or one in a literal: all paths may lead to it
		}
		avoid = append(avoid, w)
	}
	for _, m := range failing {
		if m.Site.Parent() != owner {
			continue
		}
		ret := a.escapesTo(m.Site, avoid)
		if ret == nil || a.syntax.excused(m.Site.Pos()) || a.syntax.excused(ssabuild.InstrPos(ret)) {
			continue
		}
		a.lose(a.member(Loss{Kind: NoWaitPath, Instr: m.Site, Name: a.Name(g.Path) + ".Wait", At: ssabuild.InstrPos(ret)}, m))
		return
	}
}

// member marks the call that starts a member, up to its function.
func (a *Analysis) member(l Loss, m Member) Loss {
	if c := a.syntax.calls[m.Site.Common().Pos()]; c != nil {
		l.Pos, l.End = c.Pos(), c.Lparen
	}
	return l
}

func ownerOf(p *access.Path) *ssa.Function {
	if in, ok := p.Root().Owner.(ssa.Instruction); ok {
		return in.Parent()
	}
	return nil
}

// escapesTo is a return that control can reach from site without passing avoid, nil if there is none.
func (a *Analysis) escapesTo(site ssa.Instruction, avoid []ssa.Instruction) *ssa.Return {
	for _, b := range site.Parent().Blocks {
		if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok && b != site.Parent().Recover && spawn.Between(site, ret, avoid...) {
			return ret
		}
	}
	return nil
}
