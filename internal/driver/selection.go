package driver

import (
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/report"
)

// selection decides which findings are shown: the configuration, what it says
// about the file, and the command line, in this order; the last that speaks
// about a code decides.
type selection struct {
	strict bool          // of the command line or, where it is silent, of the configuration
	rules  []report.Rule // of the command line
	forced bool          // the command line speaks about strict
	config *config
}

// add takes a comma-separated list of patterns from the command line.
func (s *selection) add(list string, on bool) error {
	for p := range strings.SplitSeq(list, ",") {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if err := report.CheckPattern(p); err != nil {
			return err
		}
		s.rules = append(s.rules, report.Rule{Pattern: p, On: on})
	}
	return nil
}

// value is the selection as reporters understand it.
func (s *selection) value() *report.Selection {
	out := &report.Selection{Strict: s.strict, Forced: s.forced, Last: s.rules}
	if s.config != nil {
		out.Rules, out.Dir, out.Paths = s.config.rules, s.config.dir, s.config.paths
	}
	return out
}

// shows reports whether findings of a code in a file are shown.
func (s *selection) shows(c report.CodeInfo, file string) bool { return s.value().Shows(c, file) }

// showsAll reports whether all codes that a suppression's pattern names are shown.
func (s *selection) showsAll(pattern, file string) bool {
	if c, ok := report.Lookup(pattern); ok {
		return s.shows(c, file)
	}
	return !slices.ContainsFunc(report.CodesOf(pattern), func(c report.CodeInfo) bool { return !s.shows(c, file) })
}

// keeps reports whether a finding is shown.
func (s *selection) keeps(f *Finding) bool {
	if p, ok := report.UnusedPattern(f.Message); ok && f.Code == report.CodeSuppression && !s.showsAll(p, f.Pos.File) {
		return false // it could not have silenced what is off
	}
	return s.shows(f.CodeInfo, f.Pos.File)
}

func isTestFile(name string) bool { return strings.HasSuffix(name, "_test.go") }
