package spawn

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
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
		if !c.acquire || c.instr.Parent() != fp.Fn || !Between(fp.At, c.instr) || !a.answersCalls(c.path) {
			continue
		}
		return callsOut(a.atTop(fp, x))
	}
	return false
}

// answersCalls reports whether all sends on a channel are made by literals that
// nobody in sight calls.
func (a *Analysis) answersCalls(ch *access.Path) bool {
	if _, made := ch.Root().Owner.(*ssa.MakeChan); !made || ch.Depth() > 0 {
		return false
	}
	found := false
	for _, fn := range a.prog.Funcs {
		for _, m := range a.marks[fn] {
			if m.sig.Op != model.SignalSend || m.sig.Path != ch {
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

// givenAway reports whether no call or spawn in sight runs a literal.
func (a *Analysis) givenAway(fn *ssa.Function) bool {
	for _, fp := range a.Footprints(fn)[1:] {
		if fp.prev.prev == nil && !fp.weak {
			return false
		}
	}
	return true
}

// callsOut reports whether a call comes after x in its function.
func callsOut(x ssa.Instruction) bool {
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
