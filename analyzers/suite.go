// Package analyzers is the list of conclint's analyzers and the settings from
// which they are built. Everything is a value: nothing registers itself.
package analyzers

import (
	"flag"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/analyzers/chanclose"
	"github.com/conclint/conclint/analyzers/condmisuse"
	"github.com/conclint/conclint/analyzers/ctxignored"
	"github.com/conclint/conclint/analyzers/heldwait"
	"github.com/conclint/conclint/analyzers/lockorder"
	"github.com/conclint/conclint/analyzers/losterror"
	"github.com/conclint/conclint/analyzers/lostpanic"
	"github.com/conclint/conclint/analyzers/nosemaphore"
	"github.com/conclint/conclint/analyzers/notimeout"
	"github.com/conclint/conclint/analyzers/racycapture"
	"github.com/conclint/conclint/analyzers/racycounter"
	"github.com/conclint/conclint/analyzers/racyfield"
	"github.com/conclint/conclint/analyzers/relock"
	"github.com/conclint/conclint/analyzers/spinwait"
	"github.com/conclint/conclint/analyzers/stuckchan"
	"github.com/conclint/conclint/analyzers/unjoined"
	"github.com/conclint/conclint/analyzers/unreleased"
	"github.com/conclint/conclint/analyzers/wgmisuse"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/report"
)

// Settings are all settings of a suite. The zero value is the default.
type Settings struct {
	Engine engine.Config
	Report report.Options
}

// RegisterFlags adds the settings to a flag set, so that they are parsed into s.
func (s *Settings) RegisterFlags(fs *flag.FlagSet) {
	fs.BoolVar(&s.Report.Strict, "strict", s.Report.Strict, "report the strict tier too")
	fs.BoolVar(&s.Report.All, "conclint.all", s.Report.All, "report all tiers, for a driver that filters")
	s.Engine.RegisterFlags(fs)
}

// Selection and its parts say what is reported: [Settings].Report.Select.
type (
	Selection = report.Selection
	Rule      = report.Rule
	PathRules = report.PathRules
)

// CheckPattern returns an error for a pattern of a [Rule] that matches no code.
func CheckPattern(pattern string) error { return report.CheckPattern(pattern) }

// A Suite is one engine and the analyzers that share it.
type Suite struct {
	Engine    *analysis.Analyzer
	Reporters []*analysis.Analyzer
}

// All lists the suite's analyzers, the engine first.
func (s *Suite) All() []*analysis.Analyzer {
	return append([]*analysis.Analyzer{s.Engine}, s.Reporters...)
}

// New builds a suite. Settings are read when the analyzers run, so flags may
// still be parsed into s after New. A nil s means the defaults.
func New(s *Settings) *Suite {
	if s == nil {
		s = new(Settings)
	}
	eng := engine.New(&s.Engine)
	eng.Run = s.selected(eng.Run)
	suite := &Suite{Engine: eng}
	for _, make := range constructors {
		suite.Reporters = append(suite.Reporters, make(eng, &s.Report))
	}
	return suite
}

// selected makes the engine's own diagnostics obey the selection: it reports
// past the reporters.
func (s *Settings) selected(run func(*analysis.Pass) (any, error)) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (any, error) {
		emit := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			info, ok := report.Lookup(d.Category)
			if !ok || s.Report.Emits(info, pass.Fset.Position(d.Pos).Filename) {
				emit(d)
			}
		}
		return run(pass)
	}
}

// constructors lists the analyzers by name.
var constructors = []func(*analysis.Analyzer, *report.Options) *analysis.Analyzer{
	chanclose.New,
	condmisuse.New,
	ctxignored.New,
	heldwait.New,
	lockorder.New,
	losterror.New,
	lostpanic.New,
	nosemaphore.New,
	notimeout.New,
	racycapture.New,
	racycounter.New,
	racyfield.New,
	relock.New,
	spinwait.New,
	stuckchan.New,
	unjoined.New,
	unreleased.New,
	wgmisuse.New,
}
