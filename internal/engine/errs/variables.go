package errs

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/spawn"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// variables finds captured error variables that a goroutine assigns and nobody reads afterwards.
func (a *Analysis) variables() {
	for _, fn := range a.prog.Funcs {
		s := a.starts[fn]
		if s == nil || fn.Parent() == nil || s.Kind == model.SpawnFinal || s.Kind == model.SpawnHandler {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok {
					a.assigned(s, fn, st)
				}
			}
		}
	}
}

func (a *Analysis) assigned(s *spawn.Spawn, fn *ssa.Function, st *ssa.Store) {
	fv, ok := st.Addr.(*ssa.FreeVar)
	if !ok {
		return
	}
	al, ok := a.prog.Lexical(fv).(*ssa.Alloc)
	if !ok || al.Parent() != s.Fn || !types.Identical(al.Type().Underlying().(*types.Pointer).Elem(), errorType) {
		return
	}
	call := callOf(st.Val)
	if call == nil || !a.keptFor(call) || a.handledBy(st.Val, st, make(map[ssa.Value]bool)) || a.syntax.excused(ssabuild.InstrPos(st)) {
		return
	}
	if a.readLater(fn, st, al, s.Site) {
		return
	}
	l := Loss{Kind: Unread, Instr: st, Name: al.Comment, Spawn: s}
	l.Join, l.At = a.joinOf(s)
	a.lose(l)
}

// keptFor reports whether an error that the source keeps in a variable is worth
// reading: then it does not matter that of such functions the error is often ignored.
func (a *Analysis) keptFor(call *ssa.Call) bool {
	f := a.callFate(call)
	fn := ssabuild.StaticCallee(call.Common())
	return f.wanted() || f == Echo && fn != nil && unwanted(fn)
}

// readLater reports whether anybody can read the variable after st and before it
// is assigned again: st's own function, the function that starts the goroutine, or
// any other literal, of whose time of running nothing is known.
func (a *Analysis) readLater(fn *ssa.Function, st *ssa.Store, al *ssa.Alloc, site ssa.Instruction) bool {
	read := false
	a.EachUse(al, func(holder *ssa.Function, ref ssa.Instruction, addr ssa.Value) {
		switch ref := ref.(type) {
		case *ssa.MakeClosure, *ssa.DebugRef:
		case *ssa.Store:
			if ref.Val == addr {
				read = true // its address is kept
			}
		case *ssa.UnOp:
			switch holder {
			case fn:
				read = read || spawn.Between(st, ref, a.otherStores(al, st, fn)...)
			case site.Parent():
				read = read || spawn.Between(site, ref, a.otherStores(al, st, holder)...)
			default:
				read = true
			}
		default:
			read = true // its address is passed on
		}
	})
	return read
}

// otherStores are the assignments to a variable in one function, without st.
func (a *Analysis) otherStores(al *ssa.Alloc, st *ssa.Store, fn *ssa.Function) []ssa.Instruction {
	var out []ssa.Instruction
	for _, o := range a.prog.StoresTo(al) {
		if o != st && o.Parent() == fn {
			out = append(out, o)
		}
	}
	return out
}

// EachUse calls f for every instruction that uses the address of a local
// variable, in its function and in the literals that capture it.
func (a *Analysis) EachUse(v ssa.Value, f func(holder *ssa.Function, ref ssa.Instruction, addr ssa.Value)) {
	if v.Referrers() == nil {
		return
	}
	for _, ref := range *v.Referrers() {
		f(ref.Parent(), ref, v)
		mk, ok := ref.(*ssa.MakeClosure)
		if !ok {
			continue
		}
		lit := mk.Fn.(*ssa.Function)
		for i, b := range mk.Bindings {
			if b == v && i < len(lit.FreeVars) {
				a.EachUse(lit.FreeVars[i], f)
			}
		}
	}
}
