package owners

import (
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

var writing = pattern.New(`(?i)^(write|save|store|put|insert|update|upsert|remove|rename|create|commit|flush|sync|upload|publish|copy|migrate|persist|append|mkdir|compact|snapshot|dump|export|truncate|chmod|apply|push|send(mail)?$|encode$|fprint)`)

// matters reports whether a goroutine does what somebody misses when it is cut
// short or goes on too long: it writes, sets captured variables, or uses what its
// starter closes on the way out.
func (a *Analysis) matters(s *spawn.Spawn) bool {
	for _, t := range s.Targets {
		if t.Fn == nil {
			continue
		}
		if a.writes(t.Fn, 2) || a.setsCaptured(t.Fn) || a.usesClosed(s, t.Fn) {
			return true
		}
	}
	return false
}

func (a *Analysis) writes(fn *ssa.Function, depth int) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok {
				continue
			}
			callee := ssabuild.StaticCallee(call.Common())
			if callee == nil {
				continue
			}
			if eff, ok := a.prog.Effect(call.Common()); ok && eff.Op != api.Block && eff.Op != api.NoOp {
				continue
			}
			if writing.MatchString(callee.Name()) && !inMemory(callee) {
				return true
			}
			if depth == 0 {
				continue
			}
			for _, t := range a.prog.Callees(call) {
				if t.Fn != nil && a.prog.Has(t.Fn) && a.writes(t.Fn, depth-1) {
					return true
				}
			}
		}
	}
	return false
}

// inMemory: writing into a buffer or hash is lost with it.
func inMemory(fn *types.Func) bool {
	if fn.Pkg() == nil {
		return true
	}
	switch fn.Pkg().Path() {
	case "bytes", "strings", "hash", "crypto", "sync/atomic", "slices", "maps", "sync", "reflect", "bufio", "time", "context":
		return true
	}
	return false
}

func (a *Analysis) setsCaptured(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			if st, ok := instr.(*ssa.Store); ok {
				if _, captured := st.Addr.(*ssa.FreeVar); captured {
					return true
				}
			}
		}
	}
	return false
}

var closing = pattern.New(`^(Close|Unlock|RUnlock|Release|Free|RemoveAll|Remove|Rollback|Done)$`)

// usesClosed reports whether the starter's deferred calls release what the goroutine captures.
func (a *Analysis) usesClosed(s *spawn.Spawn, fn *ssa.Function) bool {
	for _, b := range s.Fn.Blocks {
		for _, instr := range b.Instrs {
			d, ok := instr.(*ssa.Defer)
			if !ok {
				continue
			}
			callee := ssabuild.StaticCallee(d.Common())
			if callee == nil || !closing.MatchString(callee.Name()) {
				continue
			}
			recv := ssabuild.Receiver(d.Common())
			if recv == nil {
				continue
			}
			for _, fv := range fn.FreeVars {
				if a.prog.Path(fv) == a.prog.Path(recv) {
					return true
				}
			}
		}
	}
	return false
}

// toldToStop reports whether the starter, on its way out, cancels a context or
// closes a channel or connection on which the goroutine may depend.
func (a *Analysis) toldToStop(s *spawn.Spawn) bool {
	for _, b := range s.Fn.Blocks {
		for _, instr := range b.Instrs {
			d, ok := instr.(*ssa.Defer)
			if !ok {
				continue
			}
			if a.stops(d.Common()) {
				return true
			}
			// defer func() { cancel(); … }()
			for _, t := range a.prog.Callees(d) {
				if t.Fn == nil || t.Fn.Parent() != s.Fn {
					continue
				}
				for _, lb := range t.Fn.Blocks {
					for _, li := range lb.Instrs {
						if c, ok := li.(*ssa.Call); ok && a.stops(c.Common()) {
							return true
						}
					}
				}
			}
		}
	}
	return false
}

// stops reports whether a call is close(ch), a cancel function or something named so.
func (a *Analysis) stops(common *ssa.CallCommon) bool {
	if b, ok := common.Value.(*ssa.Builtin); ok {
		return b.Name() == "close"
	}
	if callee := ssabuild.StaticCallee(common); callee != nil {
		name := strings.ToLower(callee.Name())
		return strings.Contains(name, "cancel") || strings.Contains(name, "stop") || strings.Contains(name, "shutdown")
	}
	if sig := common.Signature(); sig.Params().Len() == 0 && sig.Results().Len() == 0 && !common.IsInvoke() {
		return true // cancel, stop and other functions that were returned by somebody
	}
	return false
}

// returnsFirst finds tests and main functions that may return before their goroutine has ended.
func (a *Analysis) returnsFirst(s *spawn.Spawn) bool {
	if s.Fn.Parent() != nil || a.blocksLater(s) || a.errs.Excused(s.Site.Pos()) {
		return false
	}
	switch {
	case a.isTest(s.Fn):
		if a.reports(s) {
			a.add(Orphan{Kind: TestLeaves, Spawn: s})
			return true
		}
	case s.Fn.Name() == "main" && a.prog.Types.Name() == "main" && s.Fn.Signature.Recv() == nil:
		if a.matters(s) {
			a.add(Orphan{Kind: MainLeaves, Spawn: s})
			return true
		}
	}
	return false
}

// unowned finds goroutines that write, give no signal, and wait for nothing
// themselves: not services, but work that was let go.
func (a *Analysis) unowned(s *spawn.Spawn) {
	if a.prog.IsTestFunc(s.Fn) || a.errs.Excused(s.Site.Pos()) || len(s.Signals) > 0 || len(s.Targets) != 1 {
		return
	}
	fn := s.Targets[0].Fn
	if fn == nil || !a.prog.Has(fn) || !a.writes(fn, 2) || waitsItself(fn) {
		return
	}
	a.add(Orphan{Kind: Unowned, Spawn: s})
}

// waitsItself reports whether a function receives, selects or loops around a call that may.
func waitsItself(fn *ssa.Function) bool {
	return anyWait(fn, func(call *ssa.Call) bool { return spawn.Between(call, call) })
}

// anyWait reports whether a function has a channel operation, or a call that waits.
func anyWait(fn *ssa.Function, waits func(*ssa.Call) bool) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select, *ssa.Send:
				return true
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					return true
				}
			case *ssa.Call:
				if waits(instr) {
					return true
				}
			}
		}
	}
	return false
}

func (a *Analysis) isTest(fn *ssa.Function) bool {
	return a.prog.IsTestFunc(fn) && strings.HasPrefix(fn.Name(), "Test") && len(fn.Params) == 1 && isT(fn.Params[0].Type())
}

func isT(t types.Type) bool {
	p, ok := types.Unalias(t).(*types.Pointer)
	if !ok {
		return false
	}
	n, ok := types.Unalias(p.Elem()).(*types.Named)
	return ok && n.Obj().Name() == "T" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "testing"
}

// reports reports whether the goroutine calls methods of the test, or gives it to a function that does.
func (a *Analysis) reports(s *spawn.Spawn) bool {
	for _, t := range s.Targets {
		if t.Fn == nil || t.Fn.Parent() == nil {
			continue
		}
		for _, b := range t.Fn.Blocks {
			for _, instr := range b.Instrs {
				call, ok := instr.(*ssa.Call)
				if !ok {
					continue
				}
				for _, arg := range call.Common().Args {
					if mk, ok := arg.(*ssa.MakeInterface); ok {
						arg = mk.X
					}
					if fa, ok := arg.(*ssa.FieldAddr); ok {
						arg = fa.X // the methods of testing.T are those of an embedded field
					}
					if isT(arg.Type()) {
						return true
					}
				}
			}
		}
	}
	return false
}

var lasting = pattern.New(`(?i)wait|serve|run|listen|start|execute|loop|sleep|eventually|poll|retry|close|stop|shutdown|join|until|main|consume|accept|block|cleanup|check|require|assert|expect|read|recv|receive|do$|get|exec|call|finish|done|drain|flush|end`)

// blocksLater reports whether after the start anything may take time or wait:
// then nobody can say from here that the function returns first.
func (a *Analysis) blocksLater(s *spawn.Spawn) bool {
	if len(a.spawns.Joins(s.Fn)) > 0 {
		return true
	}
	for _, b := range s.Fn.Blocks {
		if slices.ContainsFunc(b.Instrs, func(instr ssa.Instruction) bool { _, ok := instr.(*ssa.Defer); return ok }) {
			return true
		}
	}
	return anyWait(s.Fn, func(call *ssa.Call) bool { return spawn.Between(s.Site, call) && a.mayTakeTime(call.Common()) })
}

func (a *Analysis) mayTakeTime(common *ssa.CallCommon) bool {
	if _, ok := common.Value.(*ssa.Builtin); ok {
		return false
	}
	callee := ssabuild.StaticCallee(common)
	if callee == nil {
		return true
	}
	if eff, ok := a.prog.Effect(common); ok {
		switch eff.Op {
		case api.Log, api.ErrorNew, api.AtomicLoad, api.AtomicStore, api.AtomicRMW, api.CtxRoot, api.CtxCancel, api.CtxValue, api.Lock, api.Unlock, api.WgAdd:
			return false
		}
		return true
	}
	if callee.Pkg() != nil && callee.Pkg().Path() == "fmt" {
		return false
	}
	return callee.Pkg() == nil || lasting.MatchString(callee.Name()) || !api.IsStd(callee.Pkg().Path())
}
