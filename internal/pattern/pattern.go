// Package pattern holds regular expressions that are compiled when they are first asked.
//
// The command starts once per package under analysis, a thousand times on a larger program, and most of these packages ask
// few of its expressions or none: compiling all of them took a millisecond of each start.
package pattern

import (
	"regexp"
	"sync"
)

// A Pattern is a regular expression in the syntax of package regexp. It may be used by several goroutines at once.
type Pattern struct {
	compiled func() *regexp.Regexp
}

// New returns the pattern of an expression. One that does not compile panics at its first use.
func New(expr string) *Pattern {
	return &Pattern{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expr) })}
}

// MatchString reports whether s contains a match.
func (p *Pattern) MatchString(s string) bool { return p.compiled().MatchString(s) }

// FindStringSubmatch returns the leftmost match in s and its groups, nil if there is none.
func (p *Pattern) FindStringSubmatch(s string) []string { return p.compiled().FindStringSubmatch(s) }

// ReplaceAll returns a copy of src with all matches replaced by repl, in which $1 is the first group.
func (p *Pattern) ReplaceAll(src, repl []byte) []byte { return p.compiled().ReplaceAll(src, repl) }

// ReplaceAllString returns s with all matches replaced by repl, in which $1 is the first group.
func (p *Pattern) ReplaceAllString(s, repl string) string {
	return p.compiled().ReplaceAllString(s, repl)
}
