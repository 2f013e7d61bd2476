package driver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/report"
)

// selection decides which codes are shown.
type selection struct {
	strict bool
	rules  []rule // in order; the last that speaks about a code decides
}

type rule struct {
	pattern string
	on      bool
}

// add takes a comma-separated list of patterns from the command line.
func (s *selection) add(list string, on bool) error {
	for p := range strings.SplitSeq(list, ",") {
		p = strings.TrimSpace(p)
		if p == "" {
			continue
		}
		if !slices.ContainsFunc(report.Codes(), func(c report.CodeInfo) bool { return report.Match(p, c) }) {
			return fmt.Errorf("no analyzer or code matches %q; conclint -list shows them", p)
		}
		s.rules = append(s.rules, rule{p, on})
	}
	return nil
}

// shows reports whether findings of a code are shown. Enabling an analyzer
// enables its codes of the tiers in force; a strict code is on when -strict is
// given or when it is enabled by its own name.
func (s *selection) shows(c report.CodeInfo) bool {
	inForce := s.strict || c.Tier == report.Default
	on := inForce
	for _, r := range s.rules {
		if !report.Match(r.pattern, c) {
			continue
		}
		switch {
		case !r.on:
			on = false
		case r.pattern == c.Code:
			on = true
		default:
			on = inForce
		}
	}
	return on
}

// showsAll reports whether all codes that a suppression's pattern names are shown.
func (s *selection) showsAll(pattern string) bool {
	if c, ok := report.Lookup(pattern); ok {
		return s.shows(c)
	}
	return !slices.ContainsFunc(report.CodesOf(pattern), func(c report.CodeInfo) bool { return !s.shows(c) })
}

// keeps reports whether a finding is shown.
func (s *selection) keeps(f *Finding) bool {
	if p, ok := report.UnusedPattern(f.Message); ok && f.Code == report.CodeSuppression && !s.showsAll(p) {
		return false // it could not have silenced what is off
	}
	return s.shows(f.CodeInfo)
}

func isTestFile(name string) bool { return strings.HasSuffix(name, "_test.go") }
