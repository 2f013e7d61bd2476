package skeleton

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"
)

// A NilWait is a send or receive on a channel that nobody ever makes.
type NilWait struct {
	Instr ssa.Instruction
	Chan  ssa.Value
	Field *types.Var // the field that is never assigned, nil for variables
}

// NilWaits lists the operations that block for ever because their channel is nil: a
// nil constant, a local variable without an assignment, an unexported field that
// nothing in the package assigns. A select is no such operation, since a nil channel
// is how a case is switched off, and a receive from a context's Done is not either.
func (a *Analysis) NilWaits() []NilWait {
	var out []NilWait
	var fields map[*types.Var]bool
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				ch := waitsOn(in)
				if ch == nil {
					continue
				}
				w := NilWait{Instr: in, Chan: ch}
				if a.neverAssigned(ch) {
					out = append(out, w)
					continue
				}
				if f := loadedField(ch); f != nil && !f.Exported() && f.Pkg() == a.prog.Types {
					if fields == nil {
						fields = a.assignedFields()
					}
					if !fields[f] {
						w.Field = f
						out = append(out, w)
					}
				}
			}
		}
	}
	return out
}

// waitsOn is the channel of a send or receive outside a select.
func waitsOn(in ssa.Instruction) ssa.Value {
	switch in := in.(type) {
	case *ssa.Send:
		return in.Chan
	case *ssa.UnOp:
		if in.Op == token.ARROW {
			return in.X
		}
	}
	return nil
}

// neverAssigned: nil itself, or a local variable whose address goes nowhere and to
// which nothing is assigned.
func (a *Analysis) neverAssigned(ch ssa.Value) bool {
	if k, ok := ch.(*ssa.Const); ok {
		return k.IsNil()
	}
	load, ok := ch.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return false
	}
	cell, ok := a.prog.Lexical(load.X).(*ssa.Alloc)
	return ok && len(a.prog.StoresTo(cell)) == 0 && !addressTaken(cell, map[ssa.Value]bool{})
}

// addressTaken reports whether the address of a variable is used for more than
// loads, also in literals that capture it.
func addressTaken(v ssa.Value, seen map[ssa.Value]bool) bool {
	if seen[v] {
		return false
	}
	seen[v] = true
	for _, ref := range *v.Referrers() {
		switch ref := ref.(type) {
		case *ssa.UnOp, *ssa.DebugRef:
		case *ssa.MakeClosure:
			for i, b := range ref.Bindings {
				if b == v && addressTaken(ref.Fn.(*ssa.Function).FreeVars[i], seen) {
					return true
				}
			}
		default:
			return true
		}
	}
	return false
}

func loadedField(ch ssa.Value) *types.Var {
	load, ok := ch.(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	fa, ok := load.X.(*ssa.FieldAddr)
	if !ok {
		return nil
	}
	st, ok := pointee(fa.X.Type()).Underlying().(*types.Struct)
	if !ok {
		return nil
	}
	return st.Field(fa.Field).Origin() // an instance of a generic type has fields of its own
}

// assignedFields are the fields of the package that something may be put into: by
// an assignment or literal, through their address, or with a struct that is copied
// from somewhere or converted.
func (a *Analysis) assignedFields() map[*types.Var]bool {
	out := make(map[*types.Var]bool)
	all := func(t types.Type) {
		if st, ok := t.Underlying().(*types.Struct); ok {
			for i := range st.NumFields() {
				out[st.Field(i).Origin()] = true
			}
		}
	}
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				switch in := in.(type) {
				case *ssa.FieldAddr:
					st, ok := pointee(in.X.Type()).Underlying().(*types.Struct)
					if !ok {
						continue
					}
					for _, ref := range *in.Referrers() {
						switch ref.(type) {
						case *ssa.UnOp, *ssa.DebugRef:
						default:
							out[st.Field(in.Field).Origin()] = true
						}
					}
				case *ssa.ChangeType:
					all(in.Type())
				case *ssa.Convert:
					all(pointee(in.Type()))
				}
			}
		}
	}
	return out
}
