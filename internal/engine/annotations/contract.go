package annotations

import (
	"go/token"
	"go/types"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// Kind says what a contract asks for.
type Kind uint8

// The kinds of contracts. Those on functions speak of calls, those on fields of accesses.
const (
	Holds     Kind = iota // the lock is held in Mode: on entry and exit of a function, at each access of a field
	Excludes              // the lock is not held in Mode by the caller of the function
	Acquires              // the function returns with the lock held in Mode
	Releases              // the function is called with the lock held in Mode and releases it
	AtomicUse             // the field is accessed through sync/atomic only
	Ignored               // nothing is said about the function or field, on purpose
	Alias                 // inside the function the locks Ref and Same are one
)

// A Contract is one annotation of a function, field or package variable.
type Contract struct {
	Kind  Kind
	Mode  api.Mode // Write, or Read where reading is enough
	Name  string   // the lock as the annotation spells it, "" for kinds without one
	Ref   Ref
	Same  Ref       // of Alias
	Prose bool      // stated by a sentence, not by an annotation: resolved on a best effort
	Pos   token.Pos // of the comment
}

// From says what a [Ref] starts at.
type From uint8

// The starts of a reference.
const (
	Object From = iota // the object whose field is annotated
	Param              // a parameter of the annotated function; the receiver is number 0
	Result             // a result of the annotated function
	Global             // a package-level variable
)

// A Ref is the lock that an annotation names, resolved by its types.
type Ref struct {
	From   From
	Index  int        // of Param (the receiver counts) and Result
	Global *types.Var // of Global
	Type   types.Type // of the start
	Fields []*types.Var
}

// Lock is the location that ref names, given the location it starts at: the
// object of an annotated field, the parameter or result of a function. base is
// not used for globals.
func (ref Ref) Lock(prog *ssabuild.Program, base *access.Path) *access.Path {
	if ref.From == Global {
		base = prog.GlobalPath(access.GlobalKey(ref.Global))
	}
	if base == nil {
		return nil
	}
	t := ref.Type
	for _, f := range ref.Fields {
		base = prog.FieldPath(base, t, f)
		t = f.Type()
	}
	return base
}

// Class is the class of the lock that ref names, "" if its type has no name.
func (ref Ref) Class() access.Class {
	var c access.Class
	if ref.From == Global {
		c = access.Class(access.GlobalKey(ref.Global))
	}
	t := ref.Type
	for _, f := range ref.Fields {
		c = access.FieldClass(t, f, c)
		t = f.Type()
	}
	return c
}

// A Problem is an annotation that cannot be understood.
type Problem struct {
	Pos  token.Pos
	Text string // what is wrong with it, as a clause
}

// An Index holds the contracts of one package. The zero value holds none.
type Index struct {
	vars     map[*types.Var][]Contract
	funcs    map[*types.Func][]Contract
	forced   map[string]map[int]bool // file name, line
	problems []Problem
	aliases  []alias // of types
	equates  bool    // some function has an alias
	fset     *token.FileSet
}

// Var lists the contracts of a struct field or package variable, in source order.
// Fields of generic types are found by their origin.
func (x *Index) Var(v *types.Var) []Contract {
	if x == nil || v == nil {
		return nil
	}
	return x.vars[v.Origin()]
}

// Func lists the contracts of a declared function or method, in source order.
func (x *Index) Func(fn *types.Func) []Contract {
	if x == nil || fn == nil {
		return nil
	}
	return x.funcs[fn.Origin()]
}

// Ignored reports whether a function asks that nothing be said about it.
func (x *Index) Ignored(fn *types.Func) bool {
	for _, c := range x.Func(fn) {
		if c.Kind == Ignored {
			return true
		}
	}
	return false
}

// Forced reports whether the line at pos, or the one before, carries
// +checklocksforce: the state of locks there is as the author says.
func (x *Index) Forced(pos token.Pos) bool {
	if x == nil || len(x.forced) == 0 || !pos.IsValid() {
		return false
	}
	p := x.fset.Position(pos)
	lines := x.forced[p.Filename]
	return lines[p.Line] || lines[p.Line-1]
}

// Problems lists the annotations that name nothing known, in source order.
func (x *Index) Problems() []Problem {
	if x == nil {
		return nil
	}
	return x.problems
}
