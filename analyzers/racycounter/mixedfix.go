package racycounter

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
)

// mixedSites is how many places a fix may change: more of them ask for an atomic type.
const mixedSites = 12

// atomically makes the plain accesses of a variable that is also accessed with the
// functions of sync/atomic use these too, wherever the package has them outside its tests.
// Each access does what it did, in one step that no other one comes between; what several of
// them do in a row is no more one step than before.
func atomically(in *engine.Info, plain *accesses.Access) []analysis.SuggestedFix {
	v := accessed(in, in.AccessExpr(plain))
	if v == nil {
		return nil
	}
	suffix, ok := atomicSuffix[basicKind(v.Type())]
	if !ok {
		return nil
	}
	var edits []analysis.TextEdit
	sites := 0
	for _, file := range in.Prog.Files {
		if strings.HasSuffix(in.Prog.Fset.Position(file.Package).Filename, "_test.go") {
			continue
		}
		var uses []*ast.Ident
		ast.Inspect(file, func(n ast.Node) bool {
			if id, ok := n.(*ast.Ident); ok && in.Prog.Info.Uses[id] == types.Object(v) {
				uses = append(uses, id)
			}
			return true
		})
		for _, id := range uses {
			name, add, ok := edit.Import(file, in.Prog.Info.Scopes[file], id.Pos(), "sync/atomic")
			if !ok {
				return nil
			}
			change, ok := atomicUse(in, id, name, suffix)
			if !ok {
				return nil
			}
			if change != nil {
				sites++
				edits = append(edits, change...)
				if len(add) > 0 && !contains(edits, add[0]) {
					edits = append(edits, add...)
				}
			}
		}
	}
	if sites == 0 || sites > mixedSites {
		return nil
	}
	return []analysis.SuggestedFix{{Message: "Access " + v.Name() + " with sync/atomic only", TextEdits: edits}}
}

func contains(edits []analysis.TextEdit, e analysis.TextEdit) bool {
	for _, o := range edits {
		if o.Pos == e.Pos && o.End == e.End && string(o.NewText) == string(e.NewText) {
			return true
		}
	}
	return false
}

// atomicSuffix ends the names of the functions for a basic type.
var atomicSuffix = map[types.BasicKind]string{
	types.Int32: "Int32", types.Int64: "Int64", types.Uint32: "Uint32", types.Uint64: "Uint64", types.Uintptr: "Uintptr",
}

// accessed is the variable or field that an expression names.
func accessed(in *engine.Info, e ast.Expr) *types.Var {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident:
		v, _ := in.Prog.Info.Uses[e].(*types.Var)
		return v
	case *ast.SelectorExpr:
		v, _ := in.Prog.Info.Uses[e.Sel].(*types.Var)
		return v
	}
	return nil
}

// atomicUse rewrites one use of the variable; no edits for one that needs none, ok is false for one that cannot be.
func atomicUse(in *engine.Info, id *ast.Ident, pkg, suffix string) (edits []analysis.TextEdit, ok bool) {
	_, path := edit.Enclosing(in.Prog.Files, id.Pos())
	var e ast.Expr = id
	i := 1
	if sel, isSel := path[i].(*ast.SelectorExpr); isSel && sel.Sel == id {
		e, i = sel, i+1
	}
	for {
		p, isParen := path[i].(*ast.ParenExpr)
		if !isParen {
			break
		}
		e, i = p, i+1
	}
	text := edit.Source(e)
	if tv, known := in.Prog.Info.Types[e]; text == "" || known && !tv.Addressable() {
		return nil, false
	}
	call := func(op string) string { return pkg + "." + op + suffix + "(&" + text }
	switch parent := path[i].(type) {
	case *ast.UnaryExpr:
		if parent.Op == token.AND {
			return nil, true
		}
	case *ast.KeyValueExpr:
		if parent.Key == e {
			return nil, true // nobody knows the object yet
		}
	case *ast.IncDecStmt:
		if parent.Tok == token.INC {
			return []analysis.TextEdit{edit.Replace(parent, call("Add")+", 1)")}, true
		}
		if strings.HasPrefix(suffix, "Int") {
			return []analysis.TextEdit{edit.Replace(parent, call("Add")+", -1)")}, true
		}
		return []analysis.TextEdit{edit.Replace(parent, call("Add")+", ^"+strings.ToLower(suffix)+"(0))")}, true
	case *ast.AssignStmt:
		for _, l := range parent.Lhs {
			if l == e && !fromItself(in, parent, in.Prog.Info.Uses[id]) {
				return assigned(parent, call)
			}
			if l == e {
				return nil, false
			}
		}
	case *ast.RangeStmt:
		if parent.Key == e || parent.Value == e {
			return nil, false
		}
	}
	return []analysis.TextEdit{{Pos: e.Pos(), End: e.End(), NewText: fmt.Appendf(nil, "%s)", call("Load"))}}, true
}

// fromItself reports whether the new value is made of the old one: a load and a
// store would then be two steps, with room for others between them.
func fromItself(in *engine.Info, s *ast.AssignStmt, v types.Object) (found bool) {
	for _, e := range s.Rhs {
		ast.Inspect(e, func(n ast.Node) bool {
			id, ok := n.(*ast.Ident)
			found = found || ok && in.Prog.Info.Uses[id] == v
			return true
		})
	}
	return found
}

// assigned rewrites an assignment to the variable; the value stays as it is written.
func assigned(s *ast.AssignStmt, call func(op string) string) ([]analysis.TextEdit, bool) {
	if len(s.Lhs) != 1 || len(s.Rhs) != 1 {
		return nil, false
	}
	op := map[token.Token]string{token.ASSIGN: "Store", token.ADD_ASSIGN: "Add"}[s.Tok]
	if op == "" {
		return nil, false
	}
	return []analysis.TextEdit{
		{Pos: s.Pos(), End: s.Rhs[0].Pos(), NewText: []byte(call(op) + ", ")},
		edit.Insert(s.Rhs[0].End(), ")"),
	}, true
}
