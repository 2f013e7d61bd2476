package analyzers

import (
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/report"
)

// ForEditor returns the analyzers of a suite built from s as an editor wants
// them, which knows analyzers, but no codes and no tiers: those that are on,
// the engine first, and those that it may offer, switched off. These are the
// analyzers of which s selects nothing, with their default tier; and, for each
// analyzer with findings of the strict tier that are not selected, a twin that
// reports just them, named after it with the ending _strict. All share the
// suite's engine. Settings are those at the time of the call.
func (suite *Suite) ForEditor(s *Settings) (on, off []*analysis.Analyzer) {
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
