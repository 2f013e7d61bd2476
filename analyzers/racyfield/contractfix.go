package racyfield

import (
	"go/ast"
	"go/types"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
)

// withContract adds, to a fix that takes the lock, an alternative that also writes down what was inferred: the
// annotation +checklocks beside the field, which from then on is held against every access. By itself it would only
// turn one report into another, so it comes with the lock, and only if these accesses are all that break the rule.
func withContract(in *engine.Info, g *accesses.Guard, sites []*accesses.Site, fixes []analysis.SuggestedFix) []analysis.SuggestedFix {
	s := sites[0]
	if len(fixes) == 0 || g.Stated != nil || s.Base == nil || g.Bare != len(sites) || len(g.Shared) > 0 {
		return fixes
	}
	field := fieldOf(in, s)
	_, lock, ok := cutLast(g.LockName(s))
	if field == nil || !ok {
		return fixes
	}
	_, path := edit.Enclosing(in.Prog.Files, field.Pos())
	for i, n := range path {
		f, isField := n.(*ast.Field)
		if !isField || i+2 >= len(path) {
			continue
		}
		list, isStruct := path[i+2].(*ast.StructType)
		line := func(n ast.Node) int { return in.Prog.Fset.Position(n.Pos()).Line }
		if !isStruct || len(f.Names) != 1 || line(f) == line(list.Fields) || !declares(list, lock) || says(f) {
			return fixes
		}
		edits := append(slices.Clone(fixes[0].TextEdits), edit.Insert(f.Pos(), "// +checklocks:"+lock+"\n"))
		return append(fixes, analysis.SuggestedFix{Message: fixes[0].Message + " and annotate " + field.Name(), TextEdits: edits})
	}
	return fixes
}

// fieldOf is the field that an access selects, of this package; nil if the source does not show it.
func fieldOf(in *engine.Info, s *accesses.Site) *types.Var {
	id := accessed(in, s)
	if id == nil {
		return nil
	}
	v, ok := in.Prog.Info.Uses[id].(*types.Var)
	if !ok || !v.IsField() || v.Pkg() != in.Prog.Types {
		return nil
	}
	return v.Origin()
}

// declares reports whether a struct type has a field of that name itself.
func declares(s *ast.StructType, name string) bool {
	return slices.ContainsFunc(s.Fields.List, func(f *ast.Field) bool {
		return slices.ContainsFunc(f.Names, func(id *ast.Ident) bool { return id.Name == name })
	})
}

// says reports whether a field has an annotation already.
func says(f *ast.Field) bool {
	return strings.Contains(f.Doc.Text()+f.Comment.Text(), "+checklocks")
}
