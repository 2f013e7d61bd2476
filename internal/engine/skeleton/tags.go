package skeleton

import (
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
)

// Strings are data, but for those that tell kinds apart: fields and parameters that the package compares with a string
// constant. These are followed like numbers, by equality alone.
type tags struct {
	fields map[*types.Var]bool
	params map[*ssa.Parameter]bool
	ids    map[string]int
}

func newTags(prog *ssabuild.Program) tags {
	t := tags{fields: make(map[*types.Var]bool), params: make(map[*ssa.Parameter]bool), ids: map[string]int{"": 0}}
	for _, fn := range prog.Funcs {
		for _, b := range fn.Blocks {
			for _, in := range b.Instrs {
				cmp, ok := in.(*ssa.BinOp)
				if !ok || cmp.Op != token.EQL && cmp.Op != token.NEQ {
					continue
				}
				if s, ok := constString(cmp.Y); ok && s != "" {
					t.note(cmp.X)
				}
				if s, ok := constString(cmp.X); ok && s != "" {
					t.note(cmp.Y)
				}
			}
		}
	}
	return t
}

func (t *tags) note(v ssa.Value) {
	if p, ok := v.(*ssa.Parameter); ok {
		t.params[p] = true
	} else if f := fieldRead(v); f != nil {
		t.fields[f] = true
	}
}

// holds reports whether v is a string that is followed.
func (t *tags) holds(v ssa.Value) bool {
	if p, ok := v.(*ssa.Parameter); ok {
		return t.params[p]
	}
	f := fieldRead(v)
	return f != nil && t.fields[f]
}

// slot reports whether an address is that of a field that is followed.
func (t *tags) slot(addr ssa.Value) bool {
	fa, ok := addr.(*ssa.FieldAddr)
	return ok && isString(pointee(fa.Type())) && t.fields[ssabuild.FieldOf(fa).Origin()]
}

// id numbers the string constants that are followed.
func (t *tags) id(s string) int {
	n, ok := t.ids[s]
	if !ok {
		n = len(t.ids)
		t.ids[s] = n
	}
	return n
}

// fieldRead is the string field that v was read from.
func fieldRead(v ssa.Value) *types.Var {
	if !isString(v.Type()) {
		return nil
	}
	switch v := v.(type) {
	case *ssa.UnOp:
		if fa, ok := v.X.(*ssa.FieldAddr); ok && v.Op == token.MUL {
			return ssabuild.FieldOf(fa).Origin()
		}
	case *ssa.Field:
		if st, ok := v.X.Type().Underlying().(*types.Struct); ok {
			return st.Field(v.Field).Origin()
		}
	}
	return nil
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Info()&types.IsString != 0
}

func constString(v ssa.Value) (string, bool) {
	c, ok := v.(*ssa.Const)
	if !ok || c.Value == nil || c.Value.Kind() != constant.String {
		return "", false
	}
	return constant.StringVal(c.Value), true
}

// text is the operand for a string where strings are followed.
func (fc *funcCompiler) text(v ssa.Value) explore.Reg {
	if s, ok := constString(v); ok {
		return fc.b.Const(explore.Str(fc.tags.id(s)))
	}
	if fc.tags.holds(v) {
		return fc.use(v)
	}
	return fc.opaque(false)
}

// argument is the operand for an argument of a call.
func (fc *funcCompiler) argument(common *ssa.CallCommon, i int) explore.Reg {
	a := common.Args[i]
	if len(fc.tags.params) == 0 || !isString(a.Type()) || common.IsInvoke() {
		return fc.use(a)
	}
	if callee := fc.prog.Body(common.StaticCallee()); callee != nil && (i >= len(callee.Params) || !fc.tags.params[callee.Params[i]]) {
		return fc.use(a)
	}
	return fc.text(a)
}
