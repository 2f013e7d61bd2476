package unjoined

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
)

// joined turns a goroutine without a signal into one that its function waits for:
// WaitGroup.Go, and a deferred Wait. The function returns later, by the time that
// the goroutine needs, which certainly ends by itself; nothing else changes. A
// group of errors in scope takes the goroutine instead.
func joined(in *engine.Info, o *owners.Orphan) []analysis.SuggestedFix {
	switch o.Kind {
	case owners.TestLeaves, owners.MainLeaves, owners.Unowned:
	default:
		return nil
	}
	if o.Spawn.InLoop || !in.Owners().EndsByItself(o.Spawn) {
		return nil
	}
	file, path := edit.Enclosing(in.Prog.Files, o.Pos)
	g := goStmt(path)
	if file == nil || g == nil {
		return nil
	}
	lit, ok := g.Call.Fun.(*ast.FuncLit)
	if !ok || len(g.Call.Args) > 0 || !inFunction(path, g) {
		return nil
	}
	scope := in.Prog.Info.Scopes[file].Innermost(g.Pos())
	if scope == nil {
		return nil
	}
	name := edit.Variable(in.Prog.Info.Scopes[file], g.Pos(), func(t types.Type) bool { return takesErrors(in, t) })
	if name != "" && !returns(lit) {
		return []analysis.SuggestedFix{{
			Message: "Start the goroutine with " + name + ".Go",
			TextEdits: []analysis.TextEdit{
				{Pos: g.Pos(), End: lit.Body.Pos(), NewText: []byte(name + ".Go(func() error ")},
				edit.Append(in.Prog.Fset, lit.Body, "return nil"),
				{Pos: lit.End(), End: g.Call.End(), NewText: []byte(")")},
			},
		}}
	}
	if lit.Type.Results != nil || version.Compare(languageOf(in, file), "go1.25") < 0 {
		return nil
	}
	if _, taken := scope.LookupParent("wg", token.NoPos); taken != nil {
		return nil
	}
	sync, edits, ok := edit.Import(file, scope, g.Pos(), "sync")
	if !ok {
		return nil
	}
	return []analysis.SuggestedFix{{
		Message: "Wait for the goroutine with a WaitGroup",
		TextEdits: append(edits,
			analysis.TextEdit{Pos: g.Pos(), End: lit.Pos(), NewText: []byte("var wg " + sync + ".WaitGroup\ndefer wg.Wait()\nwg.Go(")},
			analysis.TextEdit{Pos: lit.End(), End: g.Call.End(), NewText: []byte(")")},
		),
	}}
}

func goStmt(path []ast.Node) *ast.GoStmt {
	for _, n := range path {
		if g, ok := n.(*ast.GoStmt); ok {
			return g
		}
	}
	return nil
}

// inFunction reports whether a statement stands at the top of its function, where
// what is declared is known to everything after it.
func inFunction(path []ast.Node, stmt ast.Stmt) bool {
	_, body := edit.EnclosingFunc(path)
	return body != nil && slices.Contains(body.List, stmt)
}

// takesErrors reports whether a type is a group whose functions return an error and take nothing, as errgroup.Group is.
func takesErrors(in *engine.Info, t types.Type) bool {
	goes := in.Prog.MethodFor(t, api.GroupGo)
	if goes == nil || goes.Signature().Params().Len() != 1 {
		return false
	}
	f, ok := goes.Signature().Params().At(0).Type().Underlying().(*types.Signature)
	return ok && f.Params().Len() == 0 && f.Results().Len() == 1 && goes.Signature().Results().Len() == 0
}

// returns reports whether a literal has a return of its own.
func returns(lit *ast.FuncLit) bool {
	found := false
	ast.Inspect(lit.Body, func(n ast.Node) bool {
		switch n.(type) {
		case *ast.FuncLit:
			return false
		case *ast.ReturnStmt:
			found = true
		}
		return !found
	})
	return found
}

func languageOf(in *engine.Info, file *ast.File) string {
	if v := in.Prog.Info.FileVersions[file]; v != "" {
		return version.Lang(v)
	}
	return version.Lang(in.Prog.Types.GoVersion())
}
