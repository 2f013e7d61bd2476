package skeleton

import (
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// handedOut are the channels that exported methods return from fields, those in exported fields of exported types, and
// those that code of the package beside the type's own methods works on: a client may have them at any time and do with
// them what is not seen here, such as receive for as long as it lives.
func (c *Compiler) handedOut() map[int32]bool {
	fields := make(map[*types.Var]bool)
	for _, fn := range c.prog.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok || !obj.Exported() || fn.Signature.Recv() == nil || c.prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			if ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return); ok {
				for _, v := range ret.Results {
					for _, f := range c.channelFields(v) {
						fields[f] = true
					}
				}
			}
		}
	}
	c.openFields(fields)
	c.sharedFields(fields)
	if len(fields) == 0 {
		return nil
	}
	sites := make(map[int32]bool)
	for _, fn := range c.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				st, ok := instr.(*ssa.Store)
				if !ok {
					continue
				}
				addr, ok := st.Addr.(*ssa.FieldAddr)
				if !ok || !fields[ssabuild.FieldOf(addr)] {
					continue
				}
				if mk, ok := ssabuild.Unconverted(st.Val).(*ssa.MakeChan); ok {
					sites[c.site(mk, true)] = true
				}
			}
		}
	}
	return sites
}

// openFields adds the channels in exported fields of exported types.
func (c *Compiler) openFields(fields map[*types.Var]bool) {
	scope := c.prog.Types.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || !tn.Exported() {
			continue
		}
		st, ok := tn.Type().Underlying().(*types.Struct)
		if !ok {
			continue
		}
		for f := range st.Fields() {
			if _, isChan := f.Type().Underlying().(*types.Chan); isChan && f.Exported() {
				fields[f] = true
			}
		}
	}
}

// sharedFields adds the channels in fields that a function sends on, receives from or closes although it does not make
// the objects: a client of the type is then not alone with it. Methods of other types do not count: they are how the
// owner of an inner struct works on it.
func (c *Compiler) sharedFields(fields map[*types.Var]bool) {
	for _, fn := range c.prog.Funcs {
		outer := ssabuild.Outermost(fn)
		if outer.Signature.Recv() != nil || c.prog.IsTestFunc(fn) {
			continue
		}
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				for _, ch := range channelsOf(instr) {
					load, ok := ssabuild.Unconverted(ch).(*ssa.UnOp)
					if !ok || load.Op != token.MUL {
						continue
					}
					addr, ok := load.X.(*ssa.FieldAddr)
					if ok && !makes(outer, types.Unalias(pointee(addr.X.Type()))) {
						fields[ssabuild.FieldOf(addr)] = true
					}
				}
			}
		}
	}
}

// makes reports whether fn may return an object of a type.
func makes(fn *ssa.Function, t types.Type) bool {
	for v := range fn.Signature.Results().Variables() {
		if types.IsInterface(v.Type()) || types.Identical(types.Unalias(pointee(v.Type())), t) {
			return true
		}
	}
	return false
}

// channelsOf are the channels that an instruction sends on, receives from or closes.
func channelsOf(instr ssa.Instruction) []ssa.Value {
	switch instr := instr.(type) {
	case *ssa.Send:
		return []ssa.Value{instr.Chan}
	case *ssa.UnOp:
		if instr.Op == token.ARROW {
			return []ssa.Value{instr.X}
		}
	case *ssa.Select:
		var out []ssa.Value
		for _, st := range instr.States {
			out = append(out, st.Chan)
		}
		return out
	}
	if ch, ok := ssabuild.Closes(instr); ok {
		return []ssa.Value{ch}
	}
	return nil
}

// channelFields are the fields that a channel may have been read from.
func (c *Compiler) channelFields(v ssa.Value) []*types.Var {
	if _, ok := v.Type().Underlying().(*types.Chan); !ok {
		return nil
	}
	load, ok := ssabuild.Unconverted(v).(*ssa.UnOp)
	if !ok || load.Op != token.MUL {
		return nil
	}
	switch addr := load.X.(type) {
	case *ssa.FieldAddr:
		return []*types.Var{ssabuild.FieldOf(addr)}
	case *ssa.Alloc: // a result, in a function with deferred calls
		var out []*types.Var
		for _, st := range c.prog.StoresTo(addr) {
			if load, ok := ssabuild.Unconverted(st.Val).(*ssa.UnOp); ok && load.Op == token.MUL {
				if field, ok := load.X.(*ssa.FieldAddr); ok {
					out = append(out, ssabuild.FieldOf(field))
				}
			}
		}
		return out
	}
	return nil
}
