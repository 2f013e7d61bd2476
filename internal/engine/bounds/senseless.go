package bounds

import (
	"go/constant"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// senseless finds limits and capacities that cannot be meant.
func (a *Analysis) senseless() {
	units := make(map[*access.Path]*ssa.Call)
	a.eachCall(func(site ssa.CallInstruction) {
		common := site.Common()
		if eff, ok := a.prog.GroupEffect(common); ok && eff.Op == api.GroupLimit {
			a.groupLimit(site)
			return
		}
		if fn := ssabuild.StaticCallee(common); fn != nil && fn.Name() == "Limit" && fn.Pkg() != nil && fn.Pkg().Path() == a.prog.API.RuntimePath()+"/task" {
			if n, ok := constant64(ssabuild.Arg(common, 0)); ok && n < 1 && !a.prog.IsTestFunc(site.Parent()) {
				a.call(Fanout{Kind: BadOption, Instr: site, Count: n}, site)
			}
			return
		}
		eff, ok := a.prog.Effect(common)
		if !ok || eff.Op != api.SemNew {
			return
		}
		n, ok := constant64(ssabuild.Arg(common, eff.Arg))
		if !ok {
			return
		}
		if a.prog.IsTestFunc(site.Parent()) {
			return // a test of what happens then
		}
		if n <= 0 {
			a.call(Fanout{Kind: NoUnits, Instr: site, Count: n}, site)
		} else if call, ok := site.(*ssa.Call); ok {
			units[a.prog.Path(call)] = call
		}
	})
	a.eachCall(func(site ssa.CallInstruction) {
		eff, ok := a.prog.Effect(site.Common())
		if !ok || eff.Op != api.SemAcquire || eff.Arg == api.None {
			return
		}
		n, ok := constant64(ssabuild.Arg(site.Common(), eff.Arg))
		made := units[a.prog.Path(ssabuild.Receiver(site.Common()))]
		if !ok || made == nil {
			return
		}
		have, _ := constant64(ssabuild.Arg(made.Common(), 0))
		if n > have {
			a.call(Fanout{Kind: TooMany, Instr: site, Count: n, Have: have, At: made.Pos()}, site)
		}
	})
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if mk, ok := instr.(*ssa.MakeChan); ok {
					a.tokenChannel(mk)
				}
			}
		}
	}
}

func (a *Analysis) eachCall(f func(ssa.CallInstruction)) {
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if site, ok := instr.(ssa.CallInstruction); ok {
					f(site)
				}
			}
		}
	}
}

// call adds a finding that stands on the whole call.
func (a *Analysis) call(f Fanout, site ssa.CallInstruction) {
	if c := a.errs.Call(site); c != nil {
		f.Pos, f.End = c.Pos(), c.End()
	}
	a.add(f)
}

func constant64(v ssa.Value) (int64, bool) {
	k, ok := v.(*ssa.Const)
	if !ok || k.Value == nil || k.Value.Kind() != constant.Int {
		return 0, false
	}
	return constant.Int64Val(k.Value)
}

func (a *Analysis) groupLimit(site ssa.CallInstruction) {
	arg := ssabuild.Arg(site.Common(), 0)
	g := a.groups[a.prog.GroupPath(ssabuild.Receiver(site.Common()))]
	if g == nil {
		return
	}
	name := a.errs.Name(g.Path)
	if n, ok := constant64(arg); ok && n == 0 && startsWithGo(g) {
		a.call(Fanout{Kind: ZeroLimit, Instr: site, Group: name}, site)
		return
	}
	if x := lenOf(arg); x != nil && !a.prog.IsTestFunc(site.Parent()) && a.sizeOf(x, 0) == Data && a.members(g, x) {
		a.call(Fanout{Kind: FollowsSize, Instr: site, Group: name, Source: a.errs.Name(a.prog.Path(x))}, site)
	}
}

func startsWithGo(g *errs.Group) bool {
	for _, m := range g.Goes {
		if !m.Try {
			return true
		}
	}
	return false
}

// members reports whether a group gets one member per element of x.
func (a *Analysis) members(g *errs.Group, x ssa.Value) bool {
	for _, m := range g.Goes {
		for _, l := range a.loopsAround(m.Site.Block()) {
			if l.Over != nil && a.prog.Path(l.Over) == a.prog.Path(x) {
				return true
			}
		}
	}
	return false
}

// tokenChannel: a loop sends a token before it starts a goroutine, and only that
// goroutine would take it back. Without slots the first send blocks for ever.
func (a *Analysis) tokenChannel(mk *ssa.MakeChan) {
	if n, ok := constant64(mk.Size); !ok || n != 0 {
		return
	}
	path := a.prog.Path(mk)
	for _, s := range a.spawns.SpawnsIn(mk.Parent()) {
		for _, t := range s.Targets {
			if t.Fn == nil || t.Fn.Parent() != mk.Parent() {
				continue
			}
			sent, received := make(map[*access.Path]bool), make(map[*access.Path]bool)
			a.tokens(t.Fn, sent, received)
			if received[path] && !sent[path] && a.sendsBefore(path, s.Site) && a.receivers(mk, path) == 1 {
				f := Fanout{Kind: NoTokens, Instr: mk, At: s.Site.Pos()}
				if c := a.errs.CallAt(mk.Pos()); c != nil {
					f.Pos, f.End = c.Pos(), c.End()
				}
				a.add(f)
				return
			}
		}
	}
}

// sendsBefore reports whether every way to site passes a send on the channel.
func (a *Analysis) sendsBefore(path *access.Path, site ssa.Instruction) bool {
	for b := site.Block(); b != nil; b = b.Idom() {
		for _, instr := range b.Instrs {
			if instr == site {
				break
			}
			if send, ok := instr.(*ssa.Send); ok && a.prog.Path(send.Chan) == path {
				return true
			}
		}
	}
	return false
}

// receivers counts the literals of the function, itself included, that receive from the channel.
func (a *Analysis) receivers(mk *ssa.MakeChan, path *access.Path) int {
	n := 0
	for _, fn := range append([]*ssa.Function{mk.Parent()}, mk.Parent().AnonFuncs...) {
		sent, received := make(map[*access.Path]bool), make(map[*access.Path]bool)
		if fn == mk.Parent() {
			for _, b := range fn.Blocks {
				for _, instr := range b.Instrs {
					if u, ok := instr.(*ssa.UnOp); ok && u.X != nil && u.Op.String() == "<-" && a.prog.Path(u.X) == path {
						received[path] = true
					}
				}
			}
		} else {
			a.tokens(fn, sent, received)
		}
		if received[path] {
			n++
		}
	}
	return n
}
