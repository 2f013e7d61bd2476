package errs

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// outerContext finds functions of a group that use the context from which the
// group's context was derived, and not the group's own: they go on when another
// member has failed. A function that uses both has its reasons.
func (a *Analysis) outerContext(g *Group) {
	if g.New == nil {
		return
	}
	eff, ok := a.prog.GroupEffect(g.New.Common())
	if !ok || eff.Ctx == api.None {
		return
	}
	inner := groupContext(g.New)
	outer := ssabuild.Arg(g.New.Common(), eff.Ctx)
	if inner == nil || outer == nil {
		return // somebody who drops the group's context wants no cancellation
	}
	in, out := a.prog.Path(inner), a.prog.Path(outer)
	if in == out || !namedRoot(out) || a.sameCell(inner, outer) {
		return
	}
	for _, m := range g.Goes {
		for _, t := range a.prog.FuncsOf(m.Func) {
			if t.Fn == nil || t.Fn.Parent() == nil {
				continue
			}
			if a.mentions(t.Fn, in) {
				continue
			}
			site, arg, i := a.passedTo(t.Fn, out)
			if site == nil || a.syntax.excused(site.Pos()) {
				continue
			}
			l := Loss{Kind: OuterCtx, Instr: site, Name: a.Name(g.Path), Other: a.Name(in), At: g.New.Pos()}
			a.markArg(&l, site, arg, i)
			a.lose(l)
		}
	}
}

// groupContext is the context that a constructor returns beside the group.
func groupContext(call *ssa.Call) ssa.Value {
	for _, ref := range *call.Referrers() {
		if e, ok := ref.(*ssa.Extract); ok && e.Index == 1 {
			return e
		}
	}
	return nil
}

// namedRoot reports whether a path is a variable or parameter that a reader can find.
func namedRoot(p *access.Path) bool {
	switch p.Root().Kind {
	case access.Param, access.Cell:
		return true
	case access.Value:
		return p.Depth() == 0
	}
	return false
}

// sameCell reports whether the group's context is assigned to the variable that held the outer one.
func (a *Analysis) sameCell(inner, outer ssa.Value) bool {
	load, ok := outer.(*ssa.UnOp)
	if !ok {
		return false
	}
	cell := a.prog.Lexical(load.X)
	for _, ref := range *inner.Referrers() {
		if st, ok := ref.(*ssa.Store); ok && a.prog.Lexical(st.Addr) == cell {
			return true
		}
	}
	return false
}

// mentions reports whether a literal, or one inside it, uses a value with the path.
func (a *Analysis) mentions(fn *ssa.Function, path *access.Path) bool {
	for _, fv := range fn.FreeVars {
		if a.prog.Path(fv) == path && fv.Referrers() != nil && len(*fv.Referrers()) > 0 {
			return true
		}
	}
	return false
}

// passedTo finds the first call in a literal, or in one inside it, that takes the context with the path.
func (a *Analysis) passedTo(fn *ssa.Function, path *access.Path) (ssa.CallInstruction, ssa.Value, int) {
	for _, b := range fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if !ok {
				continue
			}
			for i, arg := range site.Common().Args {
				if isContext(arg.Type()) && a.prog.Path(arg) == path {
					return site, arg, i
				}
			}
		}
	}
	for _, inner := range fn.AnonFuncs {
		if site, arg, i := a.passedTo(inner, path); site != nil {
			return site, arg, i
		}
	}
	return nil, nil, 0
}

func isContext(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Name() == "Context" && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context"
}

// markArg makes the context argument, and its name, the place of a loss.
func (a *Analysis) markArg(l *Loss, site ssa.CallInstruction, arg ssa.Value, i int) {
	l.Join = a.Name(a.prog.Path(arg))
	call := a.syntax.calls[site.Common().Pos()]
	if call == nil {
		return
	}
	for _, e := range call.Args {
		id, ok := e.(*ast.Ident)
		if ok && a.prog.Info.Types[e].Type != nil && isContext(a.prog.Info.Types[e].Type) {
			l.Pos, l.End, l.Join = id.Pos(), id.End(), id.Name
			return
		}
	}
	l.Pos, l.End = call.Lparen, token.NoPos
}
