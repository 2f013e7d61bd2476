package stuckchan

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
)

// fixes offers a buffer of one where a goroutine blocks on the only send of a
// local channel. Behaviour is preserved for every receiver: the value still
// arrives once, in order, before a close; only the sender no longer waits for the
// receiver, which it could not rely on anyway. Only one send may run for the channel,
// outside loops that the channel outlives, or a second one would block.
func fixes(in *engine.Info, f *skeleton.Finding) []analysis.SuggestedFix {
	b := &f.Blocked[0]
	if b.Instr.Op != explore.OpSend || f.Assumed() {
		return nil
	}
	o := in.Operations()
	send, ok := o.Node(explore.Pos(engine.PlaceOf(b))).(*ast.SendStmt)
	if !ok {
		return nil
	}
	file, v := local(in, send.Chan)
	if v == nil {
		return nil
	}
	use := usesOf(in, file, v)
	if use.made == nil || use.passed || use.loop || use.sends != 1 && !in.Interleavings().OneSend(use.made.Lparen) {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message:   "Give " + v.Name() + " a buffer of one",
		TextEdits: []analysis.TextEdit{{Pos: use.made.Rparen, End: use.made.Rparen, NewText: []byte(", 1")}},
	}}
}

// local is the variable of a function that an expression names, with its file; nil if it is something else.
func local(in *engine.Info, e ast.Expr) (*ast.File, *types.Var) {
	id, ok := ast.Unparen(e).(*ast.Ident)
	if !ok {
		return nil, nil
	}
	v, ok := in.Prog.Info.Uses[id].(*types.Var)
	file, _ := edit.Enclosing(in.Prog.Files, id.Pos())
	if !ok || v.Parent() == in.Prog.Types.Scope() || file == nil {
		return nil, nil
	}
	return file, v
}

// eachName calls visit for the names of a variable in a file, its declaration included, with the nodes around each, innermost last.
func eachName(in *engine.Info, file *ast.File, v *types.Var, visit func(id *ast.Ident, stack []ast.Node)) {
	var stack []ast.Node
	ast.Inspect(file, func(n ast.Node) bool {
		if n == nil {
			stack = stack[:len(stack)-1]
			return true
		}
		stack = append(stack, n)
		if id, ok := n.(*ast.Ident); ok && in.Prog.Info.ObjectOf(id) == v {
			visit(id, stack)
		}
		return true
	})
}

// channelUse is how a file uses a local channel variable.
type channelUse struct {
	made   *ast.CallExpr // its only definition, make(chan T)
	sends  int
	passed bool // used in another way than send, receive, range, close, len: others may send
	loop   bool // the send may run again for the same channel
}

func usesOf(in *engine.Info, file *ast.File, v *types.Var) channelUse {
	var u channelUse
	defs := 0
	eachName(in, file, v, func(id *ast.Ident, stack []ast.Node) {
		if in.Prog.Info.Defs[id] == v {
			defs++
			u.made = madeBy(stack, id)
			return
		}
		switch p := parent(stack).(type) {
		case *ast.SendStmt:
			if p.Chan != ast.Expr(id) {
				u.passed = true
				break
			}
			u.sends++
			u.loop = u.loop || inLoopSince(stack, v.Pos()) || !startedOnce(stack, v.Pos())
		case *ast.UnaryExpr:
			u.passed = u.passed || p.Op != token.ARROW
		case *ast.RangeStmt:
		case *ast.CallExpr:
			fun, ok := p.Fun.(*ast.Ident)
			u.passed = u.passed || !ok || fun.Name != "close" && fun.Name != "len"
		default:
			u.passed = true
		}
	})
	if defs != 1 {
		u.made = nil
	}
	return u
}

func parent(stack []ast.Node) ast.Node {
	if len(stack) < 2 {
		return nil
	}
	return stack[len(stack)-2]
}

// madeBy is the call of `id := make(chan T)` without size, nil for other definitions.
func madeBy(stack []ast.Node, id *ast.Ident) *ast.CallExpr {
	var rhs []ast.Expr
	index := -1
	switch p := parent(stack).(type) {
	case *ast.AssignStmt:
		rhs = p.Rhs
		for i, l := range p.Lhs {
			if l == ast.Expr(id) {
				index = i
			}
		}
		if len(p.Lhs) != len(p.Rhs) {
			return nil
		}
	case *ast.ValueSpec:
		rhs = p.Values
		for i, l := range p.Names {
			if l == id {
				index = i
			}
		}
	}
	if index < 0 || index >= len(rhs) {
		return nil
	}
	call, ok := rhs[index].(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return nil
	}
	if fun, ok := call.Fun.(*ast.Ident); !ok || fun.Name != "make" {
		return nil
	}
	return call
}

// startedOnce reports whether the literals around the innermost node, as far as they
// begin after pos, are run where they stand: by go, or by a plain call. A literal that
// is kept or handed on may run many times, and send as often.
func startedOnce(stack []ast.Node, pos token.Pos) bool {
	for i, n := range stack {
		if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() > pos {
			if call, ok := stack[i-1].(*ast.CallExpr); !ok || call.Fun != ast.Expr(lit) {
				return false
			}
		}
	}
	return true
}

// inLoopSince reports whether the innermost node lies in a loop that begins after pos.
func inLoopSince(stack []ast.Node, pos token.Pos) bool {
	for _, n := range stack {
		switch n.(type) {
		case *ast.ForStmt, *ast.RangeStmt:
			if n.Pos() > pos {
				return true
			}
		}
	}
	return false
}
