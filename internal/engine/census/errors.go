package census

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

var errorType = types.Universe.Lookup("error").Type()

func isError(t types.Type) bool { return types.Identical(t, errorType) }

// errors lists where the errors of a goroutine go: to a group, over a channel,
// into a variable, into a log, or nowhere.
func (a *Analysis) errors(g *Goroutine) {
	s := g.Spawn
	for _, t := range s.Targets {
		if t.Fn == nil || !a.prog.Has(t.Fn) {
			continue
		}
		a.returned(g, t.Fn)
		if t.Fn.Parent() != nil || len(t.Fn.Blocks) > 0 {
			a.given(g, t.Fn)
		}
	}
	for _, l := range a.errs.Losses() {
		if l.Spawn == s {
			g.Errors = add(g.Errors, Peer{Fn: l.Fn, Pos: l.Pos, How: lossText(l), Lost: true})
		}
	}
}

// returned follows the error that the goroutine's function returns.
func (a *Analysis) returned(g *Goroutine, fn *ssa.Function) {
	res := fn.Signature.Results()
	if res.Len() == 0 || !isError(res.At(res.Len()-1).Type()) {
		return
	}
	s := g.Spawn
	switch {
	case s.Kind == model.SpawnGroup && s.Group != nil:
		how := "returned by " + a.errs.Name(s.Group) + ".Wait"
		found := false
		for _, w := range g.Waits {
			if w.How == a.errs.Name(s.Group)+".Wait" {
				g.Errors = add(g.Errors, Peer{Fn: w.Fn, Pos: w.Pos, How: how})
				found = true
			}
		}
		if !found {
			g.Errors = add(g.Errors, Peer{How: how})
		}
	case s.Kind == model.SpawnGo || s.Kind == model.SpawnTimer:
		// What the losses do not list never fails, or was handled before.
	default:
		g.Errors = add(g.Errors, Peer{Fn: s.Fn, Pos: ssabuild.InstrPos(s.Site), How: "returned to what runs it"})
	}
}

// given lists what the function itself does with errors.
func (a *Analysis) given(g *Goroutine, fn *ssa.Function) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Send:
				a.sent(g, fn, instr, instr.Chan, instr.X)
			case *ssa.Select:
				for _, st := range instr.States {
					if st.Dir == types.SendOnly {
						a.sent(g, fn, instr, st.Chan, st.Send)
					}
				}
			case *ssa.Store:
				if !isError(instr.Val.Type()) || isNil(instr.Val) {
					continue
				}
				switch addr := instr.Addr.(type) {
				case *ssa.FreeVar, *ssa.FieldAddr, *ssa.Global:
					if f, ok := addr.(*ssa.FieldAddr); ok && isLocal(f.X) {
						continue // a part of a value that is sent or stored as a whole
					}
					g.Errors = add(g.Errors, Peer{Fn: fn, Pos: ssabuild.InstrPos(instr), How: "stored in " + a.errs.Name(a.prog.Path(instr.Addr))})
				}
			case *ssa.Call:
				if eff, ok := a.prog.Effect(instr.Common()); ok && eff.Op == api.Log && takesError(instr.Common()) {
					g.Errors = add(g.Errors, Peer{Fn: fn, Pos: ssabuild.InstrPos(instr), How: "logged"})
				}
			}
		}
	}
}

// sent follows an error into a channel: on its own, or as a part of a result.
func (a *Analysis) sent(g *Goroutine, fn *ssa.Function, at ssa.Instruction, ch, v ssa.Value) {
	if isNil(v) || !carriesError(v.Type()) {
		return
	}
	path := a.prog.Path(ch)
	name := a.errs.Name(path)
	// The channel may be a parameter here, and the spawner's own there.
	there := path
	for _, t := range g.Spawn.Targets {
		if t.Fn == fn {
			there = a.prog.Translate(path, t, g.Spawn.Fn)
		}
	}
	found := false
	for _, r := range a.receives {
		if (same(path, r.path) || same(there, r.path)) && r.fn != fn {
			g.Errors = add(g.Errors, Peer{Fn: r.fn, Pos: ssabuild.InstrPos(r.instr), How: "received from " + name})
			found = true
		}
	}
	if !found {
		g.Errors = add(g.Errors, Peer{Fn: fn, Pos: ssabuild.InstrPos(at), How: "sent on " + name})
	}
}

func carriesError(t types.Type) bool {
	if isError(t) {
		return true
	}
	if p, ok := t.Underlying().(*types.Pointer); ok {
		t = p.Elem()
	}
	st, ok := t.Underlying().(*types.Struct)
	if !ok {
		return false
	}
	for f := range st.Fields() {
		if isError(f.Type()) {
			return true
		}
	}
	return false
}

func isLocal(v ssa.Value) bool {
	_, ok := v.(*ssa.Alloc)
	return ok
}

func isNil(v ssa.Value) bool {
	c, ok := v.(*ssa.Const)
	return ok && c.IsNil()
}

// takesError reports whether one of the arguments is an error.
func takesError(common *ssa.CallCommon) bool {
	for _, arg := range common.Args {
		if isError(arg.Type()) {
			return true
		}
		sl, ok := arg.(*ssa.Slice)
		if !ok {
			continue
		}
		al, ok := sl.X.(*ssa.Alloc)
		if !ok {
			continue
		}
		for _, ref := range *al.Referrers() {
			if ia, ok := ref.(*ssa.IndexAddr); ok && storesError(ia) {
				return true
			}
		}
	}
	return false
}

func storesError(addr *ssa.IndexAddr) bool {
	for _, ref := range *addr.Referrers() {
		st, ok := ref.(*ssa.Store)
		if !ok {
			continue
		}
		switch v := st.Val.(type) {
		case *ssa.ChangeInterface:
			return isError(v.X.Type())
		case *ssa.MakeInterface:
			return types.AssignableTo(v.X.Type(), errorType) && types.NewMethodSet(v.X.Type()).Lookup(nil, "Error") != nil
		}
	}
	return false
}

// lossText says in two or three words how an error is lost.
func lossText(l *errs.Loss) string {
	switch l.Kind {
	case errs.Started, errs.Sole, errs.Blank, errs.Forgotten:
		return "lost here"
	case errs.Unread:
		return l.Name + " is never read"
	case errs.WaitDropped, errs.Callback:
		return "the wait drops it"
	case errs.NoWait, errs.NoWaitPath:
		return "nobody calls Wait"
	case errs.Undrained, errs.FewSlots:
		return "stuck on " + l.Name
	case errs.Dropped:
		return "its future is dropped"
	}
	return "may be lost"
}
