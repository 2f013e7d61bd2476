package annotations

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// An alias says that in all objects of a type two chains of fields lead to one lock.
type alias struct {
	owner    *types.TypeName
	from, to []*types.Var
}

// typeAliases reads +checklocksalias:inner.mu=mu at the declaration of a type.
func (r *reader) typeAliases(tn *types.TypeName, groups ...*ast.CommentGroup) {
	start := Ref{From: Object, Type: tn.Type()}
	for _, l := range lines(groups...) {
		from, to, ok := r.equation(l, func(name string) (Ref, bool) { return r.walk(start, strings.Split(name, ".")) })
		if !ok {
			continue
		}
		a := alias{tn, r.canonical(tn, from.Fields), r.canonical(tn, to.Fields)}
		if slices.Equal(a.from, a.to) {
			r.problem(l.pos, "+checklocksalias says again that two locks of %s are one", tn.Name())
			continue
		}
		for i, b := range r.aliases {
			if b.owner == tn && slices.Equal(b.to, a.from) {
				r.aliases[i].to = a.to
			}
		}
		r.aliases = append(r.aliases, a)
	}
}

// equation reads one line of a comment as an alias; ok is false for other lines, and for names that are not known.
func (r *reader) equation(l line, resolve func(string) (Ref, bool)) (from, to Ref, ok bool) {
	name, arg, _ := strings.Cut(annotation(l.text), ":")
	if name != "checklocksalias" {
		return from, to, false
	}
	left, right, _ := strings.Cut(strings.TrimSpace(arg), "=")
	left, right = strings.TrimSpace(left), strings.TrimSpace(right)
	from, ok = resolve(left)
	if !ok {
		r.problem(l.pos, "+checklocksalias names %q, which is no lock that is known here", left)
		return from, to, false
	}
	if to, ok = resolve(right); !ok {
		r.problem(l.pos, "+checklocksalias names %q, which is no lock that is known here", right)
	}
	return from, to, ok
}

// canonical is the chain of fields by which a lock of a type is known.
func (x *Index) canonical(tn *types.TypeName, fields []*types.Var) []*types.Var {
	for _, a := range x.aliases {
		if a.owner == tn && slices.Equal(a.from, fields) {
			return a.to
		}
	}
	return fields
}

// canonicalGuards names the locks of annotated fields as they are known, for this package and for those that import it.
func (x *Index) canonicalGuards() {
	if len(x.aliases) == 0 {
		return
	}
	for _, contracts := range x.vars {
		for i := range contracts {
			ref := &contracts[i].Ref
			if n := access.NamedOf(ref.Type); n != nil && ref.From == Object {
				ref.Fields = x.canonical(n.Origin().Obj(), ref.Fields)
			}
		}
	}
}

// Unify makes prog take the locks for one that annotations say are one. It comes before the first path of prog is asked for.
func (x *Index) Unify(prog *ssabuild.Program) {
	if x == nil {
		return
	}
	if len(x.aliases) > 0 {
		prog.SetAlias(func(p *access.Path) *access.Path { return x.unified(prog, p) })
	}
	if !x.equates {
		return
	}
	for _, fn := range prog.Funcs {
		obj, ok := fn.Object().(*types.Func)
		if !ok {
			continue
		}
		for _, c := range x.Func(obj) {
			if c.Kind != Alias {
				continue
			}
			from, to := c.Ref.Lock(prog, start(prog, fn, c.Ref)), c.Same.Lock(prog, start(prog, fn, c.Same))
			if from != nil && to != nil && from != to {
				prog.Paths.Alias(from, to)
			}
		}
	}
}

// start is the location that a reference of a function starts at, nil for results, which have no name inside.
func start(prog *ssabuild.Program, fn *ssa.Function, ref Ref) *access.Path {
	if ref.From == Param {
		return prog.ParamPath(fn, ref.Index)
	}
	return nil
}

// unified is the location that p is another name of, p itself if there is none.
func (x *Index) unified(prog *ssabuild.Program, p *access.Path) *access.Path {
	for _, a := range x.aliases {
		base := p
		for i := len(a.from) - 1; i >= 0 && base != nil; i-- {
			if base.Selector() != a.from[i].Name() || i == 0 && base.Class() != access.FieldClass(a.owner.Type(), a.from[0], "") {
				base = nil
				break
			}
			base = base.Parent()
		}
		if base == nil {
			continue
		}
		t := a.owner.Type()
		for _, f := range a.to {
			base = prog.Paths.Select(base, f.Name(), access.FieldClass(t, f, base.Class()))
			t = f.Type()
		}
		return base
	}
	return p
}
