package engine

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/api"
)

// relevant reports whether a package can matter to any analyzer: its syntax has
// goroutines or channels, it uses something of the table that synchronises,
// spawns or blocks, or it calls a function that has a summary. About half of all
// packages do not, and are spared their SSA form.
func relevant(pass *analysis.Pass, table *api.Table) bool {
	for _, file := range pass.Files {
		found := false
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.GoStmt, *ast.SelectStmt, *ast.SendStmt, *ast.ChanType:
				found = true
			case *ast.UnaryExpr:
				found = found || n.Op == token.ARROW
			}
			return !found
		})
		if found {
			return true
		}
	}
	seen := make(map[types.Object]bool)
	for _, obj := range pass.TypesInfo.Uses {
		if seen[obj] || obj.Pkg() == nil || obj.Pkg() == pass.Pkg {
			continue
		}
		seen[obj] = true
		switch obj := obj.(type) {
		case *types.Func:
			if eff, ok := table.Lookup(obj); ok {
				if concurrent(eff.Op) {
					return true
				}
				continue
			}
			fact := new(FuncSummary)
			if !api.IsStd(obj.Pkg().Path()) && pass.ImportObjectFact(obj.Origin(), fact) && fact.matters() {
				return true
			}
		case *types.TypeName:
			switch obj.Pkg().Path() {
			case "sync", "sync/atomic":
				return true
			}
			if _, ok := obj.Type().Underlying().(*types.Chan); ok {
				return true
			}
			if obj.Pkg().Path() == "net/http" && (obj.Name() == "Server" || obj.Name() == "Client" || obj.Name() == "ResponseWriter") {
				return true
			}
		}
	}
	return updates(pass)
}

// updates reports whether an exported function increments, or otherwise updates,
// something that its callers name too: a parameter's pointee or field, or a
// package variable. Goroutines elsewhere may call it at once.
func updates(pass *analysis.Pass) bool {
	for _, file := range pass.Files {
		for _, decl := range file.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || !fn.Name.IsExported() || fn.Body == nil {
				continue
			}
			found := false
			ast.Inspect(fn.Body, func(n ast.Node) bool {
				switch n := n.(type) {
				case *ast.IncDecStmt:
					found = found || outlasts(pass, fn, n.X)
				case *ast.AssignStmt:
					if n.Tok != token.ASSIGN && n.Tok != token.DEFINE {
						found = found || outlasts(pass, fn, n.Lhs[0])
					}
				}
				return !found
			})
			if found {
				return true
			}
		}
	}
	return false
}

// outlasts reports whether an expression names memory that exists beyond a call of
// fn: reached by pointer from a parameter, or a package variable.
func outlasts(pass *analysis.Pass, fn *ast.FuncDecl, e ast.Expr) bool {
	byPointer := false
	for {
		switch x := e.(type) {
		case *ast.ParenExpr:
			e = x.X
		case *ast.StarExpr:
			e, byPointer = x.X, true
		case *ast.IndexExpr:
			e, byPointer = x.X, true
		case *ast.SelectorExpr:
			if _, ok := pass.TypesInfo.TypeOf(x.X).(*types.Pointer); ok {
				byPointer = true
			}
			e = x.X
		case *ast.Ident:
			v, ok := pass.TypesInfo.Uses[x].(*types.Var)
			if !ok {
				return false
			}
			isParam := byPointer && fn.Pos() <= v.Pos() && v.Pos() < fn.Body.Pos()
			return isParam || v.Parent() == pass.Pkg.Scope()
		default:
			return false
		}
	}
}

// concurrent reports whether an effect alone makes a package worth analysing.
func concurrent(op api.Op) bool {
	switch op {
	case api.NoOp, api.ErrorNew, api.Log, api.Exit, api.CtxRoot, api.CtxValue, api.Closer, api.TimerStop, api.Cleanup, api.Goexit:
		return false
	}
	return true
}
