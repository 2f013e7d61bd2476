package ssabuild

import (
	"go/types"
	"sort"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
)

// invoke resolves an interface call. A value whose concrete type is visible
// resolves to that type's method. Otherwise implementations declared in this
// package are taken if the interface is the module's own and they are few;
// foreign interfaces (io.Closer) and decorators (a method that calls the same
// method of a wrapped value) are left unknown, because resolving them invents
// cycles.
func (p *Program) invoke(site ssa.CallInstruction) []Target {
	common := site.Common()
	args := append([]ssa.Value{common.Value}, common.Args...)
	if t := concrete(common.Value); t != nil {
		if target, ok := p.methodOf(t, common.Method); ok {
			target.Args = args
			return []Target{target}
		}
	}
	if !p.ownInterface(common.Value.Type(), common.Method) {
		return nil
	}
	if fn := site.Parent(); fn.Name() == common.Method.Name() && fn.Signature.Recv() != nil {
		return nil
	}
	var out []Target
	for _, impl := range p.Implementations(common.Method, common.Value.Type()) {
		target := Target{Via: Interface, Args: args, Obj: impl.Origin()}
		if impl.Pkg() == p.Types {
			target.Fn = p.Body(p.SSA.Prog.FuncValue(impl))
		}
		out = append(out, target)
	}
	return out
}

// concrete is the dynamic type of an interface value where the conversion is visible.
func concrete(v ssa.Value) types.Type {
	for {
		switch x := v.(type) {
		case *ssa.MakeInterface:
			return x.X.Type()
		case *ssa.ChangeInterface:
			v = x.X
		default:
			return nil
		}
	}
}

// methodOf finds the declared method that a call of m on a value of type t runs,
// with the embedded fields that lead to its receiver.
func (p *Program) methodOf(t types.Type, m *types.Func) (Target, bool) {
	obj, index, _ := types.LookupFieldOrMethod(t, false, m.Pkg(), m.Name())
	fn, ok := obj.(*types.Func)
	if !ok || types.IsInterface(fn.Signature().Recv().Type()) {
		return Target{}, false
	}
	target := Target{Obj: fn.Origin()}
	for _, i := range index[:len(index)-1] {
		st, ok := fieldsOf(t)
		if !ok {
			return Target{}, false
		}
		target.RecvFields = append(target.RecvFields, st.Field(i))
		t = st.Field(i).Type()
	}
	if fn.Pkg() == p.Types {
		target.Fn = p.Body(p.SSA.Prog.FuncValue(fn.Origin()))
	}
	return target, true
}

// ownInterface reports whether the interface is declared in this module as far as
// can be seen: in this package, or in one that shares its first path elements.
func (p *Program) ownInterface(t types.Type, m *types.Func) bool {
	if named, ok := types.Unalias(t).(*types.Named); ok && named.Obj().Pkg() != nil {
		return sameModule(p.Types.Path(), named.Obj().Pkg().Path())
	}
	return m.Pkg() != nil && sameModule(p.Types.Path(), m.Pkg().Path())
}

// sameModule compares the host, owner and name elements of two import paths.
// Facts and the analysis API do not tell module boundaries.
func sameModule(a, b string) bool {
	if a == b {
		return true
	}
	if api.IsStd(a) || api.IsStd(b) {
		return false
	}
	return modulePrefix(a) == modulePrefix(b)
}

func modulePrefix(path string) string {
	slashes := 0
	for i := range len(path) {
		if path[i] != '/' {
			continue
		}
		if slashes++; slashes == 3 {
			return path[:i]
		}
	}
	return path
}

// Implementations lists the declared methods of this package's types that
// implement m, in source order; nil if there are more than maxImpls.
func (p *Program) Implementations(m *types.Func, iface types.Type) []*types.Func {
	if out, ok := p.impls[m]; ok {
		return out
	}
	it, ok := iface.Underlying().(*types.Interface)
	if !ok {
		return nil
	}
	var out []*types.Func
	for _, named := range p.ownTypes() {
		// A promoted method does not count: the embedded type counts by itself.
		if fn := declaredMethod(named, m); fn != nil && types.Implements(types.NewPointer(named), it) {
			out = append(out, fn)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Pos() < out[j].Pos() })
	if len(out) > maxImpls {
		out = nil
	}
	p.impls[m] = out
	return out
}

// ownTypes lists the types that this package declares at its top level, outside tests: no interfaces, nothing generic.
func (p *Program) ownTypes() []*types.Named {
	if p.declared != nil {
		return p.declared
	}
	p.declared = []*types.Named{}
	scope := p.Types.Scope()
	for _, name := range scope.Names() {
		tn, ok := scope.Lookup(name).(*types.TypeName)
		if !ok || tn.IsAlias() {
			continue
		}
		named, ok := tn.Type().(*types.Named)
		if ok && named.TypeParams().Len() == 0 && !types.IsInterface(named) && !p.InTestFile(tn.Pos()) {
			p.declared = append(p.declared, named)
		}
	}
	return p.declared
}

// declaredMethod is the method of a type that has the identity of m, nil if the type declares none.
func declaredMethod(named *types.Named, m *types.Func) *types.Func {
	for fn := range named.Methods() {
		if fn.Name() == m.Name() && fn.Id() == m.Id() {
			return fn
		}
	}
	return nil
}
