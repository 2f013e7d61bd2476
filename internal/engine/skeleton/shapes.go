package skeleton

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A ResultChannel is an unbuffered channel that a function returns and on which a
// goroutine sends one result. Exploring cannot see what callers do with it; the
// shape tells enough: who stops waiting leaks the goroutine.
type ResultChannel struct {
	Make *ssa.MakeChan
	Send *ssa.Send // the first in source order
	Fn   *ssa.Function
}

// ResultChannels lists the package's result channels without room that a caller
// may drop: those of exported functions, and of others whose callers wait in a
// select beside something else.
func (a *Analysis) ResultChannels() []ResultChannel {
	var out []ResultChannel
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) || fn.Signature.Results().Len() == 0 {
			continue
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				mk, ok := in.(*ssa.MakeChan)
				if !ok || !isZero(mk.Size) {
					continue
				}
				if s := resultSend(mk); s != nil && a.mayDrop(fn) {
					out = append(out, ResultChannel{mk, s, fn})
				}
			}
		}
	}
	return out
}

func isZero(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	if !ok {
		return false
	}
	n, ok := constInt(c)
	return ok && n == 0
}

// mayDrop reports whether some caller may stop waiting for the result of fn.
func (a *Analysis) mayDrop(fn *ssa.Function) bool {
	if fn.Parent() != nil {
		return false
	}
	if obj := fn.Object(); obj != nil && obj.Exported() {
		return true
	}
	for _, site := range a.prog.Callers(fn) {
		if a.prog.IsTestFunc(site.Parent()) {
			continue // a failing test drops what it likes
		}
		call, ok := site.(*ssa.Call)
		if !ok {
			return true
		}
		if inSelect(call) {
			return true
		}
	}
	return false
}

// inSelect reports whether a value is a case of a select with another way out.
func inSelect(v ssa.Value) bool {
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Select:
			if len(ref.States) > 1 || !ref.Blocking {
				return true
			}
		case *ssa.Extract:
			if inSelect(ref) {
				return true
			}
		}
	}
	return false
}

// resultSend is the first send on mk if all of its uses fit the shape: it is
// returned, and goroutines of the function send on it at most once and without a
// select. nil otherwise.
func resultSend(mk *ssa.MakeChan) *ssa.Send {
	u := chanUses{seen: map[ssa.Value]bool{}}
	u.follow(mk)
	if u.other || u.received || !u.returned || len(u.sends) == 0 {
		return nil
	}
	if !oneOf(mk, u.sends) {
		return nil
	}
	first := u.sends[0]
	for _, s := range u.sends {
		if s.Pos() < first.Pos() {
			first = s
		}
	}
	return first
}

// chanUses collects how a channel is used, through variables and captures.
type chanUses struct {
	seen     map[ssa.Value]bool
	sends    []*ssa.Send
	returned bool
	received bool // by a receive or as a case of a select
	other    bool // in any other way: passed on, stored
}

func (u *chanUses) follow(v ssa.Value) {
	if u.seen[v] {
		return
	}
	u.seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Send:
			if ref.Chan != v {
				u.other = true
			}
			u.sends = append(u.sends, ref)
		case *ssa.Return:
			u.returned = true
		case *ssa.ChangeType:
			u.follow(ref)
		case *ssa.UnOp:
			if _, isChan := ref.Type().Underlying().(*types.Chan); !isChan {
				u.received = true
				break
			}
			u.follow(ref) // the load of a captured variable
		case *ssa.Store:
			cell, ok := ref.Addr.(*ssa.Alloc)
			if !ok || ref.Val != v {
				u.other = u.other || ref.Val == v
				break
			}
			u.follow(cell)
		case *ssa.MakeClosure:
			fn := ref.Fn.(*ssa.Function)
			for i, b := range ref.Bindings {
				if b == v {
					u.follow(fn.FreeVars[i])
				}
			}
		case *ssa.Call:
			u.other = u.other || !ssabuild.IsBuiltin(&ref.Call, "close")
		case *ssa.Defer:
			u.other = u.other || !ssabuild.IsBuiltin(&ref.Call, "close")
		case *ssa.Select:
			for _, st := range ref.States {
				u.received = u.received || st.Chan == v
				u.other = u.other || st.Chan == v && st.Dir == types.SendOnly || st.Send == v
			}
		case *ssa.DebugRef:
		default:
			u.other = true
		}
	}
}

// OneSend reports whether at most one of the sends on the channel made at pos can
// run: all are in one goroutine that is started once, and none follows another.
func (a *Analysis) OneSend(pos token.Pos) bool {
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				if mk, ok := in.(*ssa.MakeChan); ok && mk.Pos() == pos {
					u := chanUses{seen: map[ssa.Value]bool{}}
					u.follow(mk)
					return !u.other && !u.returned && oneOf(mk, u.sends)
				}
			}
		}
	}
	return false
}

func oneOf(mk *ssa.MakeChan, sends []*ssa.Send) bool {
	for _, s := range sends {
		if s.Parent() == mk.Parent() || !startedBy(s.Parent(), mk.Parent()) {
			return false
		}
		for _, t := range sends {
			if s.Parent() != t.Parent() || reaches(s, t) {
				return false
			}
		}
	}
	return len(sends) > 0
}

// startedBy reports whether literal fn is started with go in outer, once.
func startedBy(fn, outer *ssa.Function) bool {
	for _, b := range outer.Blocks {
		for _, in := range b.Instrs {
			g, ok := in.(*ssa.Go)
			if !ok {
				continue
			}
			if mk, ok := g.Call.Value.(*ssa.MakeClosure); ok && mk.Fn == ssa.Value(fn) {
				return !inCycle(b)
			}
		}
	}
	return false
}

// reaches reports whether t may run after s in one call of their function.
func reaches(s, t *ssa.Send) bool {
	if s != t && s.Block() == t.Block() {
		return true
	}
	seen := map[*ssa.BasicBlock]bool{}
	work := append([]*ssa.BasicBlock(nil), s.Block().Succs...)
	for len(work) > 0 {
		b := work[len(work)-1]
		work = work[:len(work)-1]
		if b == t.Block() {
			return true
		}
		if !seen[b] {
			seen[b] = true
			work = append(work, b.Succs...)
		}
	}
	return false
}

func inCycle(b *ssa.BasicBlock) bool {
	seen := map[*ssa.BasicBlock]bool{}
	work := append([]*ssa.BasicBlock(nil), b.Succs...)
	for len(work) > 0 {
		x := work[len(work)-1]
		work = work[:len(work)-1]
		if x == b {
			return true
		}
		if !seen[x] {
			seen[x] = true
			work = append(work, x.Succs...)
		}
	}
	return false
}
