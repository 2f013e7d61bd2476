package unreleased

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
)

// A giving is the statement that gives back what a path leaves held.
type giving struct {
	what  string   // what it does, as a title says it
	stmt  string   // the statement
	owner string   // the names that it starts with
	expr  ast.Expr // owner as an expression, if it may be more than names

	paired bool // others release such locks too
}

// fits reports whether the statement means the same at pos as where the lock was taken, and is what
// the function wants there: if others release such locks too, the lock may be kept on purpose, unless
// the function itself releases it further down, which the path just does not reach.
func (g giving) fits(in *engine.Info, e *locks.Event, pos token.Pos) bool {
	if g.paired && !releasedBelow(in, e, pos) {
		return false
	}
	if g.expr != nil {
		return sameNames(in, g.expr, pos)
	}
	return sameName(in, g.owner, ssabuild.InstrPos(e.Held.Site), pos)
}

// leaving gives back on the faulty path: before its return, before the break by which it
// reaches the end, or at the end of the function if every path that comes there is
// faulty.
func leaving(in *engine.Info, e *locks.Event, g giving) []analysis.SuggestedFix {
	ret, ok := e.Leak.Exit.(*ssa.Return)
	if !ok {
		return nil
	}
	if !ret.Pos().IsValid() {
		if fix, ok := atEnd(in, e, ret, g); ok {
			return []analysis.SuggestedFix{fix}
		}
		return nil
	}
	if fix, ok := beforeReturn(in, e, g); ok {
		return []analysis.SuggestedFix{fix}
	}
	return nil
}

// beforeReturn puts the statement just before the return of the faulty path. The operands of the
// return do not depend on the lock, so the order does not matter; where one may, its
// value is taken first, as it is now.
func beforeReturn(in *engine.Info, e *locks.Event, g giving) (fix analysis.SuggestedFix, ok bool) {
	_, path := edit.Enclosing(in.Prog.Files, exitPos(e.Leak.Exit))
	for i, n := range path {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			if list, _ := edit.Listed(path[i:]); list == nil || !g.fits(in, e, n.Pos()) {
				return fix, false
			}
			edits := []analysis.TextEdit{edit.Insert(n.Pos(), g.stmt+"\n")}
			if !edit.Inert(in.Pass.TypesInfo, n) && !independent(n, g.owner) {
				if edits, ok = valueFirst(in, path[i:], n, g.stmt); !ok {
					return fix, false
				}
			}
			return analysis.SuggestedFix{Message: g.what + " before this return", TextEdits: edits}, true
		case *ast.FuncDecl, *ast.FuncLit:
			return fix, false
		}
	}
	return fix, false
}

// valueFirst keeps the value of the one operand that may depend on the lock in a
// variable, while the lock is held, and returns that. The other operands are names and constants.
func valueFirst(in *engine.Info, path []ast.Node, ret *ast.ReturnStmt, release string) ([]analysis.TextEdit, bool) {
	info := in.Prog.Info
	sig := edit.Signature(info, path)
	file, isFile := path[len(path)-1].(*ast.File)
	if sig == nil || !isFile || sig.Results().Len() != len(ret.Results) || edit.Commented(file, ret.Pos(), ret.End()) {
		return nil, false
	}
	at := -1
	for i, r := range ret.Results {
		if edit.Inert(info, &ast.ReturnStmt{Results: []ast.Expr{r}}) {
			continue
		}
		if at >= 0 || !types.Identical(info.TypeOf(r), sig.Results().At(i).Type()) {
			return nil, false
		}
		at = i
	}
	if at < 0 {
		return nil, false
	}
	name := "result"
	if types.Identical(sig.Results().At(at).Type(), types.Universe.Lookup("error").Type()) {
		name = "err"
	}
	if declared(info, path, name) || mentionsName(ret, name) || strings.HasPrefix(release, name+".") {
		return nil, false
	}
	value := ret.Results[at]
	return []analysis.TextEdit{
		{Pos: ret.Pos(), End: value.Pos(), NewText: []byte(name + " := ")},
		{Pos: value.End(), End: ret.End(), NewText: []byte("\n" + release + "\nreturn " + around(ret, at, name))},
	}, true
}

// around are the operands of a return with one replaced by a name.
func around(ret *ast.ReturnStmt, at int, name string) string {
	texts := make([]string, len(ret.Results))
	for i, r := range ret.Results {
		texts[i] = types.ExprString(r)
	}
	texts[at] = name
	return strings.Join(texts, ", ")
}

// declared reports whether the list of statements around the first node of a path declares a name itself,
// which cannot be declared there again.
func declared(info *types.Info, path []ast.Node, name string) bool {
	for _, n := range path[1:] {
		switch f := n.(type) { // the scope of a body is that of its function
		case *ast.FuncDecl:
			n = f.Type
		case *ast.FuncLit:
			n = f.Type
		}
		if scope := info.Scopes[n]; scope != nil {
			return scope.Lookup(name) != nil
		}
	}
	return true
}

func mentionsName(n ast.Node, name string) (found bool) {
	ast.Inspect(n, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return !found
	})
	return found
}

// atEnd gives back where the function ends without a return: before its closing brace if the lock is held
// whenever control comes there, else before the one break that brings it there held.
func atEnd(in *engine.Info, e *locks.Event, exit *ssa.Return, g giving) (fix analysis.SuggestedFix, ok bool) {
	if in.Locks.HeldAt(exit).Holds(e.Held.Path, e.Held.Mode) {
		body := bodyOf(e.Fn)
		if body == nil || !g.fits(in, e, body.Rbrace) {
			return fix, false
		}
		return analysis.SuggestedFix{Message: g.what + " at the end", TextEdits: []analysis.TextEdit{edit.Append(in.Prog.Fset, body, g.stmt)}}, true
	}
	var br *ast.BranchStmt
	for _, b := range e.Fn.Blocks {
		last := b.Instrs[len(b.Instrs)-1]
		if !in.Locks.HeldAt(last).Holds(e.Held.Path, e.Held.Mode) {
			continue
		}
		for i, s := range b.Succs {
			if in.Locks.HeldAt(s.Instrs[0]).Holds(e.Held.Path, e.Held.Mode) {
				continue
			}
			at := branchAt(in, last, i)
			if at == nil || at.Tok != token.BREAK || br != nil && br != at {
				return fix, false
			}
			br = at
		}
	}
	if br == nil || !g.fits(in, e, br.Pos()) {
		return fix, false
	}
	return analysis.SuggestedFix{Message: g.what + " before this break", TextEdits: []analysis.TextEdit{edit.Insert(br.Pos(), g.stmt+"\n")}}, true
}

func bodyOf(fn *ssa.Function) *ast.BlockStmt {
	switch n := fn.Syntax().(type) {
	case *ast.FuncDecl:
		return n.Body
	case *ast.FuncLit:
		return n.Body
	}
	return nil
}

// branchAt is the break or continue that the n-th way out of a block stands for: the first statement
// of a branch of the if whose condition ends the block, or the one after the block's
// last statement.
func branchAt(in *engine.Info, last ssa.Instruction, n int) *ast.BranchStmt {
	_, path := edit.Enclosing(in.Prog.Files, exitPos(last))
	for i, node := range path {
		s, ok := node.(ast.Stmt)
		if !ok {
			continue
		}
		switch last.(type) {
		case *ssa.If:
			if i+1 < len(path) {
				if outer, ok := path[i+1].(*ast.IfStmt); ok && outer.Init == s { // if x := f(); x.ok
					s = outer
				}
			}
			cond, ok := s.(*ast.IfStmt)
			if !ok {
				return nil
			}
			body := cond.Body
			if n == 1 {
				if body, ok = cond.Else.(*ast.BlockStmt); !ok {
					return nil
				}
			}
			if len(body.List) == 0 {
				return nil
			}
			br, _ := body.List[0].(*ast.BranchStmt)
			return br
		case *ssa.Jump:
			list, at := edit.Listed(path[i:])
			if list == nil || at+1 >= len(list) {
				return nil
			}
			br, _ := list[at+1].(*ast.BranchStmt)
			return br
		}
		return nil
	}
	return nil
}
