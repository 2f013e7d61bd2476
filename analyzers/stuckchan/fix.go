package stuckchan

import (
	"go/ast"
	"go/constant"
	"go/token"
	"go/types"
	"slices"
	"strconv"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
)

// fixes offers room for all that is sent where a goroutine blocks on a send on a local channel. Behaviour is preserved
// for every receiver: the values still arrive once, in order, before a close; only the senders no longer wait for the
// receiver, which they could not rely on anyway. How often the sends can run must be known: once where they stand, or
// once for each element of a loop that starts a goroutine.
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
	if use.made == nil || use.passed || use.loop {
		return nil
	}
	n := "1"
	if len(use.senders) > 1 || use.senders[0].loop != nil || use.sends != 1 && !in.Interleavings().OneSend(use.made.Lparen) {
		if n, ok = room(in, file, v, use.senders); !ok {
			return nil
		}
	}
	change := analysis.TextEdit{Pos: use.made.Rparen, End: use.made.Rparen, NewText: []byte(", " + n)}
	if len(use.made.Args) == 2 {
		has, isNumber := constantOf(in, use.made.Args[1])
		if needs, err := strconv.Atoi(n); !isNumber || err == nil && needs <= has {
			return nil // it has the room already, as far as can be seen
		}
		change = edit.Replace(use.made.Args[1], n)
	}
	if n == "1" {
		n = "one"
	}
	return []analysis.SuggestedFix{{Message: "Give " + v.Name() + " a buffer of " + n, TextEdits: []analysis.TextEdit{change}}}
}

func constantOf(in *engine.Info, e ast.Expr) (n int, ok bool) {
	c := in.Prog.Info.Types[e].Value
	if c == nil {
		return 0, false
	}
	i, ok := constant.Int64Val(constant.ToInt(c))
	return int(i), ok
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
	made    *ast.CallExpr // its only definition, make(chan T) or make(chan T, n)
	sends   int
	senders []*sender
	passed  bool // used in another way than send, receive, range, close, len: others may send
	loop    bool // how often a send runs for the same channel cannot be told
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
			u.passed = u.passed || tried(stack)
			u.loop = u.loop || !startedOnce(in, stack, v.Pos()) || !u.by(stack, v.Pos())
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

// tried reports whether the innermost send is a case of a select with a default: with room it would succeed more often.
func tried(stack []ast.Node) bool {
	if len(stack) < 5 {
		return false
	}
	clause, ok := stack[len(stack)-3].(*ast.CommClause)
	sel, isSelect := stack[len(stack)-5].(*ast.SelectStmt)
	return ok && isSelect && clause.Comm == stack[len(stack)-2] && slices.ContainsFunc(sel.Body.List, func(s ast.Stmt) bool {
		c, ok := s.(*ast.CommClause)
		return ok && c.Comm == nil
	})
}

// by counts a send for the function around it; false if it runs in a loop of that function, or a loop in a loop starts that.
func (u *channelUse) by(stack []ast.Node, since token.Pos) bool {
	s := &sender{n: 1}
	inside := false // a loop of the function itself
	for _, n := range stack {
		if n.Pos() <= since {
			continue
		}
		switch n := n.(type) {
		case *ast.FuncLit:
			s.lit, s.body, inside = n, n.Body, false
		case *ast.ForStmt, *ast.RangeStmt:
			if s.loop != nil {
				return false
			}
			s.loop, inside = n.(ast.Stmt), true
		}
	}
	if inside {
		return false
	}
	for _, old := range u.senders {
		if old.lit == s.lit {
			old.n++
			return true
		}
	}
	u.senders = append(u.senders, s)
	return true
}

func parent(stack []ast.Node) ast.Node {
	if len(stack) < 2 {
		return nil
	}
	return stack[len(stack)-2]
}

// madeBy is the call of make that defines a channel variable, nil for other definitions.
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
	if !ok {
		return nil
	}
	if fun, ok := call.Fun.(*ast.Ident); !ok || fun.Name != "make" {
		return nil
	}
	return call
}

// startedOnce reports whether the literals around the innermost node, as far as they
// begin after pos, are run where they stand: by go, by a plain call, or by the Go method of a group. A literal that
// is kept or handed on may run many times, and send as often.
func startedOnce(in *engine.Info, stack []ast.Node, pos token.Pos) bool {
	for i, n := range stack {
		if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() > pos {
			call, ok := stack[i-1].(*ast.CallExpr)
			if !ok || call.Fun != ast.Expr(lit) && !goes(in, call) {
				return false
			}
		}
	}
	return true
}

// goes reports whether a call is of the method Go of a WaitGroup or an error group, which runs its function once.
func goes(in *engine.Info, call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Go" {
		return false
	}
	_, known := in.Prog.EffectOfCall(call)
	return known
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
