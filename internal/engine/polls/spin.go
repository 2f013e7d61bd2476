package polls

import (
	"go/constant"
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/loops"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// spinning finds the channel operations of fn that a loop repeats without waiting.
func (a *Analysis) spinning(fn *ssa.Function, all []*loops.Loop) []Wait {
	var out []Wait
	for _, b := range fn.Blocks {
		l := loops.Innermost(all, b)
		if l == nil {
			continue
		}
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Select:
				out = append(out, a.selects(fn, l, instr)...)
			case *ssa.UnOp:
				if instr.Op != token.ARROW || !instr.CommaOk || !a.steady(l, instr.X) {
					continue
				}
				ok := extract(instr, 1)
				r := &repeat{a: a, loop: l, target: instr, known: map[ssa.Value]bool{ok: false}}
				if ok != nil && r.from(instr) {
					out = append(out, Wait{Kind: Closed, Fn: fn, Pos: instr.Pos(), Instr: instr, Name: a.prog.Path(instr.X).String(), Subject: a.prog.Path(instr.X)})
				}
			}
		}
	}
	return out
}

func (a *Analysis) selects(fn *ssa.Function, l *loops.Loop, sel *ssa.Select) []Wait {
	var out []Wait
	index, recvOk := extract(sel, 0), extract(sel, 1)
	if index == nil {
		return nil
	}
	if !sel.Blocking {
		r := &repeat{a: a, loop: l, target: sel, index: index, chosen: -1}
		if r.from(sel) {
			out = append(out, Wait{Kind: Default, Fn: fn, Pos: l.Pos(), Instr: sel})
		}
	}
	for i, st := range sel.States {
		if st.Send != nil || !a.steady(l, st.Chan) {
			continue
		}
		r := &repeat{a: a, loop: l, target: sel, index: index, chosen: i}
		w := Wait{Kind: Closed, Fn: fn, Pos: st.Pos, Instr: sel, Subject: a.prog.Path(st.Chan), Name: a.prog.Path(st.Chan).String()}
		if a.isDone(st.Chan) {
			w.Kind = Ended
		} else {
			if recvOk == nil || !r.tests(recvOk) {
				continue
			}
			r.known = map[ssa.Value]bool{recvOk: false}
		}
		if r.from(sel) {
			out = append(out, w)
		}
	}
	return out
}

func extract(tuple ssa.Value, i int) ssa.Value {
	for _, ref := range *tuple.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == i && len(*e.Referrers()) > 0 {
			return e
		}
	}
	return nil
}

// steady reports whether a channel is the same in every iteration: not chosen
// by the loop, and not a field that anybody but its constructor sets.
func (a *Analysis) steady(l *loops.Loop, ch ssa.Value) bool {
	if call, ok := ch.(*ssa.Call); ok {
		eff, known := a.prog.Effect(call.Common())
		return known && eff.Op == api.CtxDone && l.Invariant(ssabuild.Receiver(call.Common()))
	}
	if !l.Invariant(ch) {
		return false
	}
	u, ok := ch.(*ssa.UnOp)
	if !ok || u.Op != token.MUL {
		return true
	}
	if cell, ok := a.prog.Lexical(u.X).(*ssa.Alloc); ok {
		return len(a.prog.StoresTo(cell)) <= 1
	}
	a.index()
	p := a.prog.Path(u.X)
	for _, w := range a.writes[p.Class()] {
		if !a.prog.Unpublished(w.path, w.instr.Parent()) && w.instr.Parent() == l.Head.Parent() {
			return false
		}
	}
	return true
}

// A repeat follows control from an operation under an assumption about its
// outcome, to see whether it always comes back to the same operation, having
// done nothing that anybody could notice.
type repeat struct {
	a      *Analysis
	loop   *loops.Loop
	target ssa.Instruction
	index  ssa.Value // which case the select chose …
	chosen int       // … is known to be this; -1 is the default
	known  map[ssa.Value]bool
	seen   map[*ssa.BasicBlock]bool
}

// tests reports whether the loop looks at ok at all: who does not expects no closing.
func (r *repeat) tests(ok ssa.Value) bool { return len(*ok.Referrers()) > 0 }

// from reports whether all ways from the operation lead back to it.
func (r *repeat) from(op ssa.Instruction) bool {
	r.seen = make(map[*ssa.BasicBlock]bool)
	b := op.Block()
	for i, instr := range b.Instrs {
		if instr == op {
			return r.run(b, i+1)
		}
	}
	return false
}

func (r *repeat) run(b *ssa.BasicBlock, start int) bool {
	for _, instr := range b.Instrs[start:] {
		if instr == r.target {
			return true
		}
		if !r.trivial(instr) {
			return false
		}
	}
	succs := b.Succs
	if cond, ok := b.Instrs[len(b.Instrs)-1].(*ssa.If); ok {
		if v, known := r.eval(cond.Cond); known {
			if v {
				succs = succs[:1]
			} else {
				succs = succs[1:]
			}
		}
	}
	if len(succs) == 0 {
		return false
	}
	for _, s := range succs {
		if !r.loop.Has(s) {
			return false
		}
		if r.seen[s] {
			continue
		}
		r.seen[s] = true
		if !r.run(s, 0) {
			return false
		}
	}
	return true
}

// eval decides a condition under the assumption.
func (r *repeat) eval(cond ssa.Value) (value, known bool) {
	if v, ok := r.known[cond]; ok && cond != nil {
		return v, true
	}
	switch c := cond.(type) {
	case *ssa.UnOp:
		if c.Op == token.NOT {
			v, ok := r.eval(c.X)
			return !v, ok
		}
	case *ssa.BinOp:
		k, ok := c.Y.(*ssa.Const)
		if !ok || k.Value == nil || k.Value.Kind() != constant.Int || c.Op != token.EQL {
			return false, false
		}
		if c.X == r.index && r.index != nil {
			return int(k.Int64()) == r.chosen, true
		}
		// Another select that does not wait, passed on the way: nothing of it is ready.
		if e, ok := c.X.(*ssa.Extract); ok && e.Index == 0 {
			if sel, ok := e.Tuple.(*ssa.Select); ok && !sel.Blocking {
				return false, true
			}
		}
	}
	return false, false
}

// trivial reports whether an instruction changes nothing and returns at once.
func (r *repeat) trivial(instr ssa.Instruction) bool {
	switch instr := instr.(type) {
	case *ssa.Store, *ssa.MapUpdate, *ssa.Send, *ssa.Go, *ssa.Defer, *ssa.Panic, *ssa.Return, *ssa.RunDefers, *ssa.Next:
		return false
	case *ssa.Select:
		return !instr.Blocking && r.chosen != -1
	case *ssa.UnOp:
		return instr.Op != token.ARROW
	case *ssa.Call:
		if b, ok := instr.Call.Value.(*ssa.Builtin); ok {
			return b.Name() == "len" || b.Name() == "cap"
		}
		eff, ok := r.a.prog.Effect(instr.Common())
		return ok && (eff.Op == api.CtxDone || eff.Op == api.Gosched || eff.Op == api.Log && r.chosen != -1)
	}
	return true
}
