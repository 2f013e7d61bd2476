package stuckchan

import (
	"fmt"
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"strconv"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
)

// mostRoom bounds a buffer of constant size: beyond it a buffer is no way to let senders go.
const mostRoom = 256

// A sender is a function that sends on a local channel: the one that makes it, or a literal that runs where it stands.
type sender struct {
	lit  *ast.FuncLit // nil for the function that makes the channel
	loop ast.Stmt     // the loop since the channel was made that starts it again and again, nil if it runs once
	body *ast.BlockStmt
	n    int // its sends
}

// room is the number of values that can be sent on a channel in its life, as an
// expression that means it where the channel is made: a number, or the length of
// what a loop goes over that starts a sender for each element. ok is false if that cannot be told.
func room(in *engine.Info, file *ast.File, v *types.Var, senders []*sender) (text string, ok bool) {
	number, length := 0, ""
	for _, s := range senders {
		n := s.n
		if s.body != nil {
			n, _ = mostSends(in, s.body.List, v, s.n)
		}
		if s.loop == nil {
			number += n
			continue
		}
		times, fixed := iterations(in, file, v, s.loop)
		switch {
		case fixed > 0:
			number += n * fixed
		case times == "" || length != "":
			return "", false
		case n > 1:
			length = strconv.Itoa(n) + "*" + times
		default:
			length = times
		}
	}
	switch {
	case number > mostRoom:
		return "", false
	case length == "":
		return strconv.Itoa(number), number > 0
	case number > 0:
		return fmt.Sprintf("%s+%d", length, number), true
	}
	return length, true
}

// mostSends is the largest number of sends on v that one pass through the statements can make, no
// more than all, and whether every pass leaves the function.
func mostSends(in *engine.Info, list []ast.Stmt, v *types.Var, all int) (most int, ends bool) {
	left := 0 // the most of those passes that have left
	branches := func(bodies [][]ast.Stmt, exhaustive bool) bool {
		on, stays := 0, !exhaustive
		for _, b := range bodies {
			n, gone := mostSends(in, b, v, all)
			if gone {
				left = max(left, most+n)
				continue
			}
			on, stays = max(on, n), true
		}
		most += on
		return !stays
	}
	for _, s := range list {
		switch s := s.(type) {
		case *ast.SendStmt:
			most++
		case *ast.ReturnStmt:
			return min(all, max(left, most)), true
		case *ast.BlockStmt:
			ends = branches([][]ast.Stmt{s.List}, true)
		case *ast.IfStmt:
			bodies := [][]ast.Stmt{s.Body.List}
			if s.Else != nil {
				bodies = append(bodies, []ast.Stmt{s.Else})
			}
			ends = branches(bodies, s.Else != nil)
		default:
			if sends(in, s, v) > 0 {
				return all, false
			}
		}
		if ends {
			return min(all, left), true
		}
	}
	return min(all, max(left, most)), false
}

// sends counts the sends on v in a node.
func sends(in *engine.Info, n ast.Node, v *types.Var) (count int) {
	ast.Inspect(n, func(n ast.Node) bool {
		if s, ok := n.(*ast.SendStmt); ok {
			if id, ok := ast.Unparen(s.Chan).(*ast.Ident); ok && in.Prog.Info.Uses[id] == types.Object(v) {
				count++
			}
		}
		return true
	})
	return count
}

// iterations is how often a loop runs at most: a number, or a length as an expression
// that has the same value where the channel is made.
func iterations(in *engine.Info, file *ast.File, v *types.Var, loop ast.Stmt) (length string, number int) {
	switch l := loop.(type) {
	case *ast.RangeStmt:
		if lit, ok := l.X.(*ast.CompositeLit); ok {
			return "", elements(in, lit)
		}
		return counted(in, file, v, l.X)
	case *ast.ForStmt:
		init, ok := l.Init.(*ast.AssignStmt)
		cond, isBinary := l.Cond.(*ast.BinaryExpr)
		post, isInc := l.Post.(*ast.IncDecStmt)
		if !ok || !isBinary || !isInc || cond.Op != token.LSS || post.Tok != token.INC || len(init.Lhs) != 1 || init.Tok != token.DEFINE {
			return "", 0
		}
		i := in.Prog.Info.Defs[init.Lhs[0].(*ast.Ident)]
		if zero := in.Prog.Info.Types[init.Rhs[0]].Value; zero == nil || constant.Sign(zero) < 0 || !names(in, cond.X, i) || !names(in, post.X, i) || changed(in, l.Body, i) {
			return "", 0
		}
		return bound(in, file, v, cond.Y)
	}
	return "", 0
}

// elements is the length of a slice or array literal without keys.
func elements(in *engine.Info, lit *ast.CompositeLit) int {
	switch in.Prog.Info.TypeOf(lit).Underlying().(type) {
	case *types.Slice, *types.Array:
	default:
		return 0
	}
	for _, e := range lit.Elts {
		if _, keyed := e.(*ast.KeyValueExpr); keyed {
			return 0
		}
	}
	return len(lit.Elts)
}

// counted is how often a range over x runs.
func counted(in *engine.Info, file *ast.File, v *types.Var, x ast.Expr) (length string, number int) {
	t := in.Prog.Info.TypeOf(x).Underlying()
	if p, ok := t.(*types.Pointer); ok {
		t = p.Elem().Underlying()
	}
	switch t.(type) {
	case *types.Slice, *types.Array:
		if id, ok := x.(*ast.Ident); ok && steady(in, file, v, id) {
			return "len(" + id.Name + ")", 0
		}
	case *types.Basic:
		return bound(in, file, v, x)
	}
	return "", 0
}

// bound is the value of an upper bound: a constant, or the length of a slice that is known before the channel is made.
func bound(in *engine.Info, file *ast.File, v *types.Var, e ast.Expr) (length string, number int) {
	if c := in.Prog.Info.Types[e].Value; c != nil {
		if n, ok := constant.Int64Val(constant.ToInt(c)); ok && n <= mostRoom {
			return "", int(n)
		}
		return "", 0
	}
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", 0
	}
	if b, ok := in.Prog.Info.Uses[calledIdent(call)].(*types.Builtin); !ok || b.Name() != "len" {
		return "", 0
	}
	return counted(in, file, v, call.Args[0])
}

func calledIdent(call *ast.CallExpr) *ast.Ident {
	id, _ := call.Fun.(*ast.Ident)
	return id
}

// steady reports whether a slice variable has its only value, under the same name, before v is declared.
func steady(in *engine.Info, file *ast.File, v *types.Var, id *ast.Ident) bool {
	x, ok := in.Prog.Info.Uses[id].(*types.Var)
	return ok && !x.IsField() && x.Parent() != in.Prog.Types.Scope() && x.Pos() < v.Pos() &&
		edit.Means(in.Prog.Info.Scopes[file], v.Pos(), id.Name) == types.Object(x) && edit.SetOnce(in.Prog.Info, in.Prog.Files, x)
}

func names(in *engine.Info, e ast.Expr, obj types.Object) bool {
	id, ok := e.(*ast.Ident)
	return ok && obj != nil && in.Prog.Info.ObjectOf(id) == obj
}

// changed reports whether a loop's body sets its counter, or lets others do so.
func changed(in *engine.Info, body ast.Node, i types.Object) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				found = found || names(in, l, i)
			}
		case *ast.IncDecStmt:
			found = found || names(in, n.X, i)
		case *ast.UnaryExpr:
			found = found || n.Op == token.AND && names(in, n.X, i)
		}
		return !found
	})
	return found
}
