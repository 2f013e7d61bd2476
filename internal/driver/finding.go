package driver

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

// Position is a place in a file. Lines and columns count from 1, columns in
// bytes; zero is unknown.
type Position struct {
	File string // absolute, as the go command names it
	Line int
	Col  int
}

// Valid reports whether the position names a line of a file.
func (p Position) Valid() bool { return p.File != "" && p.Line > 0 }

func comparePositions(a, b Position) int {
	return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col))
}

// parsePosition reads "file:line:col" or "file:line"; file may hold colons.
// What is none of these, such as "-", is the zero Position.
func parsePosition(s string) Position {
	head, last, ok := cutLastColon(s)
	if !ok {
		return Position{}
	}
	if file, line, ok := cutLastColon(head); ok {
		return Position{file, line, last}
	}
	return Position{head, last, 0}
}

func cutLastColon(s string) (before string, n int, ok bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 1 {
		return "", 0, false
	}
	n, err := strconv.Atoi(s[i+1:])
	return s[:i], n, err == nil && n > 0
}

// Finding is one diagnostic with all that the driver knows about it.
type Finding struct {
	report.CodeInfo
	Package     string // import path, without test variant
	Function    string // enclosing function or declared name, empty at file level
	Pos, End    Position
	Message     string
	Related     []Related
	Witness     []Step
	Fixes       []Fix
	Key         string // see report.Diagnostic
	Fingerprint string // stable under changes elsewhere in the file, see fingerprint
	Severity    Severity
	identity    string // what equal findings at different places have in common
	session     string // in -fix: the fingerprint that the finding began with
}

// Related is another place that belongs to a finding.
type Related struct {
	Pos     Position
	Message string
}

// Step is one step of a witness.
type Step struct {
	report.Step
	N     int
	Place Position // zero if the step is in another package; then Step.At says where
}

// Fix is one suggested fix.
type Fix struct {
	Title string
	Edits []edit.Text
}

// Severity is how loud a finding is shown.
type Severity string

const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Note    Severity = "note"
)

// severityOf is the severity of a claim unless the configuration says otherwise.
func severityOf(c report.Claim) Severity {
	switch c {
	case report.Hazard:
		return Warning
	case report.Policy:
		return Note
	}
	return Error
}

// sortFindings orders by position, code and message, and drops what was found
// twice: in a package and its test variant, or, for findings with a key, in
// several packages.
func sortFindings(fs []*Finding) []*Finding {
	slices.SortStableFunc(fs, func(a, b *Finding) int {
		return cmp.Or(comparePositions(a.Pos, b.Pos), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Package, b.Package))
	})
	type identity struct {
		pos           Position
		code, message string
	}
	seen := map[identity]bool{}
	out := fs[:0]
	for _, f := range fs {
		id := identity{f.Pos, f.Code, f.Message}
		if f.Key != "" {
			id = identity{code: f.Code, message: f.Key}
		}
		if !seen[id] {
			seen[id] = true
			out = append(out, f)
		}
	}
	return out
}
