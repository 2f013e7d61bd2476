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

// deferClose lets the goroutine that sends on a local channel close it on every
// path: it defers the close that a path skips, or adds one for a receiver that
// ranges. Nobody else sends or closes, so nothing can be sent after the close; it
// also runs when the goroutine panics, which ends the program anyway.
func deferClose(in *engine.Info, f *skeleton.Finding) []analysis.SuggestedFix {
	b := &f.Blocked[0]
	if b.Instr.Op != explore.OpRecv || f.Assumed() {
		return nil
	}
	o := in.Operations()
	pos := engine.PlaceOf(b)
	file, v := local(in, o.SubjectExpr(explore.Pos(pos)))
	if v == nil {
		return nil
	}
	s := sendersOf(in, file, v)
	if !s.one || s.lit == nil || len(s.lit.Body.List) == 0 {
		return nil
	}
	body := s.lit.Body
	start := edit.Insert(body.List[0].Pos(), "defer close("+v.Name()+")\n")
	if s.close == nil {
		if _, ranges := o.Node(explore.Pos(pos)).(*ast.RangeStmt); !ranges {
			return nil // a single receive would get a zero value that nobody sent
		}
		return []analysis.SuggestedFix{{Message: "Close " + v.Name() + " when its sender ends", TextEdits: []analysis.TextEdit{start}}}
	}
	n := len(body.List)
	if n < 2 || body.List[n-1] != s.close {
		return nil
	}
	from := body.List[n-2].End()
	if edit.Commented(file, from, s.close.Pos()) {
		from = s.close.Pos() // a comment stays
	}
	return []analysis.SuggestedFix{{Message: "Close " + v.Name() + " with defer", TextEdits: []analysis.TextEdit{start, {Pos: from, End: s.close.End()}}}}
}

// senders are the goroutines that send on a channel or close it.
type senders struct {
	one   bool          // all of that is done by one goroutine, which is started once
	lit   *ast.FuncLit  // its function
	close *ast.ExprStmt // its only close
}

func sendersOf(in *engine.Info, file *ast.File, v *types.Var) senders {
	s := senders{one: true}
	sends := 0
	eachName(in, file, v, func(id *ast.Ident, stack []ast.Node) {
		if in.Prog.Info.Defs[id] == v {
			return
		}
		switch p := parent(stack).(type) {
		case *ast.SendStmt:
			if p.Chan != ast.Expr(id) {
				s.one = false
				break
			}
			sends++
			s.by(stack, v)
		case *ast.UnaryExpr:
			s.one = s.one && p.Op == token.ARROW
		case *ast.RangeStmt:
		case *ast.CallExpr:
			fun, ok := p.Fun.(*ast.Ident)
			switch {
			case ok && fun.Name == "len":
			case ok && fun.Name == "close" && s.close == nil:
				s.by(stack, v)
				if s.close, ok = stack[len(stack)-3].(*ast.ExprStmt); !ok {
					s.one = false
				}
			default:
				s.one = false
			}
		default:
			s.one = false
		}
	})
	s.one = s.one && sends > 0
	return s
}

// by notes that the goroutine around the innermost node uses the channel.
func (s *senders) by(stack []ast.Node, v *types.Var) {
	for i := len(stack) - 1; i > 1; i-- {
		lit, ok := stack[i].(*ast.FuncLit)
		if !ok {
			continue
		}
		// go func() { … }()
		call, ok := stack[i-1].(*ast.CallExpr)
		_, isGo := stack[i-2].(*ast.GoStmt)
		if !ok || !isGo || call.Fun != ast.Expr(lit) || s.lit != nil && s.lit != lit || inLoopSince(stack[:i], v.Pos()) {
			s.one = false
		}
		s.lit = lit
		return
	}
	s.one = false
}
