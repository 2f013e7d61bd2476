package timeouts

import (
	"go/constant"
	"go/token"
	"strings"
	"time"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/loops"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// UnheededKind says how a context is not heeded.
type UnheededKind uint8

// The kinds.
const (
	Never   UnheededKind = iota // the function waits and never looks at its context
	Sibling                     // one operation ends with the context, another on the same channel does not
	Retry                       // a loop repeats a call that fails for ever once the context has ended
)

// An Unheeded is a wait that goes on when the context of its function has ended.
type Unheeded struct {
	Kind   UnheededKind
	Fn     *ssa.Function
	Ctx    *ssa.Parameter
	Instr  ssa.Instruction
	Pos    token.Pos
	What   string
	InLoop bool
	Other  token.Pos // of Sibling: the operation that does end
	Callee string    // of Retry
}

// Unheeded lists such waits in source order, one per function and kind.
func (a *Analysis) Unheeded() []Unheeded {
	var out []Unheeded
	for _, fn := range a.prog.Funcs {
		p := contextParam(fn)
		if p == nil || !IsContext(p.Type()) || a.InTests(fn) || fn.Synthetic != "" || ssabuild.LooksLike(fn, cleanupWords...) {
			continue
		}
		all := loops.Of(fn)
		if !a.Heeded(p) {
			if u, ok := a.firstWait(fn, all); ok {
				u.Ctx = p
				out = append(out, u)
			}
			continue
		}
		if u, ok := a.sibling(fn); ok {
			u.Ctx = p
			out = append(out, u)
		}
		for _, l := range all {
			if callee := a.retries(l, p); callee != "" {
				out = append(out, Unheeded{Kind: Retry, Fn: fn, Ctx: p, Instr: l.Head.Instrs[0], Pos: l.Pos(), Callee: callee, InLoop: true})
			}
		}
	}
	return out
}

// firstWait is the first wait of a function that may be long.
func (a *Analysis) firstWait(fn *ssa.Function, all []*loops.Loop) (Unheeded, bool) {
	var best Unheeded
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			inLoop := loops.Innermost(all, b) != nil
			what := a.longWait(instr, inLoop)
			pos := ssabuild.InstrPos(instr)
			if what != "" && (best.Instr == nil || pos < best.Pos) {
				best = Unheeded{Kind: Never, Fn: fn, Instr: instr, Pos: pos, What: what, InLoop: inLoop}
			}
		}
	}
	return best, best.Instr != nil
}

// longWait describes a wait that may be long and that nothing else ends, "" if instr is none.
func (a *Analysis) longWait(instr ssa.Instruction, inLoop bool) string {
	switch instr := instr.(type) {
	case *ssa.UnOp:
		if instr.Op == token.ARROW && !localChan(a.prog.Lexical(instr.X)) && (inLoop || !a.isTimerChan(instr.X)) && !a.stops(instr.X) {
			if a.isTimerChan(instr.X) {
				return "this receive from a ticker"
			}
			return "this receive from " + a.prog.Path(instr.X).String()
		}
	case *ssa.Send:
		if !localChan(a.prog.Lexical(instr.Chan)) {
			return "this send to " + a.prog.Path(instr.Chan).String()
		}
	case *ssa.Select:
		if !instr.Blocking {
			return ""
		}
		for _, st := range instr.States {
			if a.IsDone(st.Chan) || a.isTimerChan(st.Chan) || a.stops(st.Chan) || localChan(a.prog.Lexical(st.Chan)) {
				return ""
			}
		}
		return "this select"
	case *ssa.Call:
		return a.longCall(instr, inLoop)
	}
	return ""
}

func (a *Analysis) longCall(call *ssa.Call, inLoop bool) string {
	eff, ok := a.prog.Effect(call.Common())
	if !ok {
		return ""
	}
	switch eff.Op {
	case api.Sleep:
		d := ssabuild.Arg(call.Common(), eff.Arg)
		if c, ok := d.(*ssa.Const); ok && !inLoop {
			if n, exact := constant.Int64Val(c.Value); exact && time.Duration(n) < time.Second {
				return ""
			}
		}
		if eff.Ctx == api.None {
			return "this sleep"
		}
	case api.WgWait:
		p := a.prog.Path(ssabuild.Receiver(call.Common()))
		if p.Root().Kind != access.Cell {
			return "this wait for " + p.String()
		}
	case api.Block:
		if eff.Blocking == api.Network && eff.Bound == api.Unbounded && strings.Contains(name(call.Common()), "Accept") {
			return name(call.Common())
		}
	}
	return ""
}

// localChan reports whether a channel is made by the function that uses it: its
// partners are then in sight, and are not outside events.
func localChan(v ssa.Value) bool {
	switch v := v.(type) {
	case *ssa.MakeChan:
		return true
	case *ssa.UnOp:
		if cell, ok := v.X.(*ssa.Alloc); ok {
			for _, ref := range *cell.Referrers() {
				if st, ok := ref.(*ssa.Store); ok && st.Addr == ssa.Value(cell) {
					if _, made := st.Val.(*ssa.MakeChan); made {
						return true
					}
				}
			}
		}
	case *ssa.ChangeType:
		return localChan(v.X)
	}
	return false
}

// stopWords mark channels that announce an end: a wait on one is a way out.
var stopWords = []string{"quit", "stop", "done", "clos", "exit", "shutdown", "term", "kill", "abort", "cancel", "dead", "finish"}

// stops reports whether a channel announces an end, to judge by its name.
func (a *Analysis) stops(ch ssa.Value) bool {
	low := strings.ToLower(a.prog.Path(ch).String())
	if call, ok := ch.(*ssa.Call); ok {
		low = strings.ToLower(name(call.Common()))
	}
	for _, w := range stopWords {
		if strings.Contains(low, w) {
			return true
		}
	}
	return false
}

func (a *Analysis) isTimerChan(ch ssa.Value) bool {
	switch ch := ch.(type) {
	case *ssa.Call:
		eff, ok := a.prog.Effect(ch.Common())
		return ok && eff.Op == api.TimerChan
	case *ssa.UnOp:
		if fa, ok := ch.X.(*ssa.FieldAddr); ok {
			f := ssabuild.FieldOf(fa)
			return f != nil && f.Pkg() != nil && f.Pkg().Path() == "time"
		}
	}
	return false
}

// sibling finds an operation on a channel that does not end with a context,
// where the same operation elsewhere in the function does.
func (a *Analysis) sibling(fn *ssa.Function) (Unheeded, bool) {
	type key struct {
		path *access.Path
		send bool
	}
	guarded := make(map[key]token.Pos)
	each(fn, func(instr ssa.Instruction) {
		sel, ok := instr.(*ssa.Select)
		if !ok || !sel.Blocking {
			return
		}
		done := false
		for _, st := range sel.States {
			done = done || a.IsDone(st.Chan)
		}
		for _, st := range sel.States {
			if p := a.prog.Path(st.Chan); done && !a.IsDone(st.Chan) && p.Exact() && !a.isTimerChan(st.Chan) {
				guarded[key{p, st.Send != nil}] = st.Pos
			}
		}
	})
	var found Unheeded
	each(fn, func(instr ssa.Instruction) {
		var k key
		what := ""
		switch instr := instr.(type) {
		case *ssa.Send:
			k, what = key{a.prog.Path(instr.Chan), true}, "this send to "
			if localChan(a.prog.Lexical(instr.Chan)) {
				return
			}
		case *ssa.UnOp:
			if instr.Op != token.ARROW || localChan(a.prog.Lexical(instr.X)) {
				return
			}
			k, what = key{a.prog.Path(instr.X), false}, "this receive from "
		default:
			return
		}
		if other, ok := guarded[k]; ok && found.Instr == nil && !a.Apart(instr) {
			found = Unheeded{Kind: Sibling, Fn: fn, Instr: instr, Pos: ssabuild.InstrPos(instr), What: what + k.path.String(), Other: other}
		}
	})
	return found, found.Instr != nil
}

func each(fn *ssa.Function, f func(ssa.Instruction)) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			f(instr)
		}
	}
}

// retries reports the function that l calls with a context until it succeeds,
// pausing in between and never looking at the context itself: once that has
// ended, the call fails for ever. "" if l is no such loop.
func (a *Analysis) retries(l *loops.Loop, ctx *ssa.Parameter) string {
	paused := false
	var tried *ssa.Call
	var failure ssa.Value
	for _, b := range l.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select, *ssa.Panic:
				return ""
			case *ssa.UnOp:
				if instr.Op == token.ARROW {
					if !a.isTimerChan(instr.X) {
						return ""
					}
					paused = true
				}
			case *ssa.Call:
				eff, known := a.prog.Effect(instr.Common())
				switch {
				case known && eff.Op == api.Sleep && eff.Ctx == api.None:
					paused = true
				case known && (eff.Op == api.CtxDone || eff.Op == api.CtxErr || eff.Op == api.Sleep || eff.Op == api.Exit):
					return ""
				case a.given(instr, ctx):
					if err := errorOf(instr); err != nil && tried == nil {
						tried, failure = instr, err
					} else {
						return "" // whoever else is given it may look at it
					}
				}
			}
		}
	}
	exits := l.Exits()
	if !paused || tried == nil || len(exits) == 0 || !onlyTested(a, failure) {
		return ""
	}
	for _, e := range exits {
		bin, ok := e.Cond.(*ssa.BinOp)
		if !ok || bin.X != failure || !isNil(bin.Y) {
			return ""
		}
		// The loop must stay when the call has failed.
		stays := e.Block().Succs[1]
		if bin.Op == token.NEQ {
			stays = e.Block().Succs[0]
		}
		if !l.Has(stays) {
			return ""
		}
	}
	if fn := ssabuild.StaticCallee(tried.Common()); fn != nil {
		return fn.Name()
	}
	return "the call"
}

// given reports whether a call has the function's context, or one made from it, as an argument.
func (a *Analysis) given(call *ssa.Call, ctx *ssa.Parameter) bool {
	for _, arg := range call.Common().Args {
		if arg == ssa.Value(ctx) {
			return true
		}
		if u, ok := arg.(*ssa.UnOp); ok {
			if cell, ok := a.prog.Lexical(u.X).(*ssa.Alloc); ok && a.prog.SingleStore(cell) == ssa.Value(ctx) {
				return true
			}
		}
	}
	return false
}

// errorOf is the error that a call returns, nil if it returns none or nobody takes it.
func errorOf(call *ssa.Call) ssa.Value {
	if isErr(call) {
		return call
	}
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && isErr(e) {
			return e
		}
	}
	return nil
}

func isErr(v ssa.Value) bool { return v.Type().String() == "error" }

// onlyTested reports whether an error is compared with nil, and logged, and nothing else.
func onlyTested(a *Analysis, err ssa.Value) bool {
	for _, ref := range *err.Referrers() {
		switch ref := ref.(type) {
		case *ssa.BinOp:
			if !isNil(ref.X) && !isNil(ref.Y) {
				return false
			}
		case *ssa.MakeInterface, *ssa.ChangeInterface, *ssa.DebugRef: // an argument of a log call
		case *ssa.Return: // where it is nil
		case *ssa.Call:
			if len(ref.Call.Args) == 0 || ref.Type() != nil && ref.Call.Signature().Results().Len() > 0 && !ref.Call.IsInvoke() {
				return false
			}
		default:
			return false
		}
	}
	return true
}
