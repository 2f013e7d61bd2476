package skeleton

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// byCallback reports whether a finding waits for a wait group that is counted down only by callbacks: literals that are
// handed on as arguments, put into objects or sent. Whether a callback is called, and when not, is the promise of who took
// it, and depends on data that is not followed.
func (c *Compiler) byCallback(f *explore.Finding) bool {
	if f.Kind != explore.Stuck || f.Blocked[0].Instr.Op != explore.OpWait {
		return false
	}
	some := false
	for v, site := range c.sites {
		for _, s := range f.Blocked[0].Sites {
			if s != site {
				continue
			}
			alloc, ok := v.(*ssa.Alloc)
			if !ok {
				return false
			}
			d := doneUses{c: c, seen: make(map[ssa.Value]bool)}
			d.follow(alloc, false)
			if d.own {
				return false
			}
			some = some || d.handed
		}
	}
	return some
}

// doneUses says who counts a wait group down.
type doneUses struct {
	c      *Compiler
	seen   map[ssa.Value]bool
	own    bool // the function, or a goroutine or helper of its own
	handed bool // a callback
}

func (d *doneUses) follow(v ssa.Value, handed bool) {
	if d.seen[v] {
		return
	}
	d.seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.DebugRef:
		case *ssa.UnOp:
			d.follow(ref, handed)
		case *ssa.MakeClosure:
			out := handed || d.c.handedOn(ref)
			for i, b := range ref.Bindings {
				if fn := ref.Fn.(*ssa.Function); b == v && i < len(fn.FreeVars) {
					d.follow(fn.FreeVars[i], out)
				}
			}
		case ssa.CallInstruction:
			eff, ok := d.c.prog.Effect(ref.Common())
			switch {
			case ok && (eff.Op == api.WgAdd || eff.Op == api.WgWait):
			case ok && eff.Op == api.WgDone && handed:
				d.handed = true
			default:
				d.own = true
			}
		case *ssa.Store:
			if cell, ok := ref.Addr.(*ssa.Alloc); ok && ref.Val == v {
				d.follow(cell, handed)
				continue
			}
			d.own = true
		default:
			d.own = true
		}
	}
}

// handedOn reports whether a literal goes to code of others: as an argument of a call that the table does not know, into
// an object, or through a channel.
func (c *Compiler) handedOn(lit *ssa.MakeClosure) bool {
	return c.goesAway(lit, make(map[ssa.Value]bool))
}

func (c *Compiler) goesAway(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.Store:
			cell, ok := ref.Addr.(*ssa.Alloc)
			if !ok && ref.Val == v || ok && c.goesAway(cell, seen) {
				return true
			}
		case *ssa.UnOp:
			if c.goesAway(ref, seen) {
				return true
			}
		case *ssa.ChangeType:
			if c.goesAway(ref, seen) {
				return true
			}
		case *ssa.MakeInterface:
			if c.goesAway(ref, seen) {
				return true
			}
		case *ssa.Send:
			return true
		case *ssa.MakeClosure: // captured by another literal
			for i, b := range ref.Bindings {
				if fn := ref.Fn.(*ssa.Function); b == v && i < len(fn.FreeVars) && (c.goesAway(fn.FreeVars[i], seen) || c.goesAway(ref, seen)) {
					return true
				}
			}
		case ssa.CallInstruction:
			if _, known := c.prog.Effect(ref.Common()); known {
				continue
			}
			for _, a := range ref.Common().Args {
				if a == v && ssabuild.StaticCallee(ref.Common()) != nil || a == v && ref.Common().IsInvoke() {
					return true
				}
			}
		}
	}
	return false
}
