package racycounter

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/model"
)

// fixes offers to make the counter atomic: its declaration and every use. It is
// offered only if each use is one that an atomic type has a method for, so that
// what the program computes stays the same in every run that had no race. A test
// followed by a set does not become safe that way, and has no fix.
func fixes(in *engine.Info, race *accesses.Race, c *accesses.Conflict) []analysis.SuggestedFix {
	for _, x := range race.Group.Accesses {
		if x.Update == model.CheckSet || x.Atomic || x.Content {
			return nil
		}
	}
	v := variable(in, c)
	if v == nil {
		return nil
	}
	kind, ok := atomicKinds[basicKind(v.Type())]
	if !ok {
		return nil
	}
	r := &rewrite{in: in, v: v, kind: kind, uses: make(map[*ast.Ident]bool)}
	edits, ok := r.all()
	if !ok {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Make " + v.Name() + " an atomic." + kind.name, TextEdits: edits}}
}

// variable is the local or package variable that a conflict is about, nil for
// fields and elements, whose other uses may be anywhere.
func variable(in *engine.Info, c *accesses.Conflict) *types.Var {
	if c.Path.Depth() > 0 {
		return nil
	}
	id, ok := in.AccessExpr(c.X).(*ast.Ident)
	if !ok {
		return nil
	}
	v, ok := in.Prog.Info.Uses[id].(*types.Var)
	if !ok || v.IsField() || v.Parent() == in.Prog.Types.Scope() && v.Exported() || v.Pkg() != in.Prog.Types {
		return nil
	}
	if al, ok := c.Path.Root().Owner.(*ssa.Alloc); ok && al.Pos() != v.Pos() {
		return nil
	}
	return v
}

// An atomicKind is the atomic type that replaces a basic one; conv is the type in
// its method signatures when that is another.
type atomicKind struct {
	name, basic, conv string
	unsigned          bool
}

var atomicKinds = map[types.BasicKind]atomicKind{
	types.Int:    {name: "Int64", basic: "int", conv: "int64"},
	types.Int32:  {name: "Int32", basic: "int32"},
	types.Int64:  {name: "Int64", basic: "int64"},
	types.Uint32: {name: "Uint32", basic: "uint32", unsigned: true},
	types.Uint64: {name: "Uint64", basic: "uint64", unsigned: true},
}

// basicKind is the kind of a predeclared type; named types keep their methods and are left alone.
func basicKind(t types.Type) types.BasicKind {
	if b, ok := types.Unalias(t).(*types.Basic); ok {
		return b.Kind()
	}
	return types.Invalid
}

// A rewrite turns one variable into an atomic.
type rewrite struct {
	in    *engine.Info
	v     *types.Var
	kind  atomicKind
	uses  map[*ast.Ident]bool // still to be rewritten
	edits []analysis.TextEdit
	ok    bool
}

func (r *rewrite) all() ([]analysis.TextEdit, bool) {
	var file *ast.File
	for _, f := range r.in.Prog.Files {
		if f.FileStart <= r.v.Pos() && r.v.Pos() <= f.FileEnd {
			file = f
		}
	}
	if file == nil {
		return nil, false
	}
	for id, obj := range r.in.Prog.Info.Uses {
		if obj == r.v {
			if id.Pos() < file.FileStart || id.Pos() > file.FileEnd {
				return nil, false // one file keeps the edit small and its import simple
			}
			r.uses[id] = true
		}
	}
	name, imports, ok := edit.Import(file, r.in.Prog.Types.Scope(), r.v.Pos(), "sync/atomic")
	if !ok {
		return nil, false
	}
	r.ok = true
	declared := false
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IncDecStmt:
			r.incDec(n)
		case *ast.AssignStmt:
			declared = r.declares(n, name) || declared
			r.assign(n)
		case *ast.ValueSpec:
			declared = r.spec(n, name) || declared
		case *ast.UnaryExpr:
			if n.Op == token.AND && r.is(n.X) {
				r.ok = false // a pointer to it goes elsewhere
			}
		}
		return r.ok
	})
	if !r.ok || !declared {
		return nil, false
	}
	for id := range r.uses { // what is left is read
		load := ".Load()"
		if r.kind.conv != "" {
			r.edits = append(r.edits, edit.Insert(id.Pos(), r.kind.basic+"("), edit.Insert(id.End(), load+")"))
		} else {
			r.edits = append(r.edits, edit.Insert(id.End(), load))
		}
	}
	edits := append(imports, r.edits...)
	slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int { return cmp.Compare(a.Pos, b.Pos) })
	return edits, true
}

func (r *rewrite) is(e ast.Expr) bool {
	id, ok := ast.Unparen(e).(*ast.Ident)
	return ok && r.uses[id]
}

// done replaces a statement from its start to the right operand by a method call.
func (r *rewrite) done(target ast.Expr) { delete(r.uses, ast.Unparen(target).(*ast.Ident)) }

func (r *rewrite) incDec(s *ast.IncDecStmt) {
	if !r.is(s.X) {
		return
	}
	arg := "1"
	if s.Tok == token.DEC {
		if r.kind.unsigned {
			r.ok = false
			return
		}
		arg = "-1"
	}
	r.done(s.X)
	r.edits = append(r.edits, analysis.TextEdit{Pos: s.X.End(), End: s.End(), NewText: []byte(".Add(" + arg + ")")})
}

// assign rewrites x += e, x -= e and x = e.
func (r *rewrite) assign(s *ast.AssignStmt) {
	for _, lhs := range s.Lhs {
		if !r.is(lhs) {
			continue
		}
		if len(s.Lhs) != 1 || len(s.Rhs) != 1 || r.mentions(s.Rhs[0]) {
			r.ok = false
			return
		}
		open, end := "", ")"
		switch s.Tok {
		case token.ADD_ASSIGN:
			open = ".Add("
		case token.SUB_ASSIGN:
			if r.kind.unsigned {
				r.ok = false
				return
			}
			open, end = ".Add(-(", "))"
		case token.ASSIGN:
			open = ".Store("
		default:
			r.ok = false
			return
		}
		if r.kind.conv != "" && !r.constant(s.Rhs[0]) {
			open, end = open+r.kind.conv+"(", ")"+end
		}
		r.done(lhs)
		r.edits = append(r.edits,
			analysis.TextEdit{Pos: lhs.End(), End: s.Rhs[0].Pos(), NewText: []byte(open)},
			edit.Insert(s.Rhs[0].End(), end))
	}
}

// mentions reports whether an expression uses the variable itself.
func (r *rewrite) mentions(e ast.Expr) bool {
	found := false
	ast.Inspect(e, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && r.uses[id] {
			found = true
		}
		return !found
	})
	return found
}

func (r *rewrite) constant(e ast.Expr) bool { return r.in.Prog.Info.Types[e].Value != nil }

// declares rewrites x := 0. Other initial values would need a Store of their own.
func (r *rewrite) declares(s *ast.AssignStmt, pkg string) bool {
	if s.Tok != token.DEFINE {
		return false
	}
	for i, lhs := range s.Lhs {
		id, ok := lhs.(*ast.Ident)
		if !ok || r.in.Prog.Info.Defs[id] != r.v {
			continue
		}
		if len(s.Lhs) != 1 || len(s.Rhs) != 1 || !r.zero(s.Rhs[i]) || !r.isStatement(s) {
			r.ok = false
			return false
		}
		r.edits = append(r.edits, edit.Replace(s, fmt.Sprintf("var %s %s.%s", id.Name, pkg, r.kind.name)))
		return true
	}
	return false
}

// isStatement reports whether a definition stands by itself, not in the head of a loop or if.
func (r *rewrite) isStatement(s *ast.AssignStmt) bool {
	_, path := edit.Enclosing(r.in.Prog.Files, s.Pos())
	for i, n := range path {
		if n == ast.Node(s) && i+1 < len(path) {
			switch path[i+1].(type) {
			case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
				return true
			}
			return false
		}
	}
	return false
}

func (r *rewrite) zero(e ast.Expr) bool {
	tv := r.in.Prog.Info.Types[e]
	return tv.Value != nil && tv.Value.ExactString() == "0"
}

// spec rewrites var x int and var x = 0.
func (r *rewrite) spec(s *ast.ValueSpec, pkg string) bool {
	for _, id := range s.Names {
		if r.in.Prog.Info.Defs[id] != r.v {
			continue
		}
		if len(s.Names) != 1 || len(s.Values) == 1 && !r.zero(s.Values[0]) || len(s.Values) > 1 {
			r.ok = false
			return false
		}
		r.edits = append(r.edits, analysis.TextEdit{Pos: id.End(), End: s.End(), NewText: []byte(" " + pkg + "." + r.kind.name)})
		return true
	}
	return false
}
