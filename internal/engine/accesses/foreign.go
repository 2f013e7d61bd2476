package accesses

import (
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// foreign adds the accesses that functions of other packages make for a call, or
// in a goroutine that starts with them.
func (a *Analysis) foreign(site ssa.CallInstruction) {
	if _, known := a.prog.Effect(site.Common()); !known {
		if _, plain := site.(*ssa.Call); plain {
			for _, t := range a.prog.Callees(site) {
				a.foreignOf(site, t, nil)
			}
		}
	}
	for _, s := range a.spawn.SpawnsAt(site) {
		for _, t := range s.Targets {
			a.foreignOf(site, t, s)
		}
	}
}

func (a *Analysis) foreignOf(site ssa.CallInstruction, t ssabuild.Target, started *spawn.Spawn) {
	if t.Fn != nil || t.Obj == nil || t.Via != ssabuild.Static {
		return
	}
	sum := a.imported(t.Obj)
	if sum == nil {
		return
	}
	a.addEffects(site, t, started, sum.Effects, false)
}

// ownHelpers adds the accesses that functions of this package make, for a call, to
// a variable whose address they are given: in the helper it has no name that could
// be compared with the caller's.
func (a *Analysis) ownHelpers() {
	a.composeEffects()
	for _, fn := range a.prog.Funcs {
		var given []model.Effect
		for _, e := range a.effects[fn] {
			root := e.Path.Root()
			if root.Kind == access.Param && root.Owner == any(fn) && e.Path.Depth() == 0 && (fn.Signature.Recv() == nil || root.Index > 0) {
				given = append(given, e)
			}
		}
		if len(given) == 0 {
			continue
		}
		for _, in := range a.spawn.Entries(fn) {
			if _, deferred := in.Site.(*ssa.Defer); !deferred && in.Target.Via == ssabuild.Static {
				a.addEffects(in.Site, in.Target, in.Spawn, given, true)
			}
		}
	}
}

// addEffects adds the effects of a call's target as accesses of the caller.
func (a *Analysis) addEffects(site ssa.CallInstruction, t ssabuild.Target, started *spawn.Spawn, effects []model.Effect, own bool) {
	fn := site.Parent()
	for i := range effects {
		e := &effects[i]
		x := &Access{own: own, Instr: site, Kind: e.Kind, Content: e.Content, Atomic: e.Atomic, Update: e.Update, Foreign: &e.Hop, Pos: ssabuild.InstrPos(site)}
		if !a.locate(x, e, t, fn) {
			continue
		}
		if own {
			if x.Addr == nil {
				continue
			}
			hop := e.Hop
			hop.Func = strings.TrimPrefix(hop.Func, a.prog.Types.Name()+".")
			x.Foreign = &hop
		}
		for _, op := range e.Held {
			op.Path = a.prog.Translate(op.Path, t, fn)
			x.Held = addOp(x.Held, op)
		}
		var signals []model.Signal
		for _, g := range e.Signals {
			g.Path = a.prog.Translate(g.Path, t, fn)
			signals = append(signals, g)
		}
		switch {
		case started != nil:
			x.away = a.spawn.AwayIn(started)
		case e.Away:
			x.away = a.spawn.Away(site, signals)
		}
		a.add(x)
	}
}

// locate finds out which memory of the caller an effect is about.
func (a *Analysis) locate(x *Access, e *model.Effect, t ssabuild.Target, fn *ssa.Function) bool {
	root := e.Path.Root()
	if root.Kind == access.Param && e.Path.Depth() == 0 && root.Index < len(t.Args) && t.Args[root.Index] != nil && !(root.Index == 0 && len(t.RecvFields) > 0) {
		x.Addr = t.Args[root.Index]
		if e.Content {
			x.Path = a.prog.Path(x.Addr)
		} else {
			x.Path = a.location(x.Addr)
			x.Content = behind(x.Addr)
		}
	} else {
		x.Path = a.prog.Translate(e.Path, t, fn)
	}
	return x.Path != nil && x.Path.Root().Kind != access.Unknown
}

// footprints lists where an access happens, seen from its function upwards.
func (a *Analysis) footprints(x *Access) []*spawn.Footprint {
	if x.away != nil {
		return x.away
	}
	return a.spawn.Footprints(x.Fn)
}

// shared reports whether a goroutine that this package starts makes the access.
func (a *Analysis) inGoroutine(x *Access) bool { return x.away != nil || a.Shared(x.Fn) }

// heldAt are the locks certainly held at an access.
func (a *Analysis) heldAt(x *Access) (ops []model.LockOp, known bool) {
	if x.away == nil {
		if ops, known = a.HeldAt(x.Instr); !known {
			return nil, false
		}
	}
	if len(x.Held) > 0 {
		ops = append([]model.LockOp(nil), ops...)
		for _, op := range x.Held {
			ops = addOp(ops, op)
		}
	}
	return ops, true
}
