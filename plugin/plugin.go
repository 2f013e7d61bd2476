// Package plugin makes conclint a module plugin of golangci-lint v2. Importing
// it registers the linter "conclint"; docs/golangci.md shows how to build a
// golangci-lint that does, and how to configure it.
package plugin

import (
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/golangci/plugin-module-register/register"
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/analyzers"
)

// Name is the linter's name in .golangci.yml and in nolint comments.
const Name = "conclint"

func init() { register.Plugin(Name, New) }

// Settings are what linters.settings.custom.conclint.settings may hold.
// Anything else there is an error.
type Settings struct {
	// Strict reports the strict tier too.
	Strict bool `json:"strict"`
	// Disable and then Enable hold patterns of analyzers and codes: relock,
	// relock/rlock, racy*, all. The last that matches a code decides.
	Disable []string `json:"disable"`
	Enable  []string `json:"enable"`
	// Runtime is the import path of the runtime module, if it was moved.
	Runtime string `json:"runtime"`
	// API says what functions of yours do: "example.com/rpc.(Client).Call = block, ctx=0".
	API []string `json:"api"`
	// Analyzers holds options of single analyzers, by name and option.
	Analyzers map[string]map[string]any `json:"analyzers"`
}

// New is called by golangci-lint with the settings as it has read them.
func New(conf any) (register.LinterPlugin, error) {
	s, err := register.DecodeSettings[Settings](conf)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", Name, err)
	}
	as, err := s.build()
	if err != nil {
		return nil, fmt.Errorf("%s: settings: %w", Name, err)
	}
	return linter{as}, nil
}

// build is the one place where settings become analyzers.
func (s Settings) build() ([]*analysis.Analyzer, error) {
	sel := &analyzers.Selection{Strict: s.Strict}
	for _, list := range []struct {
		key      string
		patterns []string
		on       bool
	}{{"disable", s.Disable, false}, {"enable", s.Enable, true}} {
		for _, p := range list.patterns {
			if err := analyzers.CheckPattern(p); err != nil {
				return nil, fmt.Errorf("%s: %w", list.key, err)
			}
			sel.Rules = append(sel.Rules, analyzers.Rule{Pattern: p, On: list.on})
		}
	}
	settings := new(analyzers.Settings)
	settings.Report.Select = sel
	common := flag.NewFlagSet(Name, flag.ContinueOnError)
	settings.RegisterFlags(common)
	for _, row := range s.API {
		if err := common.Set("api.rows", row); err != nil {
			return nil, fmt.Errorf("api: %w", err)
		}
	}
	if s.Runtime != "" {
		if err := common.Set("runtime", s.Runtime); err != nil {
			return nil, fmt.Errorf("runtime: %w", err)
		}
	}
	suite := analyzers.New(settings)
	if err := s.setOptions(suite.Reporters); err != nil {
		return nil, err
	}
	var out []*analysis.Analyzer
	for _, a := range suite.All() {
		if settings.Reports(a) || a == suite.Engine {
			a.Run = oneIssue(a.Run)
			out = append(out, a)
		}
	}
	return out, nil
}

// setOptions sets the flags of single analyzers.
func (s Settings) setOptions(all []*analysis.Analyzer) error {
	for _, name := range slices.Sorted(maps.Keys(s.Analyzers)) {
		i := slices.IndexFunc(all, func(a *analysis.Analyzer) bool { return a.Name == name })
		if i < 0 {
			return fmt.Errorf("analyzers: there is no analyzer %s", name)
		}
		options := s.Analyzers[name]
		for _, option := range slices.Sorted(maps.Keys(options)) {
			if all[i].Flags.Lookup(option) == nil {
				return fmt.Errorf("analyzers: %s has no option %s%s", name, option, known(&all[i].Flags))
			}
			if err := all[i].Flags.Set(option, fmt.Sprint(options[option])); err != nil {
				return fmt.Errorf("analyzers: %s.%s: %w", name, option, err)
			}
		}
	}
	return nil
}

func known(fs *flag.FlagSet) string {
	var names []string
	fs.VisitAll(func(f *flag.Flag) { names = append(names, f.Name) })
	if len(names) == 0 {
		return "; it has none"
	}
	return "; it has " + strings.Join(names, ", ")
}

// oneIssue makes each finding one issue with its code. golangci-lint shows no
// category, and comments that silence single findings need it; and it makes an
// issue of its own of each related place, which the steps of a witness are.
func oneIssue(run func(*analysis.Pass) (any, error)) func(*analysis.Pass) (any, error) {
	return func(pass *analysis.Pass) (any, error) {
		emit := pass.Report
		pass.Report = func(d analysis.Diagnostic) {
			if d.Category != "" {
				d.Message += " [" + d.Category + "]"
			}
			d.Related = nil
			emit(d)
		}
		return run(pass)
	}
}

// linter is what golangci-lint runs.
type linter struct{ analyzers []*analysis.Analyzer }

// BuildAnalyzers returns the engine and the analyzers that are on.
func (l linter) BuildAnalyzers() ([]*analysis.Analyzer, error) { return l.analyzers, nil }

// GetLoadMode asks for types; facts across packages come with them.
func (l linter) GetLoadMode() string { return register.LoadModeTypesInfo }
