package edit

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"
)

// A Bound lets statements that wait end with a context, or with another channel that is closed some time.
type Bound struct {
	Pkg   *types.Package
	Info  *types.Info
	Ctx   string                  // the context as the source spells it
	Done  string                  // the channel instead of Ctx.Done(), if there is no context
	Leave func(err string) string // the statement that leaves, given the reason as an expression; it may differ from Ctx.Err()
}

// BoundBy is the Bound of a function with these results by a context: it returns nothing, or the reason after zero values.
// ok is false if the function has results and the last is no error.
func BoundBy(pkg *types.Package, info *types.Info, ctx string, results *types.Tuple) (b Bound, ok bool) {
	zeros, ok := BeforeError(results)
	return Bound{Pkg: pkg, Info: info, Ctx: ctx, Leave: func(err string) string {
		if results.Len() == 0 {
			return "return"
		}
		return "return " + zeros + err
	}}, ok
}

// Fixes are what can be offered for the innermost statement of a path: a select, and a function of the runtime module.
func (b Bound) Fixes(path []ast.Node) []analysis.SuggestedFix {
	var fixes []analysis.SuggestedFix
	if edits, ok := b.Select(path); ok {
		fixes = append(fixes, analysis.SuggestedFix{Message: "Select on " + b.Ctx + ".Done() too", TextEdits: edits})
	}
	if edits, function := b.Task(path); function != "" {
		fixes = append(fixes, analysis.SuggestedFix{Message: "Use task." + function + " with " + b.Ctx, TextEdits: edits})
	}
	return fixes
}

// Select makes the innermost statement of a path a select that leaves when the
// context has ended. It does what it did before as long as the context has not. ok
// is false if the statement is of no known form, or if what leaving would skip matters to others.
func (b Bound) Select(path []ast.Node) (edits []analysis.TextEdit, ok bool) {
	stmt, parent := statement(path)
	if stmt == nil || CleansUp(path, stmt.End()) {
		return nil, false
	}
	ended := b.Done
	if ended == "" {
		ended = b.Ctx + ".Done()"
	}
	done := "case <-" + ended + ":\n" + b.Leave(b.Ctx+".Err()") + "\n}"
	around := func(comm string) ([]analysis.TextEdit, bool) {
		return []analysis.TextEdit{Replace(stmt, "select {\ncase "+comm+":\n"+done)}, comm != ""
	}
	switch s := stmt.(type) {
	case *ast.SelectStmt:
		if hasDefault(s) {
			return nil, false
		}
		return []analysis.TextEdit{Insert(s.Body.Rbrace, done[:len(done)-1])}, true
	case *ast.IfStmt:
		def, ch := received(s.Init)
		if def == nil || !inBlock(parent) || breaks(s) {
			return nil, false
		}
		return []analysis.TextEdit{
			Insert(s.Pos(), "select {\ncase "+types.ExprString(def.Lhs[0])+" "+def.Tok.String()+" <-"+Source(ch)+":\n"),
			Cut(def.Pos(), s.Cond.Pos()),
			Insert(s.End(), "\n"+done),
		}, Source(ch) != ""
	}
	if !inBlock(parent) {
		return nil, false
	}
	switch s := stmt.(type) {
	case *ast.SendStmt:
		return []analysis.TextEdit{Insert(s.Pos(), "select {\ncase "), Insert(s.End(), ":\n"+done)}, true
	case *ast.ExprStmt:
		if ch := receiveOf(s.X); ch != nil && Source(ch) != "" {
			return around("<-" + Source(ch))
		}
		if pkg, d := b.sleep(s); d != "" {
			return around("<-" + pkg + ".After(" + d + ")")
		}
	case *ast.AssignStmt:
		def, ch := received(s)
		if def == nil || Source(ch) == "" {
			return nil, false
		}
		name := types.ExprString(def.Lhs[0])
		if def.Tok == token.ASSIGN {
			return around(name + " = <-" + Source(ch))
		}
		file := path[len(path)-1].(*ast.File)
		typ, ok := TypeName(b.Pkg, b.Info.Scopes[file], s.Pos(), b.Info.TypeOf(def.Rhs[0]))
		if !ok {
			return nil, false
		}
		return []analysis.TextEdit{Replace(s, "var "+name+" "+typ+"\nselect {\ncase "+name+" = <-"+Source(ch)+":\n"+done)}, true
	}
	return nil, false
}

// Task rewrites the innermost statement of a path to the function of the runtime's task
// package that waits no longer than the context lasts, and names that function. A
// receive from a closed channel, which gave a zero value, then is an error.
func (b Bound) Task(path []ast.Node) (edits []analysis.TextEdit, function string) {
	stmt, parent := statement(path)
	file, ok := path[len(path)-1].(*ast.File)
	if !ok || stmt == nil || !inBlock(parent) {
		return nil, ""
	}
	name, edits, ok := Import(file, b.Info.Scopes[file], stmt.Pos(), RuntimeModule+"/task")
	if !ok {
		return nil, ""
	}
	leave := "; err != nil {\n" + b.Leave("err") + "\n}"
	switch s := stmt.(type) {
	case *ast.SendStmt:
		if ch, v := Source(s.Chan), Source(s.Value); ch != "" && v != "" {
			return append(edits, Replace(s, "if err := "+name+".Send("+b.Ctx+", "+ch+", "+v+")"+leave)), "Send"
		}
	case *ast.ExprStmt:
		if ch := receiveOf(s.X); ch != nil && Source(ch) != "" {
			return append(edits, Replace(s, "if _, err := "+name+".Recv("+b.Ctx+", "+Source(ch)+")"+leave)), "Recv"
		}
		if _, d := b.sleep(s); d != "" {
			return append(edits, Replace(s, "if err := "+name+".Sleep("+b.Ctx+", "+d+")"+leave)), "Sleep"
		}
	case *ast.AssignStmt:
		def, ch := received(s)
		if def == nil || def.Tok != token.DEFINE || Source(ch) == "" {
			return nil, ""
		}
		v := types.ExprString(def.Lhs[0])
		if v == "err" || v == "_" {
			return nil, ""
		}
		return append(edits, Replace(s, v+", err := "+name+".Recv("+b.Ctx+", "+Source(ch)+")\nif err != nil {\n"+b.Leave("err")+"\n}")), "Recv"
	}
	return nil, ""
}

// statement is the innermost statement of a path, and what it is a part of.
func statement(path []ast.Node) (stmt ast.Stmt, parent ast.Node) {
	for i, n := range path {
		s, ok := n.(ast.Stmt)
		if !ok {
			continue
		}
		if i+1 < len(path) {
			if outer, ok := path[i+1].(*ast.IfStmt); ok && outer.Init == s && i+2 < len(path) {
				return outer, path[i+2]
			}
			if clause, ok := path[i+1].(*ast.CommClause); ok && clause.Comm == s {
				return nil, clause
			}
			parent = path[i+1]
		}
		return s, parent
	}
	return nil, nil
}

// inBlock reports whether a node has statements one after the other.
func inBlock(parent ast.Node) bool {
	switch parent.(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.CommClause:
		return true
	}
	return false
}

// received is the statement that gives a single variable the value received from ch.
func received(stmt ast.Stmt) (def *ast.AssignStmt, ch ast.Expr) {
	s, ok := stmt.(*ast.AssignStmt)
	if !ok || len(s.Lhs) != 1 || len(s.Rhs) != 1 || s.Tok != token.DEFINE && s.Tok != token.ASSIGN {
		return nil, nil
	}
	if ch = receiveOf(s.Rhs[0]); ch == nil {
		return nil, nil
	}
	return s, ch
}

func receiveOf(e ast.Expr) ast.Expr {
	if u, ok := ast.Unparen(e).(*ast.UnaryExpr); ok && u.Op == token.ARROW {
		return u.X
	}
	return nil
}

// sleep is the package and the argument of time.Sleep.
func (b Bound) sleep(s *ast.ExprStmt) (pkg, d string) {
	call, ok := s.X.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return "", ""
	}
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if fn, ok := b.Info.Uses[sel.Sel].(*types.Func); !ok || fn.FullName() != "time.Sleep" {
		return "", ""
	}
	return types.ExprString(sel.X), Source(call.Args[0])
}

func hasDefault(s *ast.SelectStmt) bool {
	for _, c := range s.Body.List {
		if c.(*ast.CommClause).Comm == nil {
			return true
		}
	}
	return false
}

// breaks reports whether a break in a statement leaves what is around it.
func breaks(s ast.Stmt) (found bool) {
	ast.Inspect(s, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
			return false
		case *ast.BranchStmt:
			found = found || n.Tok == token.BREAK && n.Label == nil
		}
		return true
	})
	return found
}

// Source is an expression as it can be written anew; "" if printing it would
// abbreviate a part.
func Source(e ast.Expr) string {
	whole := true
	ast.Inspect(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit, *ast.CompositeLit:
			whole = false
		}
		return whole
	})
	if !whole {
		return ""
	}
	return types.ExprString(e)
}
