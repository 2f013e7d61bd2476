package spinwait

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/polls"
)

func exprString(e ast.Expr) string { return types.ExprString(e) }

// fixDefault removes an empty default. The select then waits until one of its
// cases can go on, which is the only thing the loop could do before either.
func fixDefault(in *engine.Info, w polls.Wait, loop ast.Stmt) []analysis.SuggestedFix {
	var clause *ast.CommClause
	for _, n := range path(in, w.Instr.Pos()) {
		sel, ok := n.(*ast.SelectStmt)
		if !ok {
			continue
		}
		for _, s := range sel.Body.List {
			if c := s.(*ast.CommClause); c.Comm == nil {
				clause = c
			}
		}
		break
	}
	if clause == nil || !onlyIdles(clause.Body) || commented(in, clause) {
		return nil
	}
	end := clause.End()
	return []analysis.SuggestedFix{{Message: "Remove the default so that select waits", TextEdits: []analysis.TextEdit{{Pos: lineStart(in, clause.Pos()), End: lineEnd(in, end)}}}}
}

// onlyIdles accepts nothing, continue, and runtime.Gosched.
func onlyIdles(body []ast.Stmt) bool {
	for _, s := range body {
		switch s := s.(type) {
		case *ast.BranchStmt:
			if s.Tok != token.CONTINUE {
				return false
			}
		default:
			return false
		}
	}
	return true
}

// commented reports whether a comment stands in the clause, which a removal would lose.
func commented(in *engine.Info, clause *ast.CommClause) bool {
	for _, f := range in.Prog.Files {
		if f.FileStart > clause.Pos() || clause.Pos() > f.FileEnd {
			continue
		}
		for _, g := range f.Comments {
			if g.Pos() >= clause.Pos() && in.Prog.Fset.Position(g.Pos()).Line <= in.Prog.Fset.Position(clause.End()).Line {
				return true
			}
		}
	}
	return false
}

// lineStart is the start of the line of pos, lineEnd the start of the next one.
func lineStart(in *engine.Info, pos token.Pos) token.Pos {
	f := in.Prog.Fset.File(pos)
	return f.LineStart(f.Line(pos))
}

func lineEnd(in *engine.Info, pos token.Pos) token.Pos {
	f := in.Prog.Fset.File(pos)
	if n := f.Line(pos); n < f.LineCount() {
		return f.LineStart(n + 1)
	}
	return pos
}

// fixBreak leaves the loop where the source says break and means it, or continue,
// or nothing at all. What is received or done in the other cases stays as it is.
func fixBreak(in *engine.Info, w polls.Wait, loop ast.Stmt) []analysis.SuggestedFix {
	nodes := path(in, w.Pos)
	if loop == nil {
		return nil
	}
	stmt, edits := leaving(in, nodes, loop)
	if stmt == "" {
		return nil
	}
	title := "Leave the loop"
	if stmt == "return" {
		title = "Return"
	}
	for _, n := range nodes {
		if n == ast.Node(loop) {
			break
		}
		clause, ok := n.(*ast.CommClause)
		if !ok {
			continue
		}
		if len(clause.Body) == 0 {
			return fix(title+" in this case", append(edits, edit.Insert(clause.Colon+1, "\n"+stmt)))
		}
		if br := branch(clause.Body, token.BREAK); br != nil {
			return fix(title+" instead of breaking out of select", append(edits, edit.Replace(br, stmt)))
		}
		return nil
	}
	if body := bodyOf(loop); body != nil {
		for i, s := range body.List {
			if s.Pos() <= w.Pos && w.Pos < s.End() && i+1 < len(body.List) {
				if test, ok := body.List[i+1].(*ast.IfStmt); ok && test.Init == nil && test.Else == nil && negated(test.Cond) {
					if br := branch(test.Body.List, token.CONTINUE); br != nil {
						return fix(title+" instead of going on", append(edits, edit.Replace(br, stmt)))
					}
				}
			}
		}
	}
	return nil
}

func fix(title string, edits []analysis.TextEdit) []analysis.SuggestedFix {
	return []analysis.SuggestedFix{{Message: title, TextEdits: edits}}
}

func negated(e ast.Expr) bool {
	u, ok := e.(*ast.UnaryExpr)
	return ok && u.Op == token.NOT
}

func bodyOf(loop ast.Stmt) *ast.BlockStmt {
	switch l := loop.(type) {
	case *ast.ForStmt:
		return l.Body
	case *ast.RangeStmt:
		return l.Body
	}
	return nil
}

// branch is the first branch without a label in statements that belongs to what is around them.
func branch(list []ast.Stmt, tok token.Token) (br *ast.BranchStmt) {
	for _, s := range list {
		ast.Inspect(s, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.SelectStmt, *ast.TypeSwitchStmt, *ast.FuncLit:
				return false // a branch in there means something else
			case *ast.BranchStmt:
				if n.Tok == tok && n.Label == nil && br == nil {
					br = n
				}
			}
			return true
		})
	}
	return br
}

// leaving is a statement that leaves the loop from inside of it: a return where
// nothing follows and nothing is returned, else a break with the loop's label, which is
// added if there is none. A function with results must have something behind the loop.
func leaving(in *engine.Info, nodes []ast.Node, loop ast.Stmt) (stmt string, edits []analysis.TextEdit) {
	for i, n := range nodes {
		if n != ast.Node(loop) || i+1 >= len(nodes) {
			continue
		}
		parent, whole := nodes[i+1], loop
		label := ""
		if l, ok := parent.(*ast.LabeledStmt); ok && i+2 < len(nodes) {
			label, parent, whole = l.Label.Name, nodes[i+2], l
		}
		block, ok := parent.(*ast.BlockStmt)
		if !ok {
			return "", nil
		}
		ftype, body := edit.EnclosingFunc(nodes[i:])
		last := block.List[len(block.List)-1] == whole
		switch {
		case ftype == nil || last && ftype.Results != nil:
			return "", nil
		case last && block == body:
			return "return", nil
		case label != "":
			return "break " + label, nil
		case labels(body)["loop"]:
			return "", nil
		}
		return "break loop", []analysis.TextEdit{edit.Insert(loop.Pos(), "loop:\n")}
	}
	return "", nil
}

// labels are the names of the labels in a function.
func labels(body *ast.BlockStmt) map[string]bool {
	names := map[string]bool{}
	ast.Inspect(body, func(n ast.Node) bool {
		if l, ok := n.(*ast.LabeledStmt); ok {
			names[l.Label.Name] = true
		}
		return true
	})
	return names
}
