package ssabuild

import (
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
)

// Via says how a call reaches its target, which decides how much a finding
// through it is worth.
type Via uint8

// The ways of a call, from certain to likely.
const (
	Static    Via = iota // a named function, method, or literal called by name
	FieldFunc            // a function stored into a struct field somewhere in this package
	Interface            // an implementation of one of the module's own interfaces
)

// maxImpls and maxFieldFuncs bound the fan-out of unresolved calls. More
// candidates say little about any one of them: on large servers unlimited
// resolution added only wrong cycles.
const (
	maxImpls      = 3
	maxFieldFuncs = 3
)

// A Target is one function that a call may reach.
type Target struct {
	Fn   *ssa.Function // with a body in this package; nil for functions of other packages
	Obj  *types.Func   // the declared function or method, by generic origin; nil for literals
	Via  Via
	Args []ssa.Value // per parameter of the target, the receiver first; nil where unknown

	// RecvFields are the embedded fields that lead from Args[0] to the actual
	// receiver, when a promoted method was reached through an interface.
	RecvFields []*types.Var
	// Recv, if set, is the path of Args[0] when the value itself is out of sight: a
	// method value kept in a field of its own receiver.
	Recv *access.Path
	// StoredOn and LoadedFrom are the object in whose field the target was put, where
	// that was done, and the object whose field it was taken from here. What the
	// target captured of the one is the other's.
	StoredOn, LoadedFrom *access.Path
	// MadeBy is the call that returned the closure, when the target is a literal
	// of another function: its captured parameters are that call's arguments.
	MadeBy *ssa.Call
}

// Callees lists what a call, go or defer may reach. Empty means unknown.
func (p *Program) Callees(site ssa.CallInstruction) []Target {
	if t, ok := p.targets[site]; ok {
		return t
	}
	p.targets[site] = nil // recursion through a function's own result
	common := site.Common()
	var out []Target
	if common.IsInvoke() {
		out = p.invoke(site)
	} else {
		for _, t := range p.FuncsOf(common.Value) {
			// Bound methods come with their receiver; the rest of the arguments follow it.
			t.Args = append(append([]ssa.Value{}, t.Args...), common.Args...)
			out = append(out, t)
		}
	}
	p.targets[site] = out
	return out
}

// StaticCallee is the declared function that a call certainly names, in this
// package or another, by generic origin; for interface calls the interface's method.
func StaticCallee(common *ssa.CallCommon) *types.Func {
	if common.IsInvoke() {
		return common.Method.Origin()
	}
	switch v := common.Value.(type) {
	case *ssa.Function:
		return objectOf(v)
	case *ssa.MakeClosure:
		return objectOf(v.Fn.(*ssa.Function))
	}
	return nil
}

// objectOf is the declared function behind fn or the wrapper fn, by generic origin.
func objectOf(fn *ssa.Function) *types.Func {
	if fn == nil {
		return nil
	}
	if o := fn.Origin(); o != nil {
		fn = o
	}
	obj, _ := fn.Object().(*types.Func)
	if obj == nil {
		return nil
	}
	return obj.Origin()
}

// FuncsOf lists the functions that a function value may be. Args of the results
// hold the receiver of bound methods. Empty means unknown; a parameter is unknown here.
func (p *Program) FuncsOf(v ssa.Value) []Target {
	return p.funcsOf(v, make(map[ssa.Value]bool))
}

func (p *Program) funcsOf(v ssa.Value, seen map[ssa.Value]bool) []Target {
	if seen[v] || len(seen) > 32 {
		return nil
	}
	seen[v] = true
	switch v := v.(type) {
	case *ssa.Function:
		return p.function(v, nil)
	case *ssa.MakeClosure:
		fn := v.Fn.(*ssa.Function)
		if fn.Parent() == nil && len(v.Bindings) == 1 { // x.Method as a value
			return p.function(fn, v.Bindings)
		}
		return p.function(fn, nil)
	case *ssa.ChangeType:
		return p.funcsOf(v.X, seen)
	case *ssa.MakeInterface:
		return p.funcsOf(v.X, seen)
	case *ssa.TypeAssert:
		return p.funcsOf(v.X, seen)
	case *ssa.Phi:
		var out []Target
		for _, e := range v.Edges {
			out = append(out, p.funcsOf(e, seen)...)
		}
		return dedupe(out)
	case *ssa.FreeVar:
		if l := p.lexical(v); l != ssa.Value(v) {
			return p.funcsOf(l, seen)
		}
	case *ssa.UnOp:
		return p.loadedFuncs(v.X, seen)
	case *ssa.Field:
		return p.fieldFuncs(FieldOf(v), p.Path(v.X))
	case *ssa.Extract:
		if call, ok := v.Tuple.(*ssa.Call); ok {
			return p.returnedFuncs(call, v.Index, seen)
		}
	case *ssa.Call:
		return p.returnedFuncs(v, 0, seen)
	}
	return nil
}

// function is fn as a target; wrappers resolve to the method behind them.
func (p *Program) function(fn *ssa.Function, bound []ssa.Value) []Target {
	obj := objectOf(fn)
	if body := p.Body(fn); body != nil {
		return []Target{{Fn: body, Obj: obj, Args: bound}}
	}
	if obj == nil {
		return nil
	}
	if recv := obj.Signature().Recv(); recv != nil && types.IsInterface(recv.Type()) {
		if _, known := p.API.Lookup(obj); known {
			return []Target{{Obj: obj, Args: bound}} // of sync.Locker
		}
		return nil // method value of an interface
	}
	t := Target{Obj: obj, Args: bound}
	if obj.Pkg() == p.Types {
		t.Fn = p.Body(p.SSA.Prog.FuncValue(obj))
	}
	return []Target{t}
}

func (p *Program) loadedFuncs(addr ssa.Value, seen map[ssa.Value]bool) []Target {
	switch a := p.lexical(addr).(type) {
	case *ssa.Alloc:
		var out []Target
		for _, st := range p.StoresTo(a) {
			out = append(out, p.funcsOf(st.Val, seen)...)
		}
		return dedupe(out)
	case *ssa.FieldAddr:
		return p.fieldFuncs(FieldOf(a), p.Path(a.X))
	case *ssa.Global:
		if g := p.globals[a]; g != nil && g.stores == 1 && a.Pkg == p.SSA {
			return p.funcsOf(g.value, seen)
		}
	}
	return nil
}

// fieldFuncs are the functions stored into a field anywhere in the package, if
// they are few, as loaded from a field of the object at path from (nil if unknown).
func (p *Program) fieldFuncs(f *types.Var, from *access.Path) []Target {
	p.indexFieldFuncs()
	fns := p.fields[f]
	if len(fns) > maxFieldFuncs {
		return nil
	}
	out := make([]Target, len(fns))
	copy(out, fns)
	for i := range out {
		t := &out[i]
		t.Via = FieldFunc
		t.LoadedFrom = from
		if fns[i].Args != nil { // a method value: its receiver is another function's value
			t.Args = make([]ssa.Value, len(fns[i].Args))
			if t.Recv = nil; from != nil && fns[i].StoredOn != nil && fns[i].Args[0] != nil && p.Path(fns[i].Args[0]) == fns[i].StoredOn {
				t.Recv = from
			}
		}
	}
	return out
}

// indexFieldFuncs finds the functions stored into fields, once.
func (p *Program) indexFieldFuncs() {
	if p.fieldsDone {
		return
	}
	p.fieldsDone = true
	for _, fn := range p.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				if st, ok := instr.(*ssa.Store); ok {
					p.indexFieldFunc(st)
				}
			}
		}
	}
}

func (p *Program) indexFieldFunc(st *ssa.Store) {
	fa, ok := st.Addr.(*ssa.FieldAddr)
	if !ok {
		return
	}
	if _, isFunc := st.Val.Type().Underlying().(*types.Signature); !isFunc {
		return
	}
	f := FieldOf(fa)
	if f == nil {
		return
	}
	var fns []Target
	if prm, ok := Unconverted(st.Val).(*ssa.Parameter); ok {
		fns = p.passedFuncs(prm, fa)
	} else {
		fns = p.FuncsOf(st.Val)
		for i := range fns {
			fns[i].StoredOn = p.Path(fa.X)
		}
	}
	if len(p.fields[f]) <= maxFieldFuncs {
		p.fields[f] = dedupe(append(p.fields[f], fns...))
	}
}

// Closes is the channel that an instruction closes, now or when its function ends.
func Closes(instr ssa.Instruction) (ch ssa.Value, ok bool) {
	call, ok := instr.(ssa.CallInstruction)
	if !ok || !IsBuiltin(call.Common(), "close") {
		return nil, false
	}
	return call.Common().Args[0], true
}

// IsBuiltin reports whether a call is one of a predeclared function.
func IsBuiltin(common *ssa.CallCommon, name string) bool {
	b, ok := common.Value.(*ssa.Builtin)
	return ok && b.Name() == name
}

// Unconverted is v without conversions between types of one form: named function types, directions of channels.
func Unconverted(v ssa.Value) ssa.Value {
	for {
		c, ok := v.(*ssa.ChangeType)
		if !ok {
			return v
		}
		v = c.X
	}
}

// passedFuncs are the functions that static calls in this package pass for a parameter,
// so that setters of callback fields resolve.
func (p *Program) passedFuncs(prm *ssa.Parameter, field *ssa.FieldAddr) []Target {
	fn := prm.Parent()
	index := -1
	for i, q := range fn.Params {
		if q == prm {
			index = i
		}
	}
	var out []Target
	for _, call := range p.staticCalls(fn) {
		if index < len(call.Common().Args) {
			owner := p.Path(field.X)
			for _, t := range p.FuncsOf(call.Common().Args[index]) {
				if root := owner.Root(); root.Kind == access.Param && root.Index < len(call.Common().Args) {
					t.StoredOn = p.rebase(owner, p.Path(call.Common().Args[root.Index]))
				}
				out = append(out, t)
			}
		}
		if len(out) > maxFieldFuncs {
			break
		}
	}
	return dedupe(out)
}

// staticCalls lists the calls in this package that name fn.
func (p *Program) staticCalls(fn *ssa.Function) []ssa.CallInstruction {
	if p.named == nil {
		p.named = make(map[*ssa.Function][]ssa.CallInstruction)
		for _, caller := range p.Funcs {
			for _, b := range caller.Blocks {
				for _, instr := range b.Instrs {
					call, ok := instr.(ssa.CallInstruction)
					if !ok || call.Common().IsInvoke() {
						continue
					}
					if callee, ok := call.Common().Value.(*ssa.Function); ok {
						if body := p.Body(callee); body != nil {
							p.named[body] = append(p.named[body], call)
						}
					}
				}
			}
		}
	}
	return p.named[fn]
}

// returnedFuncs are the function literals that a callee in this package returns.
func (p *Program) returnedFuncs(call *ssa.Call, result int, seen map[ssa.Value]bool) []Target {
	callee := call.Common().StaticCallee()
	body := p.Body(callee)
	if body == nil {
		return nil
	}
	var out []Target
	for _, b := range body.Blocks {
		ret, ok := b.Instrs[len(b.Instrs)-1].(*ssa.Return)
		if !ok || result >= len(ret.Results) {
			continue
		}
		for _, t := range p.funcsOf(ret.Results[result], seen) {
			if t.MadeBy == nil && t.Fn != nil && Encloses(body, t.Fn) {
				t.MadeBy = call
			} else if t.Args != nil {
				t.Args = p.translateArgs(t.Args, body, call)
			}
			out = append(out, t)
		}
	}
	return dedupe(out)
}

// translateArgs replaces the callee's parameters among bound receivers by the call's arguments.
func (p *Program) translateArgs(args []ssa.Value, callee *ssa.Function, call *ssa.Call) []ssa.Value {
	out := make([]ssa.Value, len(args))
	for i, a := range args {
		for j, prm := range callee.Params {
			if a == ssa.Value(prm) && j < len(call.Common().Args) {
				out[i] = call.Common().Args[j]
			}
		}
	}
	return out
}

func dedupe(ts []Target) []Target {
	var out []Target
next:
	for _, t := range ts {
		for _, u := range out {
			if t.Fn == u.Fn && t.Obj == u.Obj && t.MadeBy == u.MadeBy {
				continue next
			}
		}
		out = append(out, t)
	}
	return out
}

// ArgPath is the path of parameter i at this target, nil if the argument is unknown.
func (p *Program) ArgPath(t Target, i int) *access.Path {
	if i == 0 && t.Recv != nil {
		return t.Recv
	}
	if i < 0 || i >= len(t.Args) || t.Args[i] == nil {
		return nil
	}
	path := p.Path(t.Args[i])
	if i == 0 {
		typ := t.Args[0].Type()
		for _, f := range t.RecvFields {
			path = p.FieldPath(path, typ, f)
			typ = f.Type()
		}
	}
	return path
}

// Owner is the identity under which the target's parameter paths are rooted.
func (t Target) Owner() any {
	if t.Fn != nil {
		return t.Fn
	}
	return t.Obj
}

// Translate turns a path of the target's summary into one of the calling
// function: parameters become arguments, captured variables of enclosing
// functions and globals stay, all else keeps only its class.
func (p *Program) Translate(path *access.Path, t Target, caller *ssa.Function) *access.Path {
	path = p.Paths.Generalise(path, func(i any) bool {
		for _, v := range IndexValues(i) {
			if v.Parent() == nil || !Encloses(v.Parent(), caller) || v.Parent() == t.Fn {
				return false
			}
		}
		return true
	})
	if t.StoredOn != nil && t.LoadedFrom != nil {
		if q, ok := p.Paths.Rebase(path, t.StoredOn, t.LoadedFrom); ok {
			return q
		}
	}
	root := path.Root()
	switch root.Kind {
	case access.Global, access.Unknown:
		return path
	case access.Param:
		if root.Owner == t.Owner() {
			if arg := p.ArgPath(t, root.Index); arg != nil {
				return p.rebase(path, arg)
			}
			return p.Paths.Unknown(path.Class())
		}
		if fn, ok := root.Owner.(*ssa.Function); ok {
			if Encloses(fn, caller) {
				return path
			}
			if t.MadeBy != nil && p.Body(t.MadeBy.Common().StaticCallee()) == fn && root.Index < len(t.MadeBy.Common().Args) {
				return p.rebase(path, p.Path(t.MadeBy.Common().Args[root.Index]))
			}
		}
	case access.Cell, access.Value:
		if v, ok := root.Owner.(ssa.Value); ok && v.Parent() != nil && Encloses(v.Parent(), caller) && v.Parent() != t.Fn {
			return path
		}
	}
	return p.Paths.Unknown(path.Class())
}

// rebase replaces the root of path by to, seeing through fields of new objects.
func (p *Program) rebase(path, to *access.Path) *access.Path {
	parent := path.Parent()
	if parent == nil {
		return to
	}
	base := p.rebase(parent, to)
	if init := p.initialised(base, path.Selector()); init != nil {
		return init
	}
	q, _ := p.Paths.Rebase(path, parent, base)
	return q
}
