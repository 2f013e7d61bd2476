package errs

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// errChan is a local channel of errors all of whose uses are in sight.
type errChan struct {
	mk       *ssa.MakeChan
	path     *access.Path
	sends    []ssa.Instruction // Send, or Select with a send case
	receives []ssa.Instruction // UnOp or Select
	asks     int               // uses of len, which tell how many errors there are
	leaked   bool
}

// channels finds local error channels whose errors are lost.
func (a *Analysis) channels() {
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				mk, ok := instr.(*ssa.MakeChan)
				if !ok {
					continue
				}
				ch, ok := mk.Type().Underlying().(*types.Chan)
				if !ok || !types.Identical(ch.Elem(), errorType) {
					continue
				}
				c := &errChan{mk: mk, path: a.prog.Path(mk)}
				a.follow(c, mk, make(map[ssa.Value]bool))
				if !c.leaked && len(c.sends) > 0 && !a.syntax.excused(mk.Pos()) {
					a.undrained(c)
					a.fewSlots(c)
					a.raced(c)
				}
			}
		}
	}
}

// follow collects the uses of a channel.
func (a *Analysis) follow(c *errChan, v ssa.Value, seen map[ssa.Value]bool) {
	if seen[v] {
		return
	}
	seen[v] = true
	a.EachUse(v, func(_ *ssa.Function, ref ssa.Instruction, addr ssa.Value) {
		switch ref := ref.(type) {
		case *ssa.MakeClosure, *ssa.DebugRef:
		case *ssa.Send:
			if ref.X == addr {
				c.leaked = true
			} else {
				c.sends = append(c.sends, ref)
			}
		case *ssa.Select:
			for _, st := range ref.States {
				if st.Chan == addr && st.Dir == types.SendOnly {
					c.sends = append(c.sends, ref)
				} else if st.Chan == addr {
					c.receives = append(c.receives, ref)
				}
			}
		case *ssa.UnOp:
			if ref.Op == token.ARROW {
				c.receives = append(c.receives, ref)
			} else {
				a.follow(c, ref, seen)
			}
		case *ssa.Store:
			if ref.Val != addr {
				if _, isNil := ref.Val.(*ssa.Const); !isNil && ref.Val != ssa.Value(c.mk) {
					c.leaked = true // another channel may be in the variable
				}
				return
			}
			al, ok := a.prog.Lexical(ref.Addr).(*ssa.Alloc)
			if !ok || len(a.prog.StoresTo(al)) > 1 {
				c.leaked = true
				return
			}
			a.follow(c, al, seen)
		case *ssa.ChangeType:
			a.follow(c, ref, seen)
		case ssa.CallInstruction:
			b, ok := ref.Common().Value.(*ssa.Builtin)
			if !ok {
				c.leaked = true
			} else if b.Name() == "len" {
				c.asks++
			}
		default:
			c.leaked = true
		}
	})
}

// capacity is the constant number of slots; ok is false if it is computed.
func capacity(mk *ssa.MakeChan) (int, bool) {
	k, ok := mk.Size.(*ssa.Const)
	if !ok || k.Value == nil {
		return 0, false
	}
	n, ok := constant.Int64Val(k.Value)
	return int(n), ok
}

// undrained: without slots the sender would block, and that is another finding.
func (a *Analysis) undrained(c *errChan) {
	if n, known := capacity(c.mk); known && n == 0 || len(c.receives) > 0 || c.asks > 0 {
		return
	}
	for _, s := range c.sends {
		if a.starts[s.Parent()] == nil || a.syntax.excused(ssabuild.InstrPos(s)) {
			continue
		}
		if send, ok := s.(*ssa.Send); ok && a.alsoHandled(send) {
			continue
		}
		a.lose(Loss{Kind: Undrained, Instr: s, Name: a.Name(c.path)})
		return
	}
}

// alsoHandled reports whether the error of a send is also given to somebody else.
func (a *Analysis) alsoHandled(send *ssa.Send) bool {
	if send.X.Referrers() == nil {
		return false // a constant
	}
	for _, ref := range *send.X.Referrers() {
		if call, ok := ref.(ssa.CallInstruction); ok && a.callHandles(call, send.X, map[ssa.Value]bool{}) {
			return true
		}
	}
	return false
}

// fewSlots: goroutines started in a loop that follows the size of data each send
// once and for good, and a fixed number of receives and slots stands against them.
func (a *Analysis) fewSlots(c *errChan) {
	slots, known := capacity(c.mk)
	if !known || len(c.receives) == 0 {
		return
	}
	for _, r := range c.receives {
		if inCycle(r.Block()) {
			return
		}
		if a.starts[r.Parent()] != nil || r.Parent() != c.mk.Parent() {
			return
		}
	}
	for _, snd := range c.sends {
		send, ok := snd.(*ssa.Send)
		if !ok {
			continue
		}
		s := a.starts[send.Parent()]
		if s == nil || s.Fn != c.mk.Parent() || !s.InLoop || spawn.Between(s.Site, c.mk) {
			continue // a channel made anew for every goroutine
		}
		size := ""
		if r := rangedOver(s.Site.Block()); r != nil {
			size = a.Name(a.prog.Path(r))
			if n := listed(r); n > 0 {
				if n <= slots+len(c.receives) {
					continue // enough for all
				}
				size = fmt.Sprintf("a list of %d", n)
			}
		}
		if size == "" || a.syntax.excused(ssabuild.InstrPos(send)) {
			continue
		}
		a.lose(Loss{Kind: FewSlots, Instr: send, Name: a.Name(c.path), Count: slots, Size: size, At: ssabuild.InstrPos(c.receives[0])})
		return
	}
}

// rangedOver is the slice or map over whose elements the loop around a block goes, nil if there is none.
func rangedOver(b *ssa.BasicBlock) ssa.Value {
	for _, head := range b.Parent().Blocks {
		if !head.Dominates(b) || !spawn.Between(b.Instrs[len(b.Instrs)-1], head.Instrs[0]) {
			continue
		}
		for _, instr := range head.Instrs {
			switch instr := instr.(type) {
			case *ssa.Next:
				if r, ok := instr.Iter.(*ssa.Range); ok {
					return r.X
				}
			case *ssa.BinOp:
				if instr.Op != token.LSS {
					continue
				}
				if call, ok := instr.Y.(*ssa.Call); ok {
					if bi, ok := call.Common().Value.(*ssa.Builtin); ok && bi.Name() == "len" {
						if sl, ok := call.Common().Args[0].(*ssa.Slice); ok && sl.High != nil {
							return nil
						}
						return call.Common().Args[0]
					}
				}
			}
		}
	}
	return nil
}

// listed is the length of a slice that is written out, 0 for others.
func listed(v ssa.Value) int {
	sl, ok := v.(*ssa.Slice)
	if !ok {
		return 0
	}
	al, ok := sl.X.(*ssa.Alloc)
	if !ok || al.Comment != "slicelit" {
		return 0
	}
	arr, ok := al.Type().Underlying().(*types.Pointer).Elem().Underlying().(*types.Array)
	if !ok {
		return 0
	}
	return int(arr.Len())
}

// raced: errors lie in slots, and a goroutine that has waited for all senders
// closes a second channel. A select over both takes either when both are ready.
func (a *Analysis) raced(c *errChan) {
	if n, known := capacity(c.mk); known && n == 0 || len(c.receives) != 1 || c.asks > 0 {
		return
	}
	sel, ok := c.receives[0].(*ssa.Select)
	if !ok {
		return
	}
	for i, st := range sel.States {
		if st.Dir != types.RecvOnly || a.prog.Path(st.Chan) == c.path || !a.closedAfterWait(st.Chan, c) {
			continue
		}
		at := ssabuild.InstrPos(sel)
		if st.Pos.IsValid() {
			at = st.Pos
		}
		if a.syntax.excused(at) || !returnsFrom(sel, i) {
			continue
		}
		a.lose(Loss{Kind: Raced, Instr: sel, Pos: at, Name: a.Name(c.path), Other: a.Name(a.prog.Path(st.Chan)), At: ssabuild.InstrPos(c.sends[0])})
		return
	}
}

// closedAfterWait reports whether a goroutine closes done after it has waited for
// a wait group that the senders on c tell their end.
func (a *Analysis) closedAfterWait(done ssa.Value, c *errChan) bool {
	path := a.prog.Path(done)
	for _, s := range a.spawns.SpawnsIn(c.mk.Parent()) {
		for _, t := range s.Targets {
			if t.Fn != nil && a.waitsThenCloses(t.Fn, path, c) {
				return true
			}
		}
	}
	return false
}

func (a *Analysis) waitsThenCloses(fn *ssa.Function, done *access.Path, c *errChan) bool {
	var waited *access.Path
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			if eff, ok := a.prog.Effect(site.Common()); ok && eff.Op == api.WgWait {
				waited = a.prog.Path(ssabuild.Receiver(site.Common()))
			}
			if ch, ok := ssabuild.Closes(site); ok && waited != nil && a.prog.Path(ch) == done {
				return a.sendersTell(c, waited)
			}
		}
	}
	return false
}

// sendersTell reports whether the goroutines that send on c end by Done of the wait group.
func (a *Analysis) sendersTell(c *errChan, wg *access.Path) bool {
	for _, snd := range c.sends {
		s := a.starts[snd.Parent()]
		if s == nil {
			return false
		}
		ok := s.Group == wg
		for _, g := range s.Signals {
			ok = ok || g.Path == wg
		}
		if !ok {
			return false
		}
	}
	return true
}

// returnsFrom reports whether case i of a select leads to a return and not back to the select.
func returnsFrom(sel *ssa.Select, i int) bool {
	var index *ssa.Extract
	for _, ref := range *sel.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == 0 {
			index = e
		}
	}
	if index == nil {
		return false
	}
	for _, ref := range *index.Referrers() {
		cmp, ok := ref.(*ssa.BinOp)
		if !ok || cmp.Op != token.EQL {
			continue
		}
		k, ok := cmp.Y.(*ssa.Const)
		if !ok || k.Int64() != int64(i) {
			continue
		}
		for _, r := range *cmp.Referrers() {
			if iff, ok := r.(*ssa.If); ok {
				first := iff.Block().Succs[0].Instrs[0]
				_, isReturn := first.(*ssa.Return)
				return isReturn || spawn.ToReturn(first) && !spawn.Between(first, sel)
			}
		}
	}
	return false
}
