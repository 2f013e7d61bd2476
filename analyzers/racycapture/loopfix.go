package racycapture

import (
	"go/ast"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// ownCopy gives each iteration a variable of its own, before the statement that starts the goroutine, as all loops do
// from go1.22 on. It is offered if nothing in the loop's body sets the variable or takes its address, so that the copy
// has the same value wherever the body names it.
func ownCopy(in *engine.Info, c *accesses.Conflict) []analysis.SuggestedFix {
	v, thread := variable(c), c.Meeting.A.Thread
	if thread == nil {
		thread = c.Meeting.B.Thread
	}
	if v == nil || thread == nil || thread.Fn != v.Parent() {
		return nil
	}
	obj := object(in, v)
	if obj == nil {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(thread.Site))
	list, at := edit.Listed(path)
	if list == nil {
		return nil
	}
	for _, n := range path {
		var body *ast.BlockStmt
		switch n := n.(type) {
		case *ast.FuncLit, *ast.FuncDecl:
			return nil
		case *ast.RangeStmt:
			body = n.Body
		case *ast.ForStmt:
			body = n.Body
		default:
			continue
		}
		if n.Pos() > obj.Pos() || obj.Pos() > body.Pos() {
			continue // of a loop inside the one that declares it
		}
		if sets(in, body, obj) || edit.Means(in.Prog.Types.Scope(), list[at].Pos(), obj.Name()) != types.Object(obj) {
			return nil
		}
		return []analysis.SuggestedFix{{Message: "Copy " + obj.Name() + " for each iteration", TextEdits: []analysis.TextEdit{
			edit.Insert(list[at].Pos(), obj.Name()+" := "+obj.Name()+"\n"),
		}}}
	}
	return nil
}

// sets reports whether a node sets a variable, or lets others do so.
func sets(in *engine.Info, body ast.Node, obj *types.Var) (found bool) {
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && in.Prog.Info.Uses[id] == types.Object(obj)
	}
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				found = found || is(l)
			}
		case *ast.IncDecStmt:
			found = found || is(n.X)
		case *ast.UnaryExpr:
			found = found || n.Op.String() == "&" && is(n.X)
		case *ast.RangeStmt:
			found = found || n.Key != nil && is(n.Key) || n.Value != nil && is(n.Value)
		}
		return !found
	})
	return found
}
