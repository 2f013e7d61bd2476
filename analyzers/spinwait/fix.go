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

// fixBreak turns the unlabelled break of a select case into a return, which
// leaves the loop as the break was meant to. It is offered only where the loop
// is the last statement of a function without results: there return and leaving
// the loop are the same.
func fixBreak(in *engine.Info, w polls.Wait, loop ast.Stmt) []analysis.SuggestedFix {
	nodes := path(in, w.Pos)
	var clause *ast.CommClause
	for _, n := range nodes {
		if c, ok := n.(*ast.CommClause); ok {
			clause = c
			break
		}
	}
	if clause == nil || loop == nil || !lastStatement(nodes, loop) {
		return nil
	}
	var br *ast.BranchStmt
	ast.Inspect(clause, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.SelectStmt, *ast.TypeSwitchStmt, *ast.FuncLit:
			return false // a break in there means something else
		case *ast.BranchStmt:
			if n.Tok == token.BREAK && n.Label == nil && br == nil {
				br = n
			}
		}
		return true
	})
	if br == nil {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Return instead of breaking out of select", TextEdits: []analysis.TextEdit{edit.Replace(br, "return")}}}
}

func lastStatement(nodes []ast.Node, loop ast.Stmt) bool {
	for i, n := range nodes {
		if n != ast.Node(loop) || i+2 >= len(nodes) {
			continue
		}
		block, ok := nodes[i+1].(*ast.BlockStmt)
		if !ok || block.List[len(block.List)-1] != loop {
			return false
		}
		switch fn := nodes[i+2].(type) {
		case *ast.FuncDecl:
			return fn.Type.Results == nil
		case *ast.FuncLit:
			return fn.Type.Results == nil
		}
		return false
	}
	return false
}
