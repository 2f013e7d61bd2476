package losterror

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/errs"
)

// logError logs an error that nobody can be given, in the way in which the code
// around it logs. The goroutine does what it did before, and one thing more when it
// fails. Nothing is offered to code that does not log: how it ought to is not ours to say.
func logError(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	_, path := edit.Enclosing(in.Prog.Files, l.Pos)
	what := l.Name[strings.LastIndexByte(l.Name, '.')+1:]
	if !token.IsIdentifier(what) {
		what = "goroutine"
	}
	log := logging(in, path, l.Pos, what)
	if log == "" {
		return nil
	}
	fix := func(edits []analysis.TextEdit) []analysis.SuggestedFix {
		if edits == nil {
			return nil
		}
		return []analysis.SuggestedFix{{Message: "Log the error of " + what, TextEdits: edits}}
	}
	for i, n := range path {
		if s, ok := n.(ast.Stmt); ok && !edit.Statement(path, i) {
			if _, block := s.(*ast.BlockStmt); !block {
				return nil
			}
		}
		switch n := n.(type) {
		case *ast.ExprStmt:
			return fix(checked(in, n, log))
		case *ast.AssignStmt: // _ = f()
			if call, ok := onlyCall(n); ok && n.Tok == token.ASSIGN && blank(n.Lhs) {
				return fix(append(checkedFrom(n.Pos(), call, len(n.Lhs), log), edit.Cut(n.Pos(), call.Pos())))
			}
			return nil
		case *ast.GoStmt:
			return fix(started(in, n, log))
		case ast.Stmt:
			return nil
		}
	}
	return nil
}

// logBefore logs an error that is compared with nil before the goroutine leaves on it.
func logBefore(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	_, path := edit.Enclosing(in.Prog.Files, l.At)
	for _, n := range path {
		test, ok := n.(*ast.IfStmt)
		if !ok {
			if _, isFunc := n.(*ast.FuncLit); isFunc {
				return nil
			}
			continue
		}
		cond, ok := test.Cond.(*ast.BinaryExpr)
		if !ok || cond.Op != token.NEQ || types.ExprString(cond.X) != "err" || types.ExprString(cond.Y) != "nil" || len(test.Body.List) == 0 {
			return nil
		}
		what := l.Name[strings.LastIndexByte(l.Name, '.')+1:]
		if !token.IsIdentifier(what) {
			return nil
		}
		log := logging(in, path, test.Body.Pos(), what)
		if log == "" {
			return nil
		}
		return []analysis.SuggestedFix{{Message: "Log the error of " + what, TextEdits: []analysis.TextEdit{edit.Insert(test.Body.List[0].Pos(), log+"\n")}}}
	}
	return nil
}

func onlyCall(n *ast.AssignStmt) (*ast.CallExpr, bool) {
	if len(n.Rhs) != 1 {
		return nil, false
	}
	call, ok := n.Rhs[0].(*ast.CallExpr)
	return call, ok
}

func blank(list []ast.Expr) bool {
	for _, e := range list {
		if id, ok := e.(*ast.Ident); !ok || id.Name != "_" {
			return false
		}
	}
	return true
}

// checked looks at the error of a call that is a statement of its own.
func checked(in *engine.Info, stmt *ast.ExprStmt, body string) []analysis.TextEdit {
	call, ok := stmt.X.(*ast.CallExpr)
	if !ok {
		return nil
	}
	results := 1
	if t, ok := in.Prog.Info.TypeOf(call).(*types.Tuple); ok {
		results = t.Len()
	}
	return checkedFrom(stmt.Pos(), call, results, body)
}

// checkedFrom is an if statement around a call, whose last of several results is the
// error. The call itself stays as it is written.
func checkedFrom(pos token.Pos, call *ast.CallExpr, results int, body string) []analysis.TextEdit {
	if literalIn(call.Fun) {
		return nil // its brace would begin the body of the if
	}
	return []analysis.TextEdit{
		edit.Insert(pos, "if "+strings.Repeat("_, ", results-1)+"err := "),
		edit.Insert(call.End(), "; err != nil {\n"+body+"\n}"),
	}
}

func literalIn(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.CompositeLit:
			found = true
		case *ast.FuncLit, *ast.ParenExpr:
			return false
		}
		return true
	})
	return found
}

// started wraps the function of a go statement. Its arguments and the object
// of a method are evaluated later than before, so they must be such that it makes no
// difference, or become arguments of the wrapper.
func started(in *engine.Info, stmt *ast.GoStmt, log string) []analysis.TextEdit {
	call := stmt.Call
	sig, ok := in.Prog.Info.TypeOf(call.Fun).Underlying().(*types.Signature)
	if !ok || literalIn(call.Fun) || call.Ellipsis.IsValid() || !lasting(in, stmt, call.Fun) {
		return nil
	}
	var names, params, values []string
	for i, arg := range call.Args {
		if lasting(in, stmt, arg) {
			names = append(names, types.ExprString(arg))
			continue
		}
		name, typ, ok := parameter(in, stmt, sig, i)
		value := edit.Source(arg)
		if !ok || value == "" || strings.HasPrefix(log, name+".") || mentions(call.Fun, name) || slices.Contains(names, name) {
			return nil
		}
		names, params, values = append(names, name), append(params, name+" "+typ), append(values, value)
	}
	if results := sig.Results().Len(); results == 1 {
		log = "err := %s; err != nil {\n" + log + "\n}"
	} else {
		log = strings.Repeat("_, ", results-1) + "err := %s; err != nil {\n" + log + "\n}"
	}
	head, tail, _ := strings.Cut(log, "%s")
	head, tail = "func("+strings.Join(params, ", ")+") {\nif "+head, tail+"\n}("+strings.Join(values, ", ")+")"
	if len(params) == 0 { // nothing needs to be written anew
		return []analysis.TextEdit{edit.Insert(call.Pos(), head), edit.Insert(call.End(), tail)}
	}
	return []analysis.TextEdit{
		edit.Insert(call.Pos(), head),
		{Pos: call.Lparen + 1, End: call.End(), NewText: []byte(strings.Join(names, ", ") + ")" + tail)},
	}
}

// parameter is a name and a type for the i-th argument of a call.
func parameter(in *engine.Info, stmt *ast.GoStmt, sig *types.Signature, i int) (name, typ string, ok bool) {
	if sig.Variadic() && i >= sig.Params().Len()-1 || i >= sig.Params().Len() {
		return "", "", false
	}
	p := sig.Params().At(i)
	name = p.Name()
	if name == "" || name == "_" {
		name = fmt.Sprintf("arg%d", i+1)
	}
	file, _ := edit.Enclosing(in.Prog.Files, stmt.Pos())
	typ, ok = edit.TypeName(in.Prog.Types, in.Prog.Info.Scopes[file], stmt.Pos(), p.Type())
	return name, typ, ok
}

// mentions reports whether a name stands in an expression.
func mentions(e ast.Expr, name string) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && id.Name == name
		return true
	})
	return found
}

// lasting reports whether an expression has the same value when the goroutine
// runs: a constant, a function, a variable that is set once.
func lasting(in *engine.Info, stmt *ast.GoStmt, e ast.Expr) bool {
	if tv := in.Prog.Info.Types[e]; tv.Value != nil || tv.IsNil() {
		return true
	}
	switch e := e.(type) {
	case *ast.FuncLit:
		return true
	case *ast.Ident:
		v, ok := in.Prog.Info.Uses[e].(*types.Var)
		return !ok || v.Parent() != in.Prog.Types.Scope() && edit.SetOnce(in.Prog.Info, in.Prog.Files, v)
	case *ast.SelectorExpr:
		if id, ok := e.X.(*ast.Ident); ok {
			if _, isPkg := in.Prog.Info.Uses[id].(*types.PkgName); isPkg {
				_, isFunc := in.Prog.Info.Uses[e.Sel].(*types.Func)
				return isFunc
			}
		}
		sel := in.Prog.Info.Selections[e]
		if sel == nil || sel.Kind() != types.MethodVal {
			return false
		}
		switch in.Prog.Info.TypeOf(e.X).Underlying().(type) {
		case *types.Pointer, *types.Interface:
			return lasting(in, stmt, e.X)
		}
	}
	return false
}
