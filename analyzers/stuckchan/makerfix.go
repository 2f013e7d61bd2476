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

// closeByMaker closes a local channel that its maker fills and a goroutine ranges over: with defer, or after the
// last send where the maker then waits for somebody. A close at the end that an earlier return skips becomes a
// deferred one. Only the maker sends and closes, so nothing is sent after the close; what the goroutine does
// after its loop it now comes to.
func closeByMaker(in *engine.Info, f *skeleton.Finding) []analysis.SuggestedFix {
	b := &f.Blocked[0]
	if b.Instr.Op != explore.OpRecv || f.Assumed() {
		return nil
	}
	o, pos := in.Operations(), explore.Pos(engine.PlaceOf(b))
	if _, ranges := o.Node(pos).(*ast.RangeStmt); !ranges {
		return nil
	}
	file, v := local(in, o.SubjectExpr(pos))
	if v == nil {
		return nil
	}
	m, ok := makerOf(in, file, v)
	if !ok {
		return nil
	}
	rest := m.body.List[m.made+1:]
	deferring := edit.Insert(m.body.List[m.made].End(), "\ndefer close("+v.Name()+")")
	switch {
	case m.closed < 0 && !waits(in, v, rest) && !waitsDeferred(rest):
		return []analysis.SuggestedFix{{Message: "Close " + v.Name() + " with defer", TextEdits: []analysis.TextEdit{deferring}}}
	case m.closed < 0:
		at := m.body.List[m.sent].End()
		if waits(in, v, m.body.List[m.made+1:m.sent+1]) || returns(m.body.List[m.made+1:m.sent+1]) {
			return nil
		}
		return []analysis.SuggestedFix{{Message: "Close " + v.Name() + " after the last send", TextEdits: []analysis.TextEdit{edit.Insert(at, "\nclose("+v.Name()+")")}}}
	}
	from, after := m.body.List[m.closed-1].End(), m.body.List[m.closed+1:]
	if !returns(m.body.List[m.made:m.closed]) || len(after) > 1 || len(after) == 1 && !leavesOnly(after[0]) || waitsDeferred(rest) {
		return nil
	}
	if edit.Commented(file, from, m.body.List[m.closed].Pos()) {
		from = m.body.List[m.closed].Pos() // a comment stays
	}
	return []analysis.SuggestedFix{{Message: "Close " + v.Name() + " with defer", TextEdits: []analysis.TextEdit{deferring, edit.Cut(from, m.body.List[m.closed].End())}}}
}

// A maker is a function that makes a channel in its outermost block and is the only one to send on it and to close it.
type maker struct {
	body               *ast.BlockStmt
	made, sent, closed int // the statements that make it, send on it last, and close it; closed is -1 if none does
}

func makerOf(in *engine.Info, file *ast.File, v *types.Var) (m maker, ok bool) {
	_, path := edit.Enclosing(in.Prog.Files, v.Pos())
	_, m.body = edit.EnclosingFunc(path)
	if m.body == nil {
		return m, false
	}
	m.made, m.sent, m.closed = -1, -1, -1
	ok = true
	eachName(in, file, v, func(id *ast.Ident, stack []ast.Node) {
		at := statementOf(m.body, id.Pos())
		if in.Prog.Info.Defs[id] == v {
			m.made = at
			ok = ok && at >= 0 && madeBy(stack, id) != nil
			return
		}
		switch p := parent(stack).(type) {
		case *ast.SendStmt:
			ok = ok && p.Chan == ast.Expr(id) && !inLiteralSince(stack, v.Pos())
			m.sent = max(m.sent, at)
		case *ast.RangeStmt:
			ok = ok && inLiteralSince(stack, v.Pos())
		case *ast.CallExpr:
			switch fun, _ := p.Fun.(*ast.Ident); {
			case fun == nil:
				ok = false
			case fun.Name == "close":
				es, isStmt := m.body.List[max(at, 0)].(*ast.ExprStmt)
				ok = ok && m.closed < 0 && isStmt && es.X == ast.Expr(p)
				m.closed = at
			default:
				ok = ok && fun.Name == "len"
			}
		default:
			ok = false
		}
	})
	return m, ok && m.made >= 0 && m.sent > m.made && (m.closed < 0 || m.closed > m.sent)
}

// statementOf is the statement of a body that holds a position, -1 if it lies outside.
func statementOf(body *ast.BlockStmt, pos token.Pos) int {
	for i, s := range body.List {
		if s.Pos() <= pos && pos < s.End() {
			return i
		}
	}
	return -1
}

func inLiteralSince(stack []ast.Node, pos token.Pos) bool {
	for _, n := range stack {
		if lit, ok := n.(*ast.FuncLit); ok && lit.Pos() > pos {
			return true
		}
	}
	return false
}

// waits reports whether statements may wait for another goroutine, other than by sending on v.
func waits(in *engine.Info, v *types.Var, list []ast.Stmt) (found bool) {
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit, *ast.DeferStmt:
				return false
			case *ast.SendStmt:
				found = found || !names(in, ast.Unparen(n.Chan), v)
			case *ast.UnaryExpr:
				found = found || n.Op == token.ARROW
			case *ast.SelectStmt:
				found = true
			case *ast.RangeStmt:
				_, isChan := in.Prog.Info.TypeOf(n.X).Underlying().(*types.Chan)
				found = found || isChan
			case *ast.CallExpr:
				found = found || edit.CalledName(n) == "Wait"
			}
			return !found
		})
	}
	return found
}

// waitsDeferred reports whether a call that is deferred after the channel is made may wait: it runs before a
// close that is deferred then.
func waitsDeferred(list []ast.Stmt) (found bool) {
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			d, ok := n.(*ast.DeferStmt)
			found = found || ok && waitsAnywhere(d)
			return !found
		})
	}
	return found
}

func waitsAnywhere(n ast.Node) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW
		case *ast.SendStmt, *ast.SelectStmt, *ast.RangeStmt:
			found = true
		case *ast.CallExpr:
			found = found || edit.CalledName(n) == "Wait"
		}
		return !found
	})
	return found
}

// returns reports whether statements may leave the function.
func returns(list []ast.Stmt) (found bool) {
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			if _, ok := n.(*ast.FuncLit); ok {
				return false
			}
			_, ok := n.(*ast.ReturnStmt)
			found = found || ok
			return !found
		})
	}
	return found
}

// leavesOnly reports whether a statement is a return of names and constants.
func leavesOnly(s ast.Stmt) bool {
	ret, ok := s.(*ast.ReturnStmt)
	if !ok {
		return false
	}
	for _, r := range ret.Results {
		if _, literal := r.(*ast.BasicLit); !literal && !edit.Plain(r) {
			return false
		}
	}
	return true
}
