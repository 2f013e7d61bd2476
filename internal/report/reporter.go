package report

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Options says what a [Reporter] lets through.
type Options struct {
	Strict bool // emit the strict tier too
	All    bool // emit all tiers: somebody downstream filters (the standalone driver)
	Debug  bool // report as engine/internal-error what is otherwise dropped in silence
	// Select, if not nil, decides in the place of Strict: for drivers that
	// cannot filter themselves. Except names what another reporter of the same
	// analyzer emits.
	Select, Except *Selection
}

// TwinSuffix ends the name of an analyzer that emits only what its namesake
// without it does not: for editors, which know analyzers but neither codes nor tiers.
const TwinSuffix = "_strict"

// Emits reports whether findings of a code in a file leave a reporter; a file
// that is unknown is "".
func (o Options) Emits(c CodeInfo, file string) bool {
	return o.emits(c, func(s *Selection) bool { return s.Shows(c, file) })
}

func (o Options) emits(c CodeInfo, shows func(*Selection) bool) bool {
	if o.Except != nil && shows(o.Except) {
		return false
	}
	if o.Select != nil && !o.All {
		return shows(o.Select)
	}
	return c.Tier == Default || o.Strict || o.All
}

// EmitsSomewhere reports whether there is a file, be it one that no path
// matches or one that a single path does, in which findings of a code leave a
// reporter.
func (o Options) EmitsSomewhere(c CodeInfo) bool {
	if o.Emits(c, "") {
		return true
	}
	return o.Select != nil && slices.ContainsFunc(o.Select.Paths, func(p PathRules) bool {
		return o.emits(c, func(s *Selection) bool { return s.showsAt(c, []PathRules{p}) })
	})
}

// Twin returns the options of a reporter for what is missing from the strict
// tier under o. What a rule turns off stays off.
func (o Options) Twin() Options {
	base := Selection{Strict: o.Strict}
	if o.Select != nil {
		base = *o.Select
	}
	strict := base
	strict.Strict, strict.Forced = true, true
	o.Select, o.Except = &strict, &base
	return o
}

// Diagnostic is one finding of an analyzer.
type Diagnostic struct {
	Code     string    // a code of the registry, of the analyzer that reports
	Pos, End token.Pos // the smallest span that is wrong; End may be NoPos
	Message  string    // one line: what is wrong here, the other place as file.go:12, the consequence
	// Related names other places that a reader wants to see, apart from the witness.
	Related []analysis.RelatedInformation
	Witness []Step // the interleaving, in order
	Fixes   []analysis.SuggestedFix
	// Key is the finding's identity where its position is not: a finding that
	// several packages may report (a lock cycle whose halves meet only in
	// importers) has the same Key in all of them and is shown once. Empty for
	// all others. Built from stable names, never from positions.
	Key string
	// SuppressedBy lists further positions at which a suppression comment silences the finding.
	SuppressedBy []token.Pos
}

// Reporter collects the findings of one pass. It is not safe for concurrent use.
type Reporter struct {
	pass   *analysis.Pass
	opts   Options
	diags  []Diagnostic
	supp   *Suppressions
	failed []string
}

// NewReporter returns the reporter of a pass.
func NewReporter(pass *analysis.Pass, opts Options) *Reporter {
	return &Reporter{pass: pass, opts: opts, supp: NewSuppressions(pass.Fset, pass.Files)}
}

// Add takes a finding. It panics if the code is not one of the registry.
func (r *Reporter) Add(d Diagnostic) {
	if _, ok := Lookup(d.Code); !ok {
		panic(fmt.Sprintf("report: unknown code %q", d.Code))
	}
	r.diags = append(r.diags, d)
}

// Emits reports whether findings of a code leave this reporter; an analyzer
// may ask before it does costly work for a code that is off.
func (r *Reporter) Emits(code string) bool {
	info, ok := Lookup(code)
	return ok && r.opts.EmitsSomewhere(info)
}

// Suppressed reports whether a comment silences code at pos, and counts the
// comment as used.
func (r *Reporter) Suppressed(pos token.Pos, code string) bool {
	return r.supp.Use(pos, code)
}

// Flush reports what was added, in the order of positions, once each; and then
// the suppression comments of this analyzer's codes that silenced nothing.
func (r *Reporter) Flush() {
	slices.SortStableFunc(r.diags, func(a, b Diagnostic) int {
		return cmp.Or(
			r.comparePos(a.Pos, b.Pos),
			cmp.Compare(a.Code, b.Code),
			cmp.Compare(a.Message, b.Message),
		)
	})
	var last *Diagnostic
	for i := range r.diags {
		d := &r.diags[i]
		if last != nil && last.Pos == d.Pos && last.Code == d.Code && last.Message == d.Message {
			continue
		}
		last = d
		r.emit(d)
	}
	r.diags = nil
	r.reportUnused()
	r.reportFailures()
}

func (r *Reporter) emit(d *Diagnostic) {
	info, _ := Lookup(d.Code)
	if !r.opts.Emits(info, r.fileName(d.Pos)) {
		return
	}
	if file := r.fileOf(d.Pos); file != nil && IsGenerated(r.pass.Fset, file) {
		return
	}
	silenced := r.supp.Use(d.Pos, d.Code)
	for _, p := range d.SuppressedBy {
		silenced = r.supp.Use(p, d.Code) || silenced
	}
	if silenced {
		return
	}
	pos := d.Pos
	if !pos.IsValid() && len(r.pass.Files) > 0 {
		pos = r.pass.Files[0].Package
		r.fail("finding %s has no position: %s", d.Code, d.Message)
	}
	end := d.End
	switch {
	case !end.IsValid():
		pos, end = r.span(pos)
	case end < pos:
		end = token.NoPos
	}
	r.pass.Report(analysis.Diagnostic{
		Pos:            pos,
		End:            end,
		Category:       d.Code,
		Message:        oneLine(d.Message),
		URL:            info.Page,
		Related:        related(d, pos),
		SuggestedFixes: r.fixes(d),
	})
}

func related(d *Diagnostic, pos token.Pos) []analysis.RelatedInformation {
	var out []analysis.RelatedInformation
	for _, rel := range d.Related {
		rel.Message = oneLine(rel.Message)
		_, _, isStep := DecodeStep(rel.Message)
		if _, isKey := DecodeKey(rel.Message); isStep || isKey {
			rel.Message = "see " + rel.Message
		}
		if !rel.Pos.IsValid() {
			rel.Pos, rel.End = pos, token.NoPos
		}
		out = append(out, rel)
	}
	for i, s := range d.Witness {
		at := s.Pos
		if !at.IsValid() {
			at = pos
		}
		out = append(out, analysis.RelatedInformation{Pos: at, Message: EncodeStep(i+1, s)})
	}
	if d.Key != "" {
		out = append(out, analysis.RelatedInformation{Pos: pos, Message: keyPrefix + oneLine(d.Key)})
	}
	return out
}

// fixes returns the fixes of d that can be applied: valid, and only in files
// that the user wrote and the tool sees as they are on disk.
func (r *Reporter) fixes(d *Diagnostic) []analysis.SuggestedFix {
	var out []analysis.SuggestedFix
	titles := map[string]bool{}
	for _, f := range d.Fixes {
		if titles[f.Message] {
			r.fail("finding %s has two fixes with the title %q", d.Code, f.Message)
			continue
		}
		if err := ValidateFix(r.pass.Fset, f); err != nil {
			r.fail("finding %s: fix %q: %v", d.Code, f.Message, err)
			continue
		}
		if !r.editable(f) {
			continue
		}
		titles[f.Message] = true
		out = append(out, f)
	}
	return out
}

func (r *Reporter) editable(f analysis.SuggestedFix) bool {
	for _, e := range f.TextEdits {
		file := r.fileOf(e.Pos)
		if file == nil || IsProcessed(r.pass.Fset, file) || IsGenerated(r.pass.Fset, file) {
			return false
		}
	}
	return true
}

func (r *Reporter) reportUnused() {
	for _, u := range r.supp.unused(strings.TrimSuffix(r.pass.Analyzer.Name, TwinSuffix), r.opts) {
		r.pass.Report(analysis.Diagnostic{
			Pos:      u.pos,
			End:      u.end,
			Category: CodeSuppression,
			Message:  UnusedMessage(u.pattern),
			URL:      PageOf("engine") + "#suppression",
		})
	}
}

// fail notes a mistake of the analyzer itself, which costs the user a fix but not the finding.
func (r *Reporter) fail(format string, args ...any) {
	r.failed = append(r.failed, fmt.Sprintf(format, args...))
}

func (r *Reporter) reportFailures() {
	if !r.opts.Debug || len(r.pass.Files) == 0 {
		return
	}
	for _, f := range r.failed {
		r.pass.Report(analysis.Diagnostic{
			Pos:      r.pass.Files[0].Package,
			Category: CodeInternalError,
			Message:  oneLine(r.pass.Analyzer.Name + ": " + f),
			URL:      PageOf("engine") + "#internal-error",
		})
	}
	r.failed = nil
}

// fileName is the file of a position on disk, "" if it has none.
func (r *Reporter) fileName(pos token.Pos) string {
	return r.pass.Fset.PositionFor(pos, false).Filename
}

func (r *Reporter) fileOf(pos token.Pos) *ast.File { return fileOf(r.pass.Files, pos) }

func fileOf(files []*ast.File, pos token.Pos) *ast.File {
	for _, f := range files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			return f
		}
	}
	return nil
}

// comparePos orders by file name, then by offset: token.Pos alone follows the
// order in which files were added, which drivers may choose.
func (r *Reporter) comparePos(a, b token.Pos) int {
	pa, pb := r.pass.Fset.Position(a), r.pass.Fset.Position(b)
	return cmp.Or(cmp.Compare(pa.Filename, pb.Filename), cmp.Compare(pa.Line, pb.Line), cmp.Compare(pa.Column, pb.Column))
}

// Place names a position as messages do: "file.go:12", without directory.
// An invalid position is "?".
func Place(fset *token.FileSet, pos token.Pos) string {
	if !pos.IsValid() {
		return "?"
	}
	p := fset.Position(pos)
	return filepath.Base(p.Filename) + ":" + strconv.Itoa(p.Line)
}
