package timeouts

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// cleanupWords mark functions that must do their work although, or because, the
// context of the caller has ended.
var cleanupWords = []string{
	"shutdown", "close", "stop", "cleanup", "release", "rollback", "flush", "detach", "teardown", "finali", "unlock",
	"revoke", "destroy", "dispose", "deregister", "unregister", "reap", "abort", "purge", "drain",
}

// Apart reports whether an instruction runs apart from the caller's context by
// intent: deferred, in a goroutine of its own, in a function that cleans up, or
// after the context has ended.
func (a *Analysis) Apart(instr ssa.Instruction) bool {
	switch instr.(type) {
	case *ssa.Go, *ssa.Defer:
		return true
	}
	fn := instr.Parent()
	for f := fn; f != nil; f = f.Parent() {
		if ownContext(f) {
			break // whoever runs it gives it a context of its own
		}
		if a.Detached(f) {
			return true
		}
	}
	if ssabuild.LooksLike(fn, cleanupWords...) && !asks(fn) {
		return true
	}
	return a.afterEnd(instr)
}

// questions begin the names of functions that ask for something: what follows, as in fetchReleases, is a noun.
var questions = []string{"fetch", "get", "list", "load", "query", "find", "lookup", "read", "check", "search", "download"}

func asks(fn *ssa.Function) bool {
	name := strings.ToLower(ssabuild.Outermost(fn).Name())
	return slices.ContainsFunc(questions, func(q string) bool { return strings.HasPrefix(name, q) })
}

// afterEnd reports whether a context has certainly ended before instr: its Done
// channel was received from, or its Err was found to be set.
func (a *Analysis) afterEnd(instr ssa.Instruction) bool {
	b := instr.Block()
	for _, i := range b.Instrs {
		if i == instr {
			break
		}
		if a.waitsForEnd(i) {
			return true
		}
	}
	for d := b; d.Idom() != nil; d = d.Idom() {
		p := d.Idom()
		for _, i := range p.Instrs {
			if a.waitsForEnd(i) {
				return true
			}
		}
		cond, ok := p.Instrs[len(p.Instrs)-1].(*ssa.If)
		if ok && len(d.Preds) == 1 && a.meansEnd(cond.Cond, d == p.Succs[0]) {
			return true
		}
	}
	return false
}

func (a *Analysis) waitsForEnd(instr ssa.Instruction) bool {
	u, ok := instr.(*ssa.UnOp)
	return ok && u.Op == token.ARROW && a.IsDone(u.X)
}

// IsDone reports whether a channel is the Done channel of a context.
func (a *Analysis) IsDone(ch ssa.Value) bool { return a.done(ch, make(map[ssa.Value]bool)) }

func (a *Analysis) done(ch ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[ch] {
		return false
	}
	seen[ch] = true
	switch ch := ch.(type) {
	case *ssa.Call:
		eff, ok := a.prog.Effect(ch.Common())
		return ok && eff.Op == api.CtxDone
	case *ssa.Phi:
		for _, e := range ch.Edges {
			if a.done(e, seen) {
				return true
			}
		}
	case *ssa.UnOp:
		if cell, ok := a.prog.Lexical(ch.X).(*ssa.Alloc); ok {
			for _, st := range a.prog.StoresTo(cell) {
				if a.done(st.Val, seen) {
					return true
				}
			}
		}
	case *ssa.ChangeType:
		return a.done(ch.X, seen)
	}
	return false
}

// meansEnd reports whether cond, being outcome, says that a context has ended:
// a select chose its Done case, or Err is not nil.
func (a *Analysis) meansEnd(cond ssa.Value, outcome bool) bool {
	bin, ok := cond.(*ssa.BinOp)
	if !ok {
		return false
	}
	if bin.Op == token.NEQ {
		outcome = !outcome
	} else if bin.Op != token.EQL {
		return false
	}
	if call, ok := bin.X.(*ssa.Call); ok {
		eff, known := a.prog.Effect(call.Common())
		return known && eff.Op == api.CtxErr && !outcome && isNil(bin.Y)
	}
	ext, ok := bin.X.(*ssa.Extract)
	if !ok || !outcome || ext.Index != 0 {
		return false
	}
	sel, ok := ext.Tuple.(*ssa.Select)
	k, isConst := bin.Y.(*ssa.Const)
	if !ok || !isConst || k.Value == nil {
		return false
	}
	i := int(k.Int64())
	return i >= 0 && i < len(sel.States) && a.IsDone(sel.States[i].Chan)
}
