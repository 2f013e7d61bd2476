package locks

import (
	"go/token"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// Pairs lists the places where two instances of one lock are held at once in an
// order that nothing fixes: two parameters of a function, or two elements of one
// container. Whoever calls with the two exchanged takes them in the other order.
//
// Left out are hierarchies (a node and its parent), loops that take all locks of
// a container in turn, functions that compare the two somehow with < or >,
// which is the usual way to order them, Less methods, which a sort calls in any
// order under whatever protects what it sorts, and functions one of whose two
// nobody else knows at any call.
func (a *Analysis) Pairs() []Edge {
	var out []Edge
	for _, e := range a.edges {
		if !e.Same || e.Weak || a.prog.IsTestFunc(e.Fn) {
			continue
		}
		if (a.twoParams(e) && !a.oneIsNew(e) || twoElements(e) && !sorts(e.Fn)) && !a.ordered(e.Fn) {
			out = append(out, e)
		}
	}
	return out
}

// twoParams reports whether the locks belong to different parameters of the function.
func (a *Analysis) twoParams(e Edge) bool {
	p, q := e.FromPath.Root(), e.ToPath.Root()
	if p.Kind != access.Param || q.Kind != access.Param || p.Owner != any(e.Fn) || q.Owner != any(e.Fn) || p.Index == q.Index {
		return false
	}
	// The same way from both: a.mu and b.mu, not a.mu and b.owner.mu.
	f, g := e.FromPath.Selectors(), e.ToPath.Selectors()
	if len(f) != len(g) {
		return false
	}
	for i := range f {
		if f[i] != g[i] {
			return false
		}
	}
	return e.FromPath.Exact() && e.ToPath.Exact()
}

// oneIsNew reports whether all callers are known, and each passes an object that
// it has just made as one of the two.
func (a *Analysis) oneIsNew(e Edge) bool {
	sites, known := a.callSites(e.Fn)
	if !known {
		return false
	}
	for _, s := range sites {
		isNew := func(param int) bool {
			arg := a.prog.ArgPath(s.target, param)
			return arg != nil && a.prog.UnpublishedAt(arg, s.instr)
		}
		if s.async || !isNew(e.FromPath.Root().Index) && !isNew(e.ToPath.Root().Index) {
			return false
		}
	}
	return true
}

// sorts reports whether a function is the Less of a sort.Interface.
func sorts(fn *ssa.Function) bool {
	sig := fn.Signature
	return fn.Name() == "Less" && sig.Recv() != nil && sig.Params().Len() == 2 && sig.Results().Len() == 1
}

// twoElements reports whether the locks are elements of one container, selected
// by two values neither of which counts through it.
func twoElements(e Edge) bool {
	f, g := e.FromPath, e.ToPath
	for f.Parent() != nil && g.Parent() != nil && f.Selector() == g.Selector() && f.Selector() != access.Elem {
		f, g = f.Parent(), g.Parent()
	}
	if f.Selector() != access.Elem || g.Selector() != access.Elem || f.Parent() != g.Parent() || f == g {
		return false
	}
	for _, path := range []*access.Path{f, g} {
		indexes := path.Indexes()
		if len(indexes) == 0 {
			return false
		}
		for _, v := range ssabuild.IndexValues(indexes[0]) {
			switch v.(type) {
			case *ssa.Phi, *ssa.Next:
				return false
			}
		}
	}
	return true
}

// ordered reports whether the function compares two variables by size.
func (a *Analysis) ordered(fn *ssa.Function) bool {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			cmp, ok := instr.(*ssa.BinOp)
			if !ok {
				continue
			}
			switch cmp.Op {
			case token.LSS, token.GTR, token.LEQ, token.GEQ:
				_, x := cmp.X.(*ssa.Const)
				_, y := cmp.Y.(*ssa.Const)
				if !x && !y {
					return true
				}
			}
		}
	}
	return false
}
