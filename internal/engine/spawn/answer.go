package spawn

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// A goroutine may make something happen far away that answers on a channel:
//
//	handler := func() { got <- struct{}{} }   // given to a server
//	go func() { client.Call(ctx) }()
//	<-got
//
// Only the call makes the server run the handler, so whoever receives comes after
// what the goroutine did before the call. The way from the call to the handler is
// out of sight; that nobody in sight runs the handler is the evidence for it.

// answered reports whether what is known of the other side comes after a receive of an answer to a call
// that the goroutine of the footprint makes after x.
func (a *Analysis) answered(fp *Footprint, x ssa.Instruction, to *surroundings) bool {
	if !fp.Async || fp.prev == nil {
		return false
	}
	for _, c := range to.before {
		if c.acquire && c.instr.Parent() == fp.Fn && Between(fp.At, c.instr) && a.answersCalls(c.path) {
			return callsOut(a.atTop(fp, x))
		}
	}
	return false
}

// asksFor reports whether a helper that the function calls between the start of a goroutine and an instruction receives,
// on some way, an answer to a call that the goroutine makes after x. Helpers of tests give up on the other ways.
func (a *Analysis) asksFor(fp *Footprint, x, to ssa.Instruction) bool {
	if !fp.Async || fp.prev == nil || to.Parent() != fp.Fn {
		return false
	}
	signals := a.covering(fp, x)
	for d := to.Block(); d != nil; d = d.Idom() {
		for _, instr := range d.Instrs {
			call, ok := instr.(*ssa.Call)
			if !ok || !Dominates(call, to) || !Between(fp.At, call) {
				continue
			}
			for _, t := range a.prog.Callees(call) {
				if t.Fn == nil {
					continue
				}
				if a.awaitsAnswer(t, fp.Fn) {
					return callsOut(a.atTop(fp, x))
				}
				if a.awaitsAny(t, fp.Fn, signals) {
					return true
				}
			}
		}
	}
	return false
}

// awaitsAny reports whether a function waits on some way for one of the signals, and tells its caller whether it did; helpers of
// tests need not tell.
func (a *Analysis) awaitsAny(t ssabuild.Target, caller *ssa.Function, signals []model.Signal) bool {
	if len(signals) == 0 || t.Fn.Signature.Results().Len() == 0 && !a.prog.IsTestFunc(t.Fn) {
		return false
	}
	return slices.ContainsFunc(a.joins[t.Fn], func(j *Join) bool {
		k := *j
		k.Path = a.prog.Translate(j.Path, t, caller)
		return joinsAny(&k, signals)
	})
}

// awaitsAnswer reports whether a function waits on some way for a channel that answers calls, as its caller names it.
func (a *Analysis) awaitsAnswer(t ssabuild.Target, caller *ssa.Function) bool {
	return slices.ContainsFunc(a.joins[t.Fn], func(j *Join) bool {
		return j.Op == model.SignalSend && a.answersCalls(a.prog.Translate(j.Path, t, caller))
	})
}

// answersCalls reports whether all sends on a channel are made by literals that
// nobody in sight calls, or a wait group is counted down by its method alone that
// somebody was given.
func (a *Analysis) answersCalls(ch *access.Path) bool {
	_, made := ch.Root().Owner.(*ssa.MakeChan)
	if !made && !doneGiven(ch) || ch.Depth() > 0 {
		return false
	}
	found := !made
	for _, fn := range a.prog.Funcs {
		for _, m := range a.marks[fn] {
			if m.sig.Op != model.SignalSend && m.sig.Op != model.SignalDone || m.sig.Path != ch {
				continue
			}
			if fn.Parent() == nil || !a.givenAway(fn) {
				return false
			}
			found = true
		}
	}
	return found
}

// givenAway reports whether no call or spawn in sight runs a literal: at most it is
// given to functions of other packages.
func (a *Analysis) givenAway(fn *ssa.Function) bool {
	return !slices.ContainsFunc(a.Entries(fn), func(e Entry) bool {
		if e.Spawn != nil {
			return true
		}
		return e.Target.Via == ssabuild.Static && slices.ContainsFunc(a.prog.Callees(e.Site), func(t ssabuild.Target) bool { return t.Fn != nil })
	})
}

// doneGiven reports whether the method Done of a local wait group is used as a value.
func doneGiven(group *access.Path) bool {
	al, ok := group.Root().Owner.(*ssa.Alloc)
	return ok && slices.ContainsFunc(*al.Referrers(), func(ref ssa.Instruction) bool {
		mk, ok := ref.(*ssa.MakeClosure)
		return ok && strings.HasPrefix(mk.Fn.Name(), "Done$bound")
	})
}

// callsOut reports whether x is a call, or one comes after it in its function.
func callsOut(x ssa.Instruction) bool {
	if _, ok := x.(*ssa.Call); ok {
		return true
	}
	for _, b := range x.Parent().Blocks {
		for _, instr := range b.Instrs {
			if call, ok := instr.(*ssa.Call); ok {
				if _, builtin := call.Call.Value.(*ssa.Builtin); !builtin && Between(x, call) {
					return true
				}
			}
		}
	}
	return false
}
