package fixcheck

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	text "github.com/conclint/conclint/internal/edit"
)

// A trial is one fix of one finding.
type trial struct {
	unit *unit
	diagnostic
	fix
	n int // which of the finding's fixes, from 0
}

// An outcome is what became of a trial.
type outcome struct {
	trial
	compiled bool // the package, and what imports it
	removed  bool // the finding is gone
	clean    bool // and nothing is new
	why      string
}

// judge applies one fix to a copy of its files and analyses the package again. dir is empty and the trial's own.
func (r *recording) judge(ctx context.Context, t trial, dir string) (outcome, error) {
	o := outcome{trial: t}
	replaced, err := apply(t.Edits, dir)
	if err != nil {
		o.why = err.Error()
		return o, nil
	}
	fail := func(err error) (outcome, error) {
		var b broken
		if errors.As(err, &b) {
			o.why = "does not compile: " + err.Error()
			return o, nil
		}
		return o, err
	}
	after, err := r.analyse(ctx, t.unit, replaced, dir, filepath.Join(dir, "own.vetx"))
	if err != nil {
		return fail(err)
	}
	missing, extra := compare(t.unit.findings, after)
	if i := slices.Index(missing, kind(t.diagnostic)); i >= 0 {
		o.removed = true
		extra = reworded(slices.Delete(missing, i, i+1), extra)
	}
	if !local(t.Edits) {
		more, err := r.dependents(ctx, t.unit, replaced, dir)
		if err != nil {
			return fail(err)
		}
		extra = append(extra, more...)
	}
	o.compiled = true
	o.clean = o.removed && len(extra) == 0
	switch {
	case !o.removed:
		o.why = "the finding is still there"
	case !o.clean:
		o.why = "new: " + extra[0]
	}
	return o, nil
}

// dependents analyses the units that import a changed package and returns what is newly found in them. The variant of
// the package that others import is not the one with its tests: both are compiled again.
func (r *recording) dependents(ctx context.Context, u *unit, replaced map[string]string, dir string) (extra []string, err error) {
	variants := []*unit{u}
	if plain := r.plain[u.ImportPath]; plain != nil && plain != u {
		variants = append(variants, plain)
	}
	changed := map[string]string{}
	for file, edited := range replaced {
		changed[file] = edited
	}
	var users []*unit
	for i, v := range variants {
		vetx := filepath.Join(dir, fmt.Sprintf("variant%d.vetx", i))
		if _, err := r.analyse(ctx, v, replaced, dir, vetx); err != nil {
			return nil, err
		}
		changed[v.VetxOutput] = vetx
		users = append(users, r.users[v.VetxOutput]...)
	}
	for _, user := range users {
		if slices.Contains(variants, user) {
			continue
		}
		after, err := r.analyse(ctx, user, changed, dir, filepath.Join(dir, "user.vetx"))
		if err != nil {
			return nil, err
		}
		if !user.VetxOnly { // what is found in others is not known
			_, more := compare(user.findings, after)
			extra = append(extra, more...)
		}
	}
	return extra, nil
}

// apply writes the edited copies to dir and returns their names by those of the originals. Formatted files stay so, as they do when
// the command applies fixes.
func apply(edits []edit, dir string) (map[string]string, error) {
	byFile := map[string][]edit{}
	for _, e := range edits {
		byFile[e.Filename] = append(byFile[e.Filename], e)
	}
	replaced := map[string]string{}
	for file, edits := range byFile {
		before, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		after, err := edited(before, edits)
		if err != nil {
			return nil, err
		}
		// The base name stays, for messages hold it.
		name := filepath.Join(dir, fmt.Sprint(len(replaced)), filepath.Base(file))
		if err := os.MkdirAll(filepath.Dir(name), 0o777); err != nil {
			return nil, err
		}
		if err := os.WriteFile(name, after, 0o666); err != nil {
			return nil, err
		}
		replaced[file] = name
	}
	return replaced, nil
}

// edited applies edits to a text as the command does.
func edited(before []byte, edits []edit) ([]byte, error) {
	var texts []text.Text
	for _, e := range edits {
		texts = append(texts, text.Text{Start: e.Start, End: e.End, New: e.New})
	}
	after, err := text.Apply(before, texts)
	if err != nil {
		return nil, err
	}
	return text.Tidy(before, after), nil
}

// local reports whether all edits lie in function bodies and import declarations, so that no other package sees them.
func local(edits []edit) bool {
	for _, e := range edits {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, e.Filename, nil, parser.SkipObjectResolution)
		if err != nil || !slices.ContainsFunc(f.Decls, func(d ast.Decl) bool { return hides(fset, f, d, e) }) {
			return false
		}
	}
	return true
}

func hides(fset *token.FileSet, f *ast.File, d ast.Decl, e edit) bool {
	var n ast.Node
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Body == nil {
			return false
		}
		n = d.Body
	case *ast.GenDecl:
		if d.Tok != token.IMPORT {
			return false
		}
		n = d
	default:
		return false
	}
	start := fset.Position(n.Pos()).Offset
	if _, ok := n.(*ast.GenDecl); ok {
		start = fset.Position(f.Name.End()).Offset // an import may be added above the others
	}
	return start <= e.Start && e.End <= fset.Position(n.End()).Offset
}

var number = regexp.MustCompile(`[0-9]+`)

// kind is what a finding keeps when lines move.
func kind(d diagnostic) string { return d.Category + ": " + number.ReplaceAllString(d.Message, "N") }

// compare says which kinds of findings there are less of after a change, and which there are more of.
func compare(before, after []diagnostic) (missing, extra []string) {
	count := map[string]int{}
	for _, d := range before {
		count[kind(d)]++
	}
	for _, d := range after {
		count[kind(d)]--
	}
	for k, n := range count {
		for ; n > 0; n-- {
			missing = append(missing, k)
		}
		for ; n < 0; n++ {
			extra = append(extra, k)
		}
	}
	slices.Sort(missing)
	slices.Sort(extra)
	return missing, extra
}

// reworded leaves out of the extra findings those that were there before under another name: a fix that calls another function
// changes what is said about the call by other analyzers.
func reworded(missing, extra []string) []string {
	left := map[string]int{}
	for _, k := range missing {
		code, _, _ := strings.Cut(k, ":")
		left[code]++
	}
	return slices.DeleteFunc(extra, func(k string) bool {
		code, _, _ := strings.Cut(k, ":")
		left[code]--
		return left[code] >= 0
	})
}

// place is a position with the directory of the target left out.
func (r *recording) place(posn string) string {
	return strings.TrimPrefix(posn, r.dir+string(filepath.Separator))
}
