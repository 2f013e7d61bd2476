package errs

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/pattern"
)

// A use says what the source does with the result of a call. SSA form cannot
// tell f() from _ = f(): neither has a reader.
type use uint8

const (
	used      use = iota // an operand, or assigned to variables
	dropped              // a statement of its own
	blanked              // every result goes to the blank identifier
	errBlank             // the last result goes to the blank identifier, others do not
	goCall               // of a go statement
	deferCall            // of a defer statement
)

// syntax remembers how calls stand in the source, by the position of their
// opening parenthesis, and where comments say that an error is not wanted.
type syntax struct {
	prog     *ssabuild.Program
	uses     map[token.Pos]use
	calls    map[token.Pos]*ast.CallExpr
	results  map[token.Pos][]ast.Expr // what the results of a call are assigned to
	excuses  map[string]map[int]bool  // file name and line
	excusing *pattern.Pattern
}

// excuse matches comments that explain why an error, or an end, does not matter.
var excuse = pattern.New(`(?i)\berrors?\b|\berr\b|ignor|best.?effort|nolint|fire.and.forget|detach|intentional|on purpose|deliberate|don'?t care|doesn'?t matter|not matter|result|errcheck|background`)

func newSyntax(prog *ssabuild.Program) *syntax {
	s := &syntax{
		prog: prog, excusing: excuse,
		uses:    make(map[token.Pos]use),
		calls:   make(map[token.Pos]*ast.CallExpr),
		results: make(map[token.Pos][]ast.Expr),
		excuses: make(map[string]map[int]bool),
	}
	for _, f := range prog.Files {
		ast.Inspect(f, s.visit)
		s.comments(f)
	}
	return s
}

func (s *syntax) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		s.calls[n.Lparen] = n
	case *ast.ExprStmt:
		s.note(n.X, dropped)
	case *ast.GoStmt:
		s.note(n.Call, goCall)
	case *ast.DeferStmt:
		s.note(n.Call, deferCall)
	case *ast.ValueSpec:
		lhs := make([]ast.Expr, len(n.Names))
		for i, id := range n.Names {
			lhs[i] = id
		}
		s.assigned(lhs, n.Values)
	case *ast.AssignStmt:
		s.assigned(n.Lhs, n.Rhs)
		if len(n.Rhs) != 1 {
			break
		}
		all := true
		for _, l := range n.Lhs {
			all = all && isBlank(l)
		}
		switch {
		case all:
			s.note(n.Rhs[0], blanked)
		case isBlank(n.Lhs[len(n.Lhs)-1]):
			s.note(n.Rhs[0], errBlank)
		}
	}
	return true
}

func (s *syntax) assigned(lhs, rhs []ast.Expr) {
	for i, r := range rhs {
		at := token.NoPos
		r = ast.Unparen(r)
		if ref, ok := r.(*ast.UnaryExpr); ok && ref.Op == token.AND {
			r = ast.Unparen(ref.X)
		}
		switch r := r.(type) {
		case *ast.CallExpr:
			at = r.Lparen
		case *ast.CompositeLit:
			at = r.Lbrace
		}
		switch {
		case !at.IsValid():
		case len(rhs) == 1:
			s.results[at] = lhs
		case i < len(lhs):
			s.results[at] = lhs[i : i+1]
		}
	}
}

// nameOf is the variable that result i of the call, or the composite literal, at pos is assigned to, "" if there is none.
func (s *syntax) nameOf(pos token.Pos, i int) string {
	if lhs := s.results[pos]; i < len(lhs) {
		if name := types.ExprString(lhs[i]); name != "_" {
			return name
		}
	}
	return ""
}

func isBlank(e ast.Expr) bool {
	id, ok := e.(*ast.Ident)
	return ok && id.Name == "_"
}

func (s *syntax) note(e ast.Expr, u use) {
	if call, ok := ast.Unparen(e).(*ast.CallExpr); ok {
		s.uses[call.Lparen] = u
	}
}

func (s *syntax) comments(f *ast.File) {
	lines := make(map[int]bool)
	for _, g := range f.Comments {
		for _, c := range g.List {
			if !s.excusing.MatchString(c.Text) || strings.Contains(c.Text, "// want") {
				continue
			}
			// A comment speaks of its own lines and of the line below the group.
			from, to := s.prog.Fset.Position(c.Pos()).Line, s.prog.Fset.Position(g.End()).Line
			for l := from; l <= to+1; l++ {
				lines[l] = true
			}
		}
	}
	if len(lines) > 0 {
		s.excuses[s.prog.Fset.Position(f.FileStart).Filename] = lines
	}
}

// excused reports whether a comment at the line, or right above it, says why the loss does not matter.
func (s *syntax) excused(pos token.Pos) bool {
	at := s.prog.Fset.Position(pos)
	return s.excuses[at.Filename][at.Line]
}
