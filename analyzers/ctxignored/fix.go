package ctxignored

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/timeouts"
)

// fixRoot puts the context at hand in place of context.Background(). Only where
// the root is written in the call itself: a variable may have other users.
func fixRoot(in *engine.Info, f timeouts.Fresh) []analysis.SuggestedFix {
	call, root := callAt(in, f.Call), callAt(in, f.Root)
	if call == nil || root == nil || root.Pos() < call.Pos() || call.End() < root.End() || !means(in, f.Hand, root.Pos()) {
		return nil
	}
	edits := []analysis.TextEdit{edit.Replace(root, spell(f.Hand))}
	if lastUse(in, root) {
		return nil // the import of context would be left unused
	}
	return []analysis.SuggestedFix{{Message: "Pass " + spell(f.Hand) + " on", TextEdits: edits}}
}

// means reports whether the parameter's name is the parameter at pos.
func means(in *engine.Info, hand *ssa.Parameter, pos token.Pos) bool {
	scope := in.Prog.Types.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(hand.Name(), pos)
	return obj == hand.Object()
}

// lastUse reports whether the file names its context package nowhere but in call.
func lastUse(in *engine.Info, call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	id, ok := sel.X.(*ast.Ident)
	if !ok {
		return false
	}
	pkg := in.Prog.Info.Uses[id]
	file := in.Prog.Fset.File(call.Pos())
	for use, obj := range in.Prog.Info.Uses {
		if obj == pkg && use != id && in.Prog.Fset.File(use.Pos()) == file {
			return false
		}
	}
	return true
}

// fixWait lets a statement that waits end with the context: it becomes a select
// that returns when the context has ended. Offered only where what to return is
// plain: nothing, or ctx.Err() after zero values.
func fixWait(in *engine.Info, u timeouts.Unheeded) []analysis.SuggestedFix {
	nodes := path(in, u.Pos)
	if !means(in, u.Ctx, u.Pos) {
		return nil
	}
	for _, n := range nodes {
		stmt, ok := n.(ast.Stmt)
		if !ok {
			continue
		}
		wait := waitOf(in, stmt)
		ret, known := returning(u)
		if wait == "" || !known || labelled(nodes) {
			return nil
		}
		indent := strings.Repeat("\t", in.Prog.Fset.Position(stmt.Pos()).Column-1)
		var b strings.Builder
		b.WriteString("select {\n" + indent + "case " + wait + ":\n")
		b.WriteString(indent + "case <-" + u.Ctx.Name() + ".Done():\n" + indent + "\t" + ret + "\n" + indent + "}")
		return []analysis.SuggestedFix{{Message: "Select on " + u.Ctx.Name() + ".Done() too", TextEdits: []analysis.TextEdit{edit.Replace(stmt, b.String())}}}
	}
	return nil
}

// waitOf is the select case that stands for a statement: a send, a receive
// whose value is dropped or assigned, a sleep.
func waitOf(in *engine.Info, stmt ast.Stmt) string {
	switch stmt := stmt.(type) {
	case *ast.SendStmt:
		return plain(stmt.Chan) + " <- " + plain(stmt.Value)
	case *ast.ExprStmt:
		switch x := stmt.X.(type) {
		case *ast.UnaryExpr:
			if x.Op == token.ARROW {
				return plain(x)
			}
		case *ast.CallExpr:
			sel, ok := x.Fun.(*ast.SelectorExpr)
			if ok && sel.Sel.Name == "Sleep" && len(x.Args) == 1 {
				if fn, ok := in.Prog.Info.Uses[sel.Sel].(*types.Func); ok && fn.FullName() == "time.Sleep" {
					return "<-" + types.ExprString(sel.X) + ".After(" + plain(x.Args[0]) + ")"
				}
			}
		}
	}
	return ""
}

// plain is the source of an expression; "" with a function body in it, which is abbreviated.
func plain(e ast.Expr) string {
	whole := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.CompositeLit:
			whole = false
		}
		return whole
	})
	if !whole {
		return ""
	}
	return types.ExprString(e)
}

// returning is the statement that leaves the function when its context has ended.
func returning(u timeouts.Unheeded) (stmt string, ok bool) {
	res := u.Fn.Signature.Results()
	if res.Len() == 0 {
		return "return", true
	}
	if !types.Identical(res.At(res.Len()-1).Type(), types.Universe.Lookup("error").Type()) {
		return "", false
	}
	var vals []string
	for i := range res.Len() - 1 {
		switch t := res.At(i).Type().Underlying().(type) {
		case *types.Basic:
			switch {
			case t.Info()&types.IsString != 0:
				vals = append(vals, `""`)
			case t.Info()&types.IsBoolean != 0:
				vals = append(vals, "false")
			case t.Info()&types.IsNumeric != 0:
				vals = append(vals, "0")
			default:
				return "", false
			}
		case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature, *types.Interface:
			if _, param := types.Unalias(res.At(i).Type()).(*types.TypeParam); param {
				return "", false
			}
			vals = append(vals, "nil")
		default:
			return "", false
		}
	}
	return "return " + strings.Join(append(vals, u.Ctx.Name()+".Err()"), ", "), true
}

// labelled reports whether the statement is a part of another one: a case of a
// select, or the initialiser of an if.
func labelled(nodes []ast.Node) bool {
	for i, n := range nodes {
		if _, ok := n.(ast.Stmt); ok && i+1 < len(nodes) {
			switch parent := nodes[i+1].(type) {
			case *ast.BlockStmt:
				return false
			case *ast.CaseClause:
				return false
			case *ast.CommClause:
				return parent.Comm == n
			}
			return true
		}
	}
	return true
}
