package analyzers

import (
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

// ForEditor returns the analyzers of a suite built from s as an editor wants
// them, which knows analyzers, but no codes and no tiers: those that are on,
// the engine first, and those that it may offer, switched off. These are the
// analyzers of which s selects nothing, with their default tier; and, for each
// analyzer with findings of the strict tier that are not selected, a twin that
// reports just them, named after it with the ending _strict. All share the
// suite's engine. Their fixes can be made as they are: editors do not format
// the result. Settings are those at the time of the call; it is made once.
func (suite *Suite) ForEditor(s *Settings) (on, off []*analysis.Analyzer) {
	defer func() {
		for _, a := range slices.Concat(on, off) {
			a.Run = finished(a.Run)
		}
	}()
	on = []*analysis.Analyzer{suite.Engine}
	for i, make := range constructors {
		a, opts := suite.Reporters[i], s.Report
		if s.Reports(a) {
			on = append(on, a)
		} else {
			opts = report.Options{}
			if emits(opts, a.Name) {
				off = append(off, make(suite.Engine, &opts))
			}
		}
		if twin := opts.Twin(); emits(twin, a.Name) {
			b := make(suite.Engine, &twin)
			b.Doc = b.Name + report.TwinSuffix + ": the strict tier of " + b.Doc
			b.Name += report.TwinSuffix
			off = append(off, b)
		}
	}
	return on, off
}

// Reports reports whether an analyzer of a suite built from s reports anything
// in some file.
func (s *Settings) Reports(a *analysis.Analyzer) bool { return emits(s.Report, a.Name) }

func emits(o report.Options, analyzer string) bool {
	codes := report.CodesOf(strings.TrimSuffix(analyzer, report.TwinSuffix))
	return slices.ContainsFunc(codes, o.EmitsSomewhere)
}

// finished makes fixes that need nothing done to the result, see [edit.Finished].
func finished(run func(*analysis.Pass) (any, error)) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (any, error) {
		emit := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			for i, f := range d.SuggestedFixes {
				if edits, ok := finish(pass, f.TextEdits); ok {
					d.SuggestedFixes[i].TextEdits = edits
				}
			}
			emit(d)
		}
		return run(pass)
	}
}

func finish(pass *analysis.Pass, edits []analysis.TextEdit) (out []analysis.TextEdit, ok bool) {
	byFile := map[*token.File][]edit.Text{}
	var files []*token.File
	for _, e := range edits {
		f := pass.Fset.File(e.Pos)
		if f == nil {
			return nil, false
		}
		if byFile[f] == nil {
			files = append(files, f)
		}
		end := e.End
		if !end.IsValid() {
			end = e.Pos
		}
		byFile[f] = append(byFile[f], edit.Text{File: f.Name(), Start: f.Offset(e.Pos), End: f.Offset(end), New: string(e.NewText)})
	}
	for _, f := range files {
		src, err := pass.ReadFile(f.Name())
		if err != nil || len(src) != f.Size() {
			return nil, false
		}
		changes, err := edit.Finished(src, byFile[f])
		if err != nil {
			return nil, false
		}
		for _, c := range changes {
			out = append(out, analysis.TextEdit{Pos: f.Pos(c.Start), End: f.Pos(c.End), NewText: []byte(c.New)})
		}
	}
	return out, true
}
