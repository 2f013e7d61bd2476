package skeleton

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// closedTwice lists the channels that fn makes and that it and its literals close
// in more than one place, or in a loop. Such a function is a scope even if it starts
// no goroutine, and even if it lets the channel go in the end.
func (c *Compiler) closedTwice(fn *ssa.Function) []*ssa.MakeChan {
	if fn.Parent() != nil && fn.Signature.Recv() == nil && !makesChannel(fn) {
		return nil
	}
	var out []*ssa.MakeChan
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			mk, ok := in.(*ssa.MakeChan)
			if !ok {
				continue
			}
			cl := closeUses{seen: map[ssa.Value]bool{}, from: mk}
			cl.follow(mk)
			if cl.places > 1 || cl.loop {
				out = append(out, mk)
			}
		}
	}
	return out
}

func makesChannel(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, in := range b.Instrs {
			if _, ok := in.(*ssa.MakeChan); ok {
				return true
			}
		}
	}
	return false
}

// closeUses counts the closes of a channel, through variables and captures.
type closeUses struct {
	seen   map[ssa.Value]bool
	from   *ssa.MakeChan
	places int
	loop   bool // a close runs again for one channel
}

func (u *closeUses) follow(v ssa.Value) {
	if u.seen[v] {
		return
	}
	u.seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.ChangeType:
			u.follow(ref)
		case *ssa.Phi:
			u.follow(ref)
		case *ssa.UnOp:
			u.follow(ref)
		case *ssa.Store:
			if cell, ok := ref.Addr.(*ssa.Alloc); ok && ref.Val == v {
				u.follow(cell)
			}
		case *ssa.MakeClosure:
			for i, b := range ref.Bindings {
				if b == v {
					u.follow(ref.Fn.(*ssa.Function).FreeVars[i])
				}
			}
		case ssa.CallInstruction:
			common := ref.Common()
			if ssabuild.IsBuiltin(common, "close") {
				u.places++
				in := ref.Block()
				u.loop = u.loop || inCycle(in) && (in.Parent() != u.from.Parent() || !inCycle(u.from.Block()))
				continue
			}
			if callee := common.StaticCallee(); callee != nil && callee.Blocks != nil {
				for i, a := range common.Args {
					if a == v && i < len(callee.Params) {
						u.follow(callee.Params[i])
					}
				}
			}
		}
	}
}

// leftUnset reports whether a finding is a close of a nil field, on a way that unknown
// conditions led to: what left the field nil and what guards the close may be one
// condition, asked of different functions.
func (c *Compiler) leftUnset(f *explore.Finding) bool {
	if f.Kind != explore.CloseNil || f.Evidence&explore.EvBranch == 0 {
		return false
	}
	at := token.Pos(f.Blocked[0].Instr.Pos)
	for _, fn := range c.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				if ch, ok := ssabuild.Closes(in); ok && in.Pos() == at {
					return len(c.channelFields(ch)) > 0
				}
			}
		}
	}
	return false
}
