package bounds

import (
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A fieldUse says how a container in a field comes to its elements.
type fieldUse struct {
	grows   bool // appended to, or a map entry set, outside constructors
	set     bool // assigned outside constructors
	built   bool // assigned in constructors
	literal bool // all that is assigned is bounded
}

// field is the size of a field's container: what grows while the program runs
// follows data; what is set up once is structure; what this package never sets
// comes from elsewhere, usually decoded from input.
func (a *Analysis) field(f *types.Var, holder types.Type) Size {
	if f == nil {
		return Unknown
	}
	owner := access.NamedOf(holder)
	if owner != nil && settingsType(owner.Obj().Name()) {
		return Structure
	}
	u := a.fieldUses()[fieldKey(f, owner)]
	switch {
	case u == nil:
		return Data
	case u.grows:
		return Data
	case u.set && !u.literal:
		return Data
	case u.literal:
		return Bounded
	}
	return Structure
}

func settingsType(name string) bool {
	for _, w := range []string{"Config", "Conf", "Cfg", "Option", "Opts", "Setting", "Flags", "Args", "Param"} {
		if strings.Contains(name, w) || strings.HasPrefix(strings.ToLower(name), strings.ToLower(w)) {
			return true
		}
	}
	return false
}

func fieldKey(f *types.Var, owner *types.Named) string {
	if owner == nil {
		return f.Name()
	}
	return string(access.TypeClass(owner)) + "." + f.Name()
}

// fieldUses looks once at all stores of the package into fields that are containers.
func (a *Analysis) fieldUses() map[string]*fieldUse {
	if a.grown != nil {
		return a.grown
	}
	a.grown = make(map[string]*fieldUse)
	for _, fn := range a.prog.Funcs {
		if a.prog.IsTestFunc(fn) {
			continue
		}
		builds := constructs(fn)
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if fa, ok := instr.Addr.(*ssa.FieldAddr); ok && isContainer(instr.Val.Type()) {
						a.storedField(a.fieldUse(fa), instr.Val, builds)
					}
				case *ssa.MapUpdate:
					if load, ok := instr.Map.(*ssa.UnOp); ok {
						if fa, ok := load.X.(*ssa.FieldAddr); ok {
							u := a.fieldUse(fa)
							u.grows, u.built, u.literal = u.grows || !builds, true, false
						}
					}
				}
			}
		}
	}
	return a.grown
}

func (a *Analysis) fieldUse(fa *ssa.FieldAddr) *fieldUse {
	key := fieldKey(ssabuild.FieldOf(fa), access.NamedOf(fa.X.Type()))
	u := a.grown[key]
	if u == nil {
		u = &fieldUse{literal: true}
		a.grown[key] = u
	}
	return u
}

func (a *Analysis) storedField(u *fieldUse, v ssa.Value, builds bool) {
	u.built = true
	switch v := v.(type) {
	case *ssa.Const:
		return // nil empties it
	case *ssa.MakeMap:
		if !builds {
			u.set = true
		}
		return // filled by updates, which are seen
	case *ssa.MakeSlice:
		if x := lenOf(v.Len); x != nil {
			u.set, u.literal = true, false
			return
		}
	case *ssa.Slice:
		if al, ok := v.X.(*ssa.Alloc); ok && al.Comment == "slicelit" {
			return
		}
	case *ssa.Call:
		if b, ok := v.Common().Value.(*ssa.Builtin); ok && b.Name() == "append" {
			u.grows, u.literal = u.grows || !builds, false
			return
		}
	}
	u.literal = false
	u.set = u.set || !builds
}

// constructs reports whether by its name a function sets things up.
func constructs(fn *ssa.Function) bool {
	name := strings.ToLower(ssabuild.Outermost(fn).Name())
	for _, p := range []string{"new", "init", "make", "create", "open", "setup", "build", "provision", "load", "parse", "with", "register", "configure", "start", "must", "set", "default", "validate", "unmarshal", "main"} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

func isContainer(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map:
		return true
	}
	return false
}

// global is the size of a package variable: of a literal if nothing else is ever
// stored; otherwise a registry.
func (a *Analysis) global(g *ssa.Global) Size {
	if g.Pkg != a.prog.SSA {
		return Structure
	}
	size := Bounded
	for _, fn := range a.prog.Funcs {
		for _, b := range fn.Blocks {
			for _, instr := range b.Instrs {
				switch instr := instr.(type) {
				case *ssa.Store:
					if instr.Addr == ssa.Value(g) && fn.Synthetic == "" {
						size = Structure
					}
				case *ssa.MapUpdate:
					if load, ok := instr.Map.(*ssa.UnOp); ok && load.Op == token.MUL && load.X == ssa.Value(g) && fn.Synthetic == "" {
						size = Structure
					}
				}
			}
		}
	}
	return size
}
