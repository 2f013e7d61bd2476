package driver

import (
	"fmt"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/report"
)

// printVetFlags prints the flags with which a plain go vet -vettool agrees with
// this command line and configuration, and says on standard error what cannot
// be said in flags.
func (c *command) printVetFlags() int {
	var flags, lost []string
	s := &c.opts.selection
	if s.strict {
		flags = append(flags, "-"+flagStrict)
	}
	for _, a := range c.tool.Reporters {
		codes := report.CodesOf(a.Name)
		shown := slices.DeleteFunc(slices.Clone(codes), func(i report.CodeInfo) bool { return !s.shows(i, "") })
		byTier := slices.DeleteFunc(slices.Clone(codes), func(i report.CodeInfo) bool { return !s.strict && i.Tier == report.Strict })
		switch {
		case len(shown) == 0 && len(byTier) > 0:
			flags = append(flags, "-"+a.Name+"=false")
		case !slices.Equal(shown, byTier):
			lost = append(lost, "single codes of "+a.Name)
		}
	}
	flags = append(flags, slices.DeleteFunc(slices.Clone(c.opts.analysis), func(f string) bool { return f == "-"+flagAll })...)
	if cfg := s.config; cfg != nil && len(cfg.paths) > 0 {
		lost = append(lost, "rules for paths")
	}
	if cfg := s.config; cfg != nil && len(cfg.severity) > 0 {
		lost = append(lost, "severities")
	}
	if !c.opts.tests {
		lost = append(lost, "leaving out test files")
	}
	if c.opts.baseline != "" {
		lost = append(lost, "the baseline")
	}
	for i := range flags {
		flags[i] = shellWord(flags[i])
	}
	fmt.Fprintln(c.stdout, strings.Join(flags, " "))
	if len(lost) > 0 {
		fmt.Fprintf(c.stderr, "conclint: go vet has no flag for %s\n", strings.Join(lost, ", "))
	}
	return exitClean
}

// shellWord quotes a word for a POSIX shell if it needs to be.
func shellWord(s string) string {
	if !strings.ContainsFunc(s, func(r rune) bool {
		return !strings.ContainsRune("-_=./:,@%+", r) && (r > 'z' || !isAlnum(byte(r)))
	}) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func isAlnum(b byte) bool {
	return '0' <= b && b <= '9' || 'A' <= b && b <= 'Z' || 'a' <= b && b <= 'z'
}
