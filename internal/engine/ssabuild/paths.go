package ssabuild

import (
	"fmt"
	"go/constant"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
)

// Path is the location that v denotes: for a pointer what it points to, for a
// container its contents' owner. It never returns nil; unnameable values are
// rooted in themselves, so the same SSA value always has the same path.
func (p *Program) Path(v ssa.Value) *access.Path {
	if path, ok := p.paths[v]; ok {
		if path == nil { // a cycle through phis or cells: the value itself is the root
			return p.valueRoot(v, 0)
		}
		return path
	}
	p.paths[v] = nil
	path := p.resolve(v)
	p.paths[v] = path
	return path
}

func (p *Program) resolve(v ssa.Value) *access.Path {
	switch v := v.(type) {
	case *ssa.Parameter:
		return p.paramRoot(v)
	case *ssa.FreeVar:
		if l := p.lexical(v); l != ssa.Value(v) {
			return p.Path(l)
		}
		return p.Paths.Root(access.Root{Kind: access.Param, Index: freeVarIndex(v), Owner: v.Parent()}, v.Name(), "")
	case *ssa.Global:
		key := access.GlobalKey(globalObject(v))
		return p.Paths.Root(access.Root{Kind: access.Global, Key: key}, v.Name(), access.Class(key))
	case *ssa.Alloc:
		if val := p.singleStore(v); val != nil && !isBasic(val.Type()) {
			return p.Path(val)
		}
		return p.cellRoot(v)
	case *ssa.FieldAddr:
		return p.field(p.Path(v.X), v.X.Type(), v.Field)
	case *ssa.Field:
		return p.field(p.Path(v.X), v.X.Type(), v.Field)
	case *ssa.IndexAddr:
		return p.elem(p.Path(v.X), v.Index)
	case *ssa.Index:
		return p.elem(p.Path(v.X), v.Index)
	case *ssa.Lookup:
		return p.elem(p.Path(v.X), v.Index)
	case *ssa.UnOp:
		if v.Op == token.MUL {
			return p.Path(v.X)
		}
		if v.Op == token.ARROW {
			return p.valueRoot(v, 0)
		}
	case *ssa.ChangeType:
		return p.Path(v.X)
	case *ssa.ChangeInterface:
		return p.Path(v.X)
	case *ssa.Convert:
		return p.Path(v.X)
	case *ssa.MakeInterface:
		return p.Path(v.X)
	case *ssa.TypeAssert:
		if !v.CommaOk {
			return p.Path(v.X)
		}
	case *ssa.Slice:
		return p.Path(v.X)
	case *ssa.Extract:
		return p.extract(v)
	case *ssa.Call:
		if path := p.callPath(v, 0); path != nil {
			return path
		}
	case *ssa.Phi:
		if path := p.phi(v); path != nil {
			return path
		}
	}
	return p.valueRoot(v, 0)
}

func (p *Program) extract(v *ssa.Extract) *access.Path {
	switch t := v.Tuple.(type) {
	case *ssa.Call:
		if path := p.callPath(t, v.Index); path != nil {
			return path
		}
		return p.valueRoot(t, v.Index+1)
	case *ssa.TypeAssert:
		if v.Index == 0 {
			return p.Path(t.X)
		}
	case *ssa.Lookup:
		if v.Index == 0 {
			return p.elem(p.Path(t.X), t.Index)
		}
	case *ssa.Next:
		if v.Index == 2 {
			if r, ok := t.Iter.(*ssa.Range); ok {
				base := p.Path(r.X)
				return p.Paths.Element(base, index{x: t}, access.ElemClass(base.Class()))
			}
		}
	}
	return p.valueRoot(v, 0)
}

// callPath is what result i of a call is, when the callee is a getter.
func (p *Program) callPath(call *ssa.Call, i int) *access.Path {
	if p.getter == nil {
		return nil
	}
	return p.getter(call, i)
}

// phi resolves a merge whose inputs all have one path.
func (p *Program) phi(v *ssa.Phi) *access.Path {
	var path *access.Path
	for _, e := range v.Edges {
		if c, ok := e.(*ssa.Const); ok && c.IsNil() {
			continue
		}
		q := p.Path(e)
		if path == nil {
			path = q
		}
		if q != path {
			return nil
		}
	}
	if path != nil && path.Root().Kind == access.Value && path.Root().Owner == any(v) {
		return nil
	}
	return path
}

// ResultPath is the path of result i of a call, nil if nobody uses it.
func (p *Program) ResultPath(call *ssa.Call, i int) *access.Path {
	if call.Common().Signature().Results().Len() == 1 {
		return p.Path(call)
	}
	for _, ref := range *call.Referrers() {
		if ext, ok := ref.(*ssa.Extract); ok && ext.Index == i {
			return p.Path(ext)
		}
	}
	return nil
}

func (p *Program) paramRoot(v *ssa.Parameter) *access.Path {
	fn := v.Parent()
	for i, q := range fn.Params {
		if q == v {
			return p.ParamPath(fn, i)
		}
	}
	return p.valueRoot(v, 0)
}

// ParamPath is the path of parameter i of fn; the receiver is parameter 0.
func (p *Program) ParamPath(fn *ssa.Function, i int) *access.Path {
	name := ""
	if i < len(fn.Params) {
		name = fn.Params[i].Name()
	}
	return p.Paths.Root(access.Root{Kind: access.Param, Index: i, Owner: fn}, name, "")
}

// ForeignParam is the path of parameter i of a function of another package.
func (p *Program) ForeignParam(fn *types.Func, i int) *access.Path {
	return p.Paths.Root(access.Root{Kind: access.Param, Index: i, Owner: fn}, "", "")
}

// GlobalPath is the path of the package-level variable with the given key.
func (p *Program) GlobalPath(key string) *access.Path {
	c := access.Class(key)
	return p.Paths.Root(access.Root{Kind: access.Global, Key: key}, c.Short(), c)
}

func (p *Program) cellRoot(v *ssa.Alloc) *access.Path {
	name := v.Comment
	switch name {
	case "complit", "slicelit", "new", "makeslice", "varargs":
		name = "" // the builder's notes, not the user's names
	}
	return p.Paths.Root(access.Root{Kind: access.Cell, Owner: v}, name, "")
}

func (p *Program) valueRoot(v ssa.Value, index int) *access.Path {
	name := ""
	if phi, ok := v.(*ssa.Phi); ok {
		name = phi.Comment
	}
	return p.Paths.Root(access.Root{Kind: access.Value, Index: index, Owner: v}, name, "")
}

// singleStore is the only value ever stored into a local that lives in memory;
// nil if there are several, or if the variable is a composite whose parts matter.
func (p *Program) singleStore(a *ssa.Alloc) ssa.Value {
	c := p.stores[a]
	if c == nil || len(c.stores) != 1 {
		return nil
	}
	st := c.stores[0]
	switch a.Type().Underlying().(*types.Pointer).Elem().Underlying().(type) {
	case *types.Struct, *types.Array:
		// The store copies; the copy is another object.
		return nil
	}
	if k, ok := st.Val.(*ssa.Const); ok && k != nil {
		return nil
	}
	return st.Val
}

// SingleStore is the only value ever stored into local a, nil if there is none or more than one.
func (p *Program) SingleStore(a *ssa.Alloc) ssa.Value { return p.singleStore(a) }

// Origin is the value that a variable which is set once always has, as far back as single assignments show; v itself
// if it is no such variable.
func (p *Program) Origin(v ssa.Value) ssa.Value {
	for range 8 {
		load, ok := v.(*ssa.UnOp)
		if !ok {
			break
		}
		cell, ok := p.lexical(load.X).(*ssa.Alloc)
		if !ok {
			break
		}
		stored := p.singleStore(cell)
		if stored == nil {
			break
		}
		v = stored
	}
	return v
}

func (p *Program) field(base *access.Path, t types.Type, i int) *access.Path {
	st, ok := fieldsOf(t)
	if !ok || i >= st.NumFields() {
		return p.Paths.Unknown("")
	}
	f := st.Field(i)
	if init := p.initialised(base, f.Name()); init != nil {
		return init
	}
	return p.FieldPath(base, t, f)
}

// initialised is what a field of a new object was set to, if it is set once, in
// the function that makes the object, to something that has a name: then
// x.client.mu and c.mu are one lock after x := &T{client: c}.
func (p *Program) initialised(base *access.Path, field string) *access.Path {
	if base.Depth() != 0 {
		return nil
	}
	switch owner := base.Root().Owner.(type) {
	case *ssa.Alloc:
		stores := p.fieldStores[owner][field]
		if len(stores) != 1 || !isReference(stores[0].Val.Type()) {
			return nil
		}
		if _, isConst := stores[0].Val.(*ssa.Const); isConst {
			return nil
		}
		if path := p.Path(stores[0].Val); path.Root().Kind == access.Param || path.Root().Kind == access.Global || path.Root().Kind == access.Cell && path != base {
			return path
		}
	case *ssa.Call:
		if p.fieldInit != nil {
			return p.fieldInit(owner, max(base.Root().Index-1, 0), field)
		}
	}
	return nil
}

func isReference(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Pointer, *types.Interface, *types.Map, *types.Chan:
		return true
	}
	return false
}

// SetFieldInit installs the knowledge of constructors: what field of result i of
// a call was set to, in terms of the call; nil if unknown.
func (p *Program) SetFieldInit(f func(call *ssa.Call, result int, field string) *access.Path) {
	p.fieldInit = f
}

// FieldInits lists, by field name, the named locations that the fields of a new
// object are set to where it is made.
func (p *Program) FieldInits(a *ssa.Alloc) map[string]*access.Path {
	var out map[string]*access.Path
	for name, stores := range p.fieldStores[a] {
		if len(stores) == 1 && isReference(stores[0].Val.Type()) {
			if path := p.Path(stores[0].Val); path.Root().Kind == access.Param || path.Root().Kind == access.Global {
				if out == nil {
					out = make(map[string]*access.Path)
				}
				out[name] = path
			}
		}
	}
	return out
}

// FieldPath is the path of field f of base, whose type (or pointer) is t.
func (p *Program) FieldPath(base *access.Path, t types.Type, f *types.Var) *access.Path {
	path := p.Paths.Select(base, f.Name(), access.FieldClass(t, f, base.Class()))
	if p.alias != nil {
		return p.alias(path)
	}
	return path
}

// SetAlias installs the knowledge that some fields are other names of others: alias
// gives the name to use. It comes before the first path.
func (p *Program) SetAlias(alias func(*access.Path) *access.Path) { p.alias = alias }

func (p *Program) elem(base *access.Path, at ssa.Value) *access.Path {
	class := access.ElemClass(base.Class())
	k, ok := at.(*ssa.Const)
	if !ok || k.Value == nil {
		return p.Paths.Element(base, indexOf(at), class)
	}
	sel := access.Elem
	switch k.Value.Kind() {
	case constant.Int:
		sel = fmt.Sprintf("[%s]", k.Value.ExactString())
	case constant.String:
		sel = fmt.Sprintf("[%q]", constant.StringVal(k.Value))
	}
	return p.Paths.Select(base, sel, class)
}

// An index identifies the element of a container that an index value selects. An
// expression of two operands, such as id%shards, is identified by these, as it is
// usually written out anew at each use.
type index struct {
	op   token.Token
	x, y any // ssa.Value, or the text of a constant
}

func indexOf(v ssa.Value) index {
	switch e := v.(type) {
	case *ssa.Convert:
		return indexOf(e.X)
	case *ssa.ChangeType:
		return indexOf(e.X)
	case *ssa.BinOp:
		return index{e.Op, operand(e.X), operand(e.Y)}
	}
	return index{x: operand(v)}
}

func operand(v ssa.Value) any {
	switch e := v.(type) {
	case *ssa.Const:
		return e.String()
	case *ssa.Convert:
		return operand(e.X)
	case *ssa.UnOp:
		if g, ok := e.X.(*ssa.Global); ok && e.Op == token.MUL {
			return g // a setting, read anew at each use
		}
	}
	return v
}

// IndexValues lists the values on which an element's index, as in
// [access.Path.Indexes], depends.
func IndexValues(i any) []ssa.Value {
	ix, ok := i.(index)
	if !ok {
		return nil
	}
	var out []ssa.Value
	for _, o := range []any{ix.x, ix.y} {
		if v, ok := o.(ssa.Value); ok {
			out = append(out, v)
		}
	}
	return out
}

// Owners lists the values whose instructions, run again, make the path name
// something else: its root and its elements' indexes.
func Owners(path *access.Path) []ssa.Value {
	var out []ssa.Value
	if v, ok := path.Root().Owner.(ssa.Value); ok {
		out = append(out, v)
	}
	for _, i := range path.Indexes() {
		out = append(out, IndexValues(i)...)
	}
	return out
}

// fieldsOf is the struct type behind t, a struct or a pointer to one.
func fieldsOf(t types.Type) (*types.Struct, bool) {
	t = t.Underlying()
	if ptr, ok := t.(*types.Pointer); ok {
		t = ptr.Elem().Underlying()
	}
	st, ok := t.(*types.Struct)
	return st, ok
}

// FieldOf is the field that a FieldAddr or Field selects, by its generic origin.
func FieldOf(v ssa.Value) *types.Var {
	var (
		t types.Type
		i int
	)
	switch v := v.(type) {
	case *ssa.FieldAddr:
		t, i = v.X.Type(), v.Field
	case *ssa.Field:
		t, i = v.X.Type(), v.Field
	default:
		return nil
	}
	st, ok := fieldsOf(t)
	if !ok || i >= st.NumFields() {
		return nil
	}
	return st.Field(i).Origin()
}

func globalObject(g *ssa.Global) types.Object {
	if o := g.Object(); o != nil {
		return o
	}
	return types.NewVar(g.Pos(), g.Pkg.Pkg, g.Name(), g.Type()) // init guard and other synthetic globals
}

// isBasic reports whether a type is basic: a variable of it is a place of its own, whatever it was set to.
func isBasic(t types.Type) bool {
	_, ok := t.Underlying().(*types.Basic)
	return ok
}
