package engine

import (
	"go/types"
	"strings"

	"github.com/conclint/conclint/internal/engine/annotations"
)

// FieldContract is the fact that the declaration of a field or package variable
// says how it may be accessed: under which lock, or through sync/atomic only.
type FieldContract struct {
	Locks  []string // paths from the object, or from the package: "mu", "state.mu"
	Prose  bool     // said by a sentence, not by an annotation
	Atomic bool
}

// AFact marks the type as a fact.
func (*FieldContract) AFact() {}

// String says what the contract asks for.
func (f *FieldContract) String() string {
	if f.Atomic {
		return "atomic"
	}
	return "guarded by " + strings.Join(f.Locks, " and ")
}

// exportContracts attaches the contracts of what other packages can access.
func (in *Info) exportContracts() {
	scope := in.pass.Pkg.Scope()
	for _, name := range scope.Names() {
		switch obj := scope.Lookup(name).(type) {
		case *types.Var:
			in.exportContract(obj)
		case *types.TypeName:
			if st, ok := obj.Type().Underlying().(*types.Struct); ok && !obj.IsAlias() {
				for i := range st.NumFields() {
					in.exportContract(st.Field(i))
				}
			}
		}
	}
}

func (in *Info) exportContract(v *types.Var) {
	if !v.Exported() {
		return
	}
	fact := new(FieldContract)
	for _, c := range in.Annotations.Var(v) {
		switch {
		case c.Kind == annotations.AtomicUse:
			fact.Atomic = true
		case c.Kind == annotations.Holds && (c.Ref.From == annotations.Object || c.Ref.From == annotations.Global && !v.IsField()):
			fact.Locks = append(fact.Locks, lockPath(c.Ref))
			fact.Prose = fact.Prose || c.Prose
		}
	}
	if fact.Atomic || len(fact.Locks) > 0 {
		in.pass.ExportObjectFact(v, fact)
	}
}

func lockPath(ref annotations.Ref) string {
	var names []string
	if ref.From == annotations.Global {
		names = append(names, ref.Global.Name())
	}
	for _, f := range ref.Fields {
		names = append(names, f.Name())
	}
	return strings.Join(names, ".")
}

// contracts lists the contracts of a field or variable, of this package or
// another. owner is the type of the object whose field it is, nil for variables.
func (in *Info) contracts(v *types.Var, owner types.Type) []annotations.Contract {
	if v.Pkg() == in.pass.Pkg || v.Pkg() == nil {
		return in.Annotations.Var(v)
	}
	fact := new(FieldContract)
	if !in.pass.ImportObjectFact(v.Origin(), fact) {
		return nil
	}
	var out []annotations.Contract
	if fact.Atomic {
		out = append(out, annotations.Contract{Kind: annotations.AtomicUse})
	}
	for _, path := range fact.Locks {
		if ref, ok := resolveLock(v, owner, strings.Split(path, ".")); ok {
			out = append(out, annotations.Contract{Kind: annotations.Holds, Mode: 0, Name: path, Ref: ref, Prose: fact.Prose})
		}
	}
	return out
}

// resolveLock finds the fields that lead from an object, or from the package of a
// variable, to a lock.
func resolveLock(v *types.Var, owner types.Type, names []string) (annotations.Ref, bool) {
	ref := annotations.Ref{From: annotations.Object, Type: owner}
	if owner == nil {
		g, ok := v.Pkg().Scope().Lookup(names[0]).(*types.Var)
		if !ok {
			return ref, false
		}
		ref, names = annotations.Ref{From: annotations.Global, Global: g, Type: g.Type()}, names[1:]
	}
	t := ref.Type
	for _, name := range names {
		if ptr, ok := t.Underlying().(*types.Pointer); ok {
			t = ptr.Elem()
		}
		st, ok := t.Underlying().(*types.Struct)
		if !ok {
			return ref, false
		}
		var found *types.Var
		for i := range st.NumFields() {
			if st.Field(i).Name() == name {
				found = st.Field(i)
			}
		}
		if found == nil {
			return ref, false
		}
		ref.Fields = append(ref.Fields, found)
		t = found.Type()
	}
	return ref, true
}
