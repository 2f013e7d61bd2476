package report

import (
	"cmp"
	"errors"
	"fmt"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"
)

// ValidateFix says why a fix cannot be applied: no title, no edits, an edit
// outside a file, two edits that overlap. The edits may be in any order; those
// inserted at one place stay in the order given.
func ValidateFix(fset *token.FileSet, f analysis.SuggestedFix) error {
	if f.Message == "" {
		return errors.New("no title")
	}
	if len(f.TextEdits) == 0 {
		return errors.New("no edits")
	}
	edits := slices.Clone(f.TextEdits)
	for i := range edits {
		e := &edits[i]
		if !e.End.IsValid() {
			e.End = e.Pos
		}
		file := fset.File(e.Pos)
		if !e.Pos.IsValid() || file == nil {
			return errors.New("an edit has no position")
		}
		if e.End < e.Pos || fset.File(e.End) != file {
			return fmt.Errorf("the edit at %s ends before it begins or in another file", Place(fset, e.Pos))
		}
	}
	slices.SortStableFunc(edits, func(a, b analysis.TextEdit) int {
		return cmp.Or(cmp.Compare(a.Pos, b.Pos), cmp.Compare(a.End, b.End))
	})
	for i := 1; i < len(edits); i++ {
		prev, e := edits[i-1], edits[i]
		if e.Pos < prev.End {
			return fmt.Errorf("edits overlap at %s", Place(fset, e.Pos))
		}
	}
	return nil
}
