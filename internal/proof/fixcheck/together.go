package fixcheck

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// together applies the first fixes of all findings that do not touch each other, at most one in a function, and has the real
// go vet compile and analyse the target. It returns what is wrong with the result and how many fixes it holds.
func (r *recording) together(ctx context.Context, outcomes []outcome) (complaints []string, n int, err error) {
	var all []edit
	var fixed []string
	taken := map[string]bool{}
	for _, o := range outcomes {
		if !o.clean || o.n > 0 {
			continue
		}
		touched := places(o.Edits)
		if slices.ContainsFunc(touched, func(p string) bool { return taken[p] }) {
			continue
		}
		for _, p := range touched {
			taken[p] = true
		}
		all = append(all, o.Edits...)
		fixed = append(fixed, kind(o.diagnostic))
		n++
	}
	if n == 0 {
		return nil, 0, nil
	}
	dir := filepath.Join(r.scratch, "together")
	replaced, err := apply(all, dir)
	if err != nil {
		return nil, n, err
	}
	data, err := json.Marshal(map[string]any{"Replace": replaced})
	if err != nil {
		return nil, n, err
	}
	overlay := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlay, data, 0o666); err != nil {
		return nil, n, err
	}
	findings, trouble, err := r.vet(ctx, "", []string{"-overlay=" + overlay})
	if err != nil {
		return nil, n, err
	}
	if trouble != "" {
		complaints = append(complaints, trouble)
	}
	var before, after []diagnostic
	for _, u := range r.units {
		if !u.VetxOnly {
			before = append(before, u.findings...)
			after = append(after, findings[u.ID]...)
		}
	}
	missing, extra := compare(before, after)
	for _, k := range fixed {
		if i := slices.Index(missing, k); i >= 0 {
			missing = slices.Delete(missing, i, i+1)
		}
	}
	for _, k := range reworded(missing, extra) {
		complaints = append(complaints, "new: "+k)
	}
	return complaints, n, nil
}

// places names the declarations that edits touch, and the imports of a file by the text they add: the same import twice is one.
func places(edits []edit) []string {
	found := map[string]bool{}
	for _, e := range edits {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, e.Filename, nil, parser.SkipObjectResolution)
		if err != nil {
			found[e.Filename] = true
			continue
		}
		offset := func(p token.Pos) int { return fset.Position(p).Offset }
		where := fmt.Sprintf("%s:%d", e.Filename, e.Start)
		for _, d := range f.Decls {
			if gen, ok := d.(*ast.GenDecl); ok && gen.Tok == token.IMPORT {
				continue
			}
			if offset(d.Pos()) <= e.Start && e.Start <= offset(d.End()) {
				where = fmt.Sprintf("%s:%d", e.Filename, offset(d.Pos()))
			}
		}
		found[where] = true
	}
	return slices.Sorted(maps.Keys(found))
}
