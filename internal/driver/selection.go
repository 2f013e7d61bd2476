package driver

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/report"
)

// selection decides which findings are shown: the configuration, what it says
// about the file, and the command line, in this order; the last that speaks
// about a code decides.
type selection struct {
	strict bool   // of the command line or, where it is silent, of the configuration
	rules  []rule // of the command line
	forced bool   // the command line speaks about strict
	config *config
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
		if err := knownPattern(p); err != nil {
			return err
		}
		s.rules = append(s.rules, rule{p, on})
	}
	return nil
}

func knownPattern(p string) error {
	if !slices.ContainsFunc(report.Codes(), func(c report.CodeInfo) bool { return report.Match(p, c) }) {
		return fmt.Errorf("no analyzer or code matches %q; conclint -list shows them", p)
	}
	return nil
}

// shows reports whether findings of a code in a file are shown. Enabling an
// analyzer enables its codes of the tiers in force; a strict code is on when
// the strict tier is, or when it is enabled by its own name.
func (s *selection) shows(c report.CodeInfo, file string) bool {
	rules, strict := s.rulesFor(file)
	inForce := strict || c.Tier == report.Default
	on := inForce
	for _, r := range rules {
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

func (s *selection) rulesFor(file string) (rules []rule, strict bool) {
	strict = s.strict
	if s.config == nil {
		return s.rules, strict
	}
	rules = append(rules, s.config.rules...)
	if rel, err := filepath.Rel(s.config.dir, file); err == nil && filepath.IsLocal(rel) {
		name := filepath.ToSlash(rel)
		for _, p := range s.config.paths {
			if matchPath(p.glob, name) {
				rules = append(rules, p.rules...)
				if p.strict != nil && !s.forced {
					strict = *p.strict
				}
			}
		}
	}
	return append(rules, s.rules...), strict
}

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
