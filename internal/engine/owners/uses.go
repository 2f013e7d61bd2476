package owners

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// uses are what a function and its literals do with one channel or wait group.
type uses struct {
	waits      []ssa.Instruction // Wait, receives, selects with a receive
	leaks      bool              // code that is not in sight may wait
	unbuffered bool
}

// owned is the object behind a path if fn makes it: a local wait group, or a channel.
func owned(p *access.Path, fn *ssa.Function) ssa.Value {
	v, ok := p.Root().Owner.(ssa.Value)
	if !ok {
		return nil
	}
	switch v := v.(type) {
	case *ssa.Alloc:
		if v.Parent() == fn {
			return v
		}
	case *ssa.MakeChan:
		if v.Parent() == fn {
			return v
		}
	}
	return nil
}

// follow collects the uses of an object.
func (a *Analysis) follow(obj ssa.Value) *uses {
	u := new(uses)
	if mk, ok := obj.(*ssa.MakeChan); ok {
		k, isConst := mk.Size.(*ssa.Const)
		u.unbuffered = isConst && k.Value != nil && constant.Sign(k.Value) == 0
	}
	a.collect(u, obj, make(map[ssa.Value]bool))
	return u
}

func (a *Analysis) collect(u *uses, v ssa.Value, seen map[ssa.Value]bool) {
	if seen[v] {
		return
	}
	seen[v] = true
	a.errs.EachUse(v, func(_ *ssa.Function, ref ssa.Instruction, addr ssa.Value) {
		switch ref := ref.(type) {
		case *ssa.DebugRef, *ssa.Send:
			if s, ok := ref.(*ssa.Send); ok && s.X == addr {
				u.leaks = true
			}
		case *ssa.MakeClosure:
			if ref.Fn.(*ssa.Function).Parent() == nil {
				u.leaks = true // a method value
			}
		case *ssa.UnOp:
			if ref.Op == token.ARROW {
				u.waits = append(u.waits, ref)
			} else {
				a.collect(u, ref, seen)
			}
		case *ssa.Select:
			for _, st := range ref.States {
				if st.Chan == addr && st.Dir == types.RecvOnly {
					u.waits = append(u.waits, ref)
				}
			}
		case *ssa.Store:
			if ref.Val != addr {
				return
			}
			al, ok := a.prog.Lexical(ref.Addr).(*ssa.Alloc)
			if !ok || len(a.prog.StoresTo(al)) > 1 {
				u.leaks = true
				return
			}
			a.collect(u, al, seen)
		case *ssa.ChangeType:
			a.collect(u, ref, seen)
		case ssa.CallInstruction:
			a.called(u, ref, addr)
		default:
			u.leaks = true
		}
	})
}

// called judges a call that takes the object.
func (a *Analysis) called(u *uses, site ssa.CallInstruction, v ssa.Value) {
	common := site.Common()
	if b, ok := common.Value.(*ssa.Builtin); ok {
		u.leaks = u.leaks || b.Name() == "append"
		return
	}
	if eff, ok := a.prog.Effect(common); ok && ssabuild.Receiver(common) == v {
		switch eff.Op {
		case api.WgWait:
			if _, isGo := site.(*ssa.Go); !isGo {
				u.waits = append(u.waits, site)
			} else {
				u.leaks = true
			}
			return
		case api.WgAdd, api.WgDone, api.WgGo:
			return
		}
	}
	if _, isGo := site.(*ssa.Go); isGo && len(a.spawns.SpawnsAt(site)) > 0 && a.onlySignals(site, v) {
		return
	}
	for _, j := range a.spawns.Joins(site.Parent()) {
		if j.Wait == ssa.Instruction(site) && j.Path == a.prog.Path(v) {
			u.waits = append(u.waits, site)
			return
		}
	}
	u.leaks = true
}

// onlySignals reports whether the function started with v as an argument gives
// signals on it and does nothing else with it.
func (a *Analysis) onlySignals(site ssa.CallInstruction, v ssa.Value) bool {
	targets := a.prog.Callees(site)
	if len(targets) != 1 || targets[0].Fn == nil {
		return false
	}
	t := targets[0]
	for i, arg := range t.Args {
		if arg != v || i >= len(t.Fn.Params) {
			continue
		}
		for _, ref := range *t.Fn.Params[i].Referrers() {
			switch ref := ref.(type) {
			case *ssa.Send, *ssa.DebugRef:
			case ssa.CallInstruction:
				if ssabuild.IsBuiltin(ref.Common(), "close") {
					continue
				}
				if eff, ok := a.prog.Effect(ref.Common()); ok && (eff.Op == api.WgDone || eff.Op == api.WgAdd) {
					continue
				}
				return false
			default:
				return false
			}
		}
	}
	return true
}

// fieldUses are what a package does with the wait groups or channels of one class.
type fieldUses struct {
	waits, leaks bool
}

// fieldNeverAwaited reports a wait group in an unexported field that counts the
// goroutine, and for which nobody in the package calls Wait.
func (a *Analysis) fieldNeverAwaited(s *spawn.Spawn, sig *model.Signal) bool {
	class := sig.Path.Class()
	if sig.Op != model.SignalDone || class == "" || class.Pkg() != a.prog.Types.Path() || token.IsExported(sig.Path.Selector()) || a.prog.IsTestFunc(s.Fn) {
		return false
	}
	if a.uses == nil {
		a.indexFields()
	}
	u := a.uses[class]
	if u == nil || u.waits || u.leaks {
		return false
	}
	a.add(Orphan{Kind: NeverAwaited, Spawn: s, Signal: sig.Op, Name: a.errs.Name(sig.Path), Class: class.Short()})
	return true
}

// indexFields looks once at every use of a field that is a wait group.
func (a *Analysis) indexFields() {
	a.uses = make(map[access.Class]*fieldUses)
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				fa, ok := instr.(*ssa.FieldAddr)
				if !ok || !isWaitGroup(fa.Type()) {
					continue
				}
				class := fieldClass(fa)
				u := a.uses[class]
				if u == nil {
					u = new(fieldUses)
					a.uses[class] = u
				}
				a.fieldUse(u, fa)
			}
		}
	}
}

// fieldClass names a field by the type that declares it. The path of a field that holds a pointer to a local wait group
// is that of the wait group.
func fieldClass(fa *ssa.FieldAddr) access.Class {
	p, ok := fa.X.Type().Underlying().(*types.Pointer)
	if !ok {
		return ""
	}
	return access.FieldClass(p.Elem(), ssabuild.FieldOf(fa), "")
}

func (a *Analysis) fieldUse(u *fieldUses, addr ssa.Value) {
	for _, ref := range *addr.Referrers() {
		switch ref := ref.(type) {
		case ssa.CallInstruction:
			eff, ok := a.prog.Effect(ref.Common())
			switch {
			case ok && eff.Op == api.WgWait:
				u.waits = true
			case ok && (eff.Op == api.WgAdd || eff.Op == api.WgDone || eff.Op == api.WgGo) && ssabuild.Receiver(ref.Common()) == addr:
			default:
				u.leaks = true
			}
		case *ssa.UnOp:
			a.fieldUse(u, ref) // a field that holds a pointer
		case *ssa.DebugRef:
		default:
			u.leaks = true
		}
	}
}

func isWaitGroup(t types.Type) bool {
	for {
		p, ok := t.Underlying().(*types.Pointer)
		if !ok {
			break
		}
		t = p.Elem()
	}
	n := access.NamedOf(t)
	return n != nil && n.Obj().Name() == "WaitGroup" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "sync"
}
