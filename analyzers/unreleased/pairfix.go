package unreleased

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// counterpart is the call by which the function's other paths release a lock that
// a call of the same owner took: x.unlock() for x.lock(), or s[i].Unlock() for
// s[i].Lock(). The faulty path then makes the same call. A helper is a counterpart
// if releasing that lock is all it does. Without a call, or with two different
// ones, the release is "".
func counterpart(in *engine.Info, e *locks.Event, taken *ssa.Call, owner ast.Expr) (release string) {
	for _, b := range e.Fn.Blocks {
		for _, instr := range b.Instrs {
			site, ok := instr.(ssa.CallInstruction)
			if _, isGo := instr.(*ssa.Go); !ok || isGo || sameCallee(site, taken) || !releasesOnly(in, site.Common(), e.Held.LockOp, 0) {
				continue
			}
			call := edit.CallOrDefer(in.Prog.Files, ssabuild.InstrPos(site))
			if call == nil || len(call.Args) > 0 {
				continue
			}
			sel, ok := call.Fun.(*ast.SelectorExpr)
			if !ok || types.ExprString(sel.X) != types.ExprString(owner) {
				continue
			}
			text := types.ExprString(call)
			if release != "" && release != text {
				return ""
			}
			release = text
		}
	}
	return release
}

// sameCallee reports whether two calls are of one function, as of two that take a lock.
func sameCallee(a, b ssa.CallInstruction) bool {
	callee := a.Common().StaticCallee()
	return callee != nil && callee == b.Common().StaticCallee()
}

// releasesOnly reports whether a call releases a lock, or a lock of the class if a helper does it, and does nothing
// else that anybody could notice.
func releasesOnly(in *engine.Info, common *ssa.CallCommon, lock model.LockOp, depth int) bool {
	if eff, ok := in.Prog.Effect(common); ok {
		return eff.Op == api.Unlock && eff.Mode == lock.Mode && (depth == 0 || sameClass(in, ssabuild.Receiver(common), lock))
	}
	callee := common.StaticCallee()
	if callee == nil || depth > 2 {
		return false
	}
	if callee = in.Prog.Body(callee); callee == nil {
		return false
	}
	released := 0
	for _, b := range callee.Blocks {
		for _, instr := range b.Instrs {
			switch instr := instr.(type) {
			case *ssa.Alloc, *ssa.FieldAddr, *ssa.Return, *ssa.RunDefers, *ssa.DebugRef:
				continue
			case *ssa.UnOp:
				if instr.Op == token.MUL {
					continue
				}
				if instr.Op != token.ARROW || !sameClass(in, instr.X, lock) {
					return false
				}
			case *ssa.Send:
				if !sameClass(in, instr.Chan, lock) {
					return false
				}
			case *ssa.Call:
				if !releasesOnly(in, instr.Common(), lock, depth+1) {
					return false
				}
			default:
				return false
			}
			released++
		}
	}
	return released == 1
}

func sameClass(in *engine.Info, v ssa.Value, lock model.LockOp) bool {
	if v == nil {
		return false
	}
	class := in.Prog.Path(v).Class()
	return class != access.Class("") && class == lock.Path.Class()
}

// steady reports whether an expression, written again, names the same object: it is made of names and
// indexes, and its local variables get no second value.
func steady(in *engine.Info, e ast.Expr) bool {
	ok := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.Ident:
			v, isVar := in.Prog.Info.Uses[n].(*types.Var)
			if isVar && !v.IsField() && v.Parent() != in.Prog.Types.Scope() {
				ok = ok && edit.SetOnce(in.Prog.Info, in.Prog.Files, v)
			}
		case nil, *ast.SelectorExpr, *ast.IndexExpr, *ast.BinaryExpr, *ast.BasicLit, *ast.ParenExpr:
		default:
			ok = false
		}
		return ok
	})
	return ok
}

// releasedBelow reports whether the function of an event releases its lock behind a position.
func releasedBelow(in *engine.Info, e *locks.Event, pos token.Pos) bool {
	for _, b := range e.Fn.Blocks {
		for _, instr := range b.Instrs {
			call, ok := instr.(*ssa.Call)
			if ok && ssabuild.InstrPos(call) > pos && in.Locks.HeldAt(call).Holds(e.Held.Path, e.Held.Mode) && releasesOnly(in, call.Common(), e.Held.LockOp, 0) {
				return true
			}
		}
	}
	return false
}

// sameNames reports whether each name of an expression means the same at another place of its file.
func sameNames(in *engine.Info, e ast.Expr, at token.Pos) bool {
	file, _ := edit.Enclosing(in.Prog.Files, e.Pos())
	if file == nil {
		return false
	}
	scope, ok := in.Prog.Info.Scopes[file], true
	ast.Inspect(e, func(n ast.Node) bool {
		sel, isSel := n.(*ast.SelectorExpr)
		if isSel {
			ok = ok && sameNames(in, sel.X, at)
			return false
		}
		if id, isName := n.(*ast.Ident); isName {
			obj := edit.Means(scope, at, id.Name)
			ok = ok && obj != nil && obj == in.Prog.Info.ObjectOf(id)
		}
		return ok
	})
	return ok
}
