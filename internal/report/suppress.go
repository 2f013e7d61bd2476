package report

import (
	"fmt"
	"go/ast"
	"go/token"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/pattern"
)

// directivePrefix begins the comment that silences findings:
//
//	//conclint:ignore code[,code] reason
//
// At the end of a line it covers that line; on lines of its own it covers the
// first line after its comment group. A code may be an analyzer's name, for
// all its checks. The reason is required.
const directivePrefix = "//conclint:ignore"

// directive is one such comment.
type directive struct {
	pos, end token.Pos
	patterns []string
	used     []bool // in step with patterns
	problem  string // why the comment is malformed; empty if it is not
}

// span is a range of lines, both ends included.
type span struct{ from, to int }

func (s span) has(line int) bool { return s.from <= line && line <= s.to }

// fileSuppressions are the suppressions of one file.
type fileSuppressions struct {
	file       *ast.File
	directives []*directive
	covers     []span // in step with directives
	nolint     []span
}

// Suppressions are the suppression comments of a package's files.
type Suppressions struct {
	fset  *token.FileSet
	files []fileSuppressions
}

// NewSuppressions reads the comments of the files.
func NewSuppressions(fset *token.FileSet, files []*ast.File) *Suppressions {
	s := &Suppressions{fset: fset}
	for _, f := range files {
		s.files = append(s.files, readFile(fset, f))
	}
	return s
}

// Covers reports whether a comment silences code at pos, and leaves no trace.
func (s *Suppressions) Covers(pos token.Pos, code string) bool { return s.find(pos, code, false) }

// Use is [Suppressions.Covers] and counts every comment that covers pos as used.
func (s *Suppressions) Use(pos token.Pos, code string) bool { return s.find(pos, code, true) }

func (s *Suppressions) find(pos token.Pos, code string, use bool) (silenced bool) {
	info, ok := Lookup(code)
	if !ok || !pos.IsValid() {
		return false
	}
	for i := range s.files {
		f := &s.files[i]
		if pos < f.file.FileStart || f.file.FileEnd < pos {
			continue
		}
		line := s.fset.Position(pos).Line
		for i, d := range f.directives {
			if !f.covers[i].has(line) {
				continue
			}
			for j, p := range d.patterns {
				if names(p, info) {
					silenced = true
					d.used[j] = d.used[j] || use
				}
			}
		}
		silenced = silenced || slices.ContainsFunc(f.nolint, func(sp span) bool { return sp.has(line) })
	}
	return silenced
}

// names reports whether a directive's pattern, a code or an analyzer, selects a code.
func names(pattern string, info CodeInfo) bool {
	return pattern == info.Code || pattern == info.Analyzer
}

func known(pattern string) bool {
	_, ok := Lookup(pattern)
	return ok || len(CodesOf(pattern)) > 0
}

// unusedDirective is one pattern that silenced nothing.
type unusedDirective struct {
	pos, end token.Pos
	pattern  string
}

// unused returns the patterns of an analyzer's codes that silenced nothing,
// in source order. What is off cannot be unused: a code whose tier is not
// emitted, an analyzer of which some code is not emitted.
func (s *Suppressions) unused(analyzer string, opts Options) []unusedDirective {
	var out []unusedDirective
	for _, f := range s.files {
		if len(f.directives) == 0 || IsGenerated(s.fset, f.file) {
			continue
		}
		for _, d := range f.directives {
			for j, p := range d.patterns {
				if !d.used[j] && ownedBy(p, analyzer) && decidable(p, opts, s.fset.Position(d.pos).Filename) {
					out = append(out, unusedDirective{d.pos, d.end, p})
				}
			}
		}
	}
	return out
}

func ownedBy(pattern, analyzer string) bool {
	owner, _, _ := strings.Cut(pattern, "/")
	return owner == analyzer && known(pattern)
}

// decidable reports whether all codes that a pattern selects are emitted.
func decidable(pattern string, opts Options, file string) bool {
	if info, ok := Lookup(pattern); ok {
		return opts.Emits(info, file)
	}
	return !slices.ContainsFunc(CodesOf(pattern), func(c CodeInfo) bool { return !opts.Emits(c, file) })
}

const (
	unusedPrefix = "suppression of "
	unusedSuffix = " silences nothing here; remove it"
)

// UnusedMessage is the message of a suppression comment that silences nothing.
func UnusedMessage(pattern string) string { return unusedPrefix + pattern + unusedSuffix }

// UnusedPattern returns the pattern that a message of [UnusedMessage] speaks
// about, so that a driver which filters tiers and analyzers can drop the
// message along with the findings that it could not have seen.
func UnusedPattern(message string) (pattern string, ok bool) {
	p, ok1 := strings.CutPrefix(message, unusedPrefix)
	p, ok2 := strings.CutSuffix(p, unusedSuffix)
	return p, ok1 && ok2 && p != ""
}

// CheckSuppressions reports the malformed suppression comments of a package.
// The engine root calls it, once per package.
func CheckSuppressions(pass *analysis.Pass) {
	for _, f := range pass.Files {
		found := readFile(pass.Fset, f)
		if len(found.directives) == 0 || IsGenerated(pass.Fset, f) {
			continue
		}
		for _, d := range found.directives {
			if d.problem == "" {
				continue
			}
			pass.Report(analysis.Diagnostic{
				Pos:      d.pos,
				End:      d.end,
				Category: CodeSuppression,
				Message:  d.problem,
				URL:      PageOf("engine") + "#suppression",
			})
		}
	}
}

func readFile(fset *token.FileSet, file *ast.File) fileSuppressions {
	out := fileSuppressions{file: file}
	var lay *layout // costs a walk of the file: built for the first comment that needs it
	get := func() *layout {
		if lay == nil {
			lay = newLayout(fset, file)
		}
		return lay
	}
	for _, group := range file.Comments {
		for _, c := range group.List {
			if d := parseDirective(c); d != nil {
				out.directives = append(out.directives, d)
				out.covers = append(out.covers, get().covered(c, group))
			} else if isNolint(c.Text) {
				out.nolint = append(out.nolint, get().nolintSpan(c, group))
			}
		}
	}
	return out
}

var spacedRE = pattern.New(`^//\s+conclint:ignore\b`)

// parseDirective returns nil if the comment is no directive.
func parseDirective(c *ast.Comment) *directive {
	d := &directive{pos: c.Pos(), end: c.End()}
	if spacedRE.MatchString(c.Text) {
		d.problem = "a directive has no space after the slashes: write " + directivePrefix
		return d
	}
	rest, ok := strings.CutPrefix(c.Text, directivePrefix)
	if !ok || rest != "" && rest[0] != ' ' && rest[0] != '\t' {
		return nil
	}
	// A comment within the comment is no reason.
	rest, _, _ = strings.Cut(rest+" ", " //")
	words := strings.Fields(rest)
	var codes []string
	for len(words) > 0 {
		w := words[0]
		words = words[1:]
		for _, p := range strings.Split(w, ",") {
			if p != "" {
				codes = append(codes, p)
			}
		}
		if !strings.HasSuffix(w, ",") && (len(words) == 0 || !strings.HasPrefix(words[0], ",")) {
			break
		}
	}
	unknown := slices.DeleteFunc(slices.Clone(codes), known)
	switch {
	case len(codes) == 0:
		d.problem = fmt.Sprintf("%s names no code: write %s code reason", directivePrefix, directivePrefix)
	case len(unknown) > 0:
		d.problem = fmt.Sprintf("%s names the unknown code %s", directivePrefix, strings.Join(unknown, ", "))
	case len(words) == 0:
		d.problem = fmt.Sprintf("%s %s gives no reason; nothing is silenced", directivePrefix, strings.Join(codes, ","))
	}
	if len(words) > 0 {
		// A wrong name does not take the right ones with it; a missing reason does.
		d.patterns = slices.DeleteFunc(codes, func(p string) bool { return !known(p) })
		d.used = make([]bool, len(d.patterns))
	}
	return d
}

// isNolint reports whether a comment is golangci-lint's, for this linter or for all.
func isNolint(text string) bool {
	rest, ok := strings.CutPrefix(strings.TrimLeft(text, "/ \t"), "nolint")
	if !ok || !strings.HasPrefix(text, "//") {
		return false
	}
	list, ok := strings.CutPrefix(rest, ":")
	if !ok {
		return rest == "" || rest[0] == ' ' || rest[0] == '\t' || strings.HasPrefix(rest, "//")
	}
	list, _, _ = strings.Cut(list, "//")
	for name := range strings.SplitSeq(list, ",") {
		if name, _, _ = strings.Cut(strings.TrimSpace(name), " "); strings.EqualFold(name, "conclint") || strings.EqualFold(name, "all") {
			return true
		}
	}
	return false
}

// layout knows which lines of a file hold code.
type layout struct {
	fset *token.FileSet
	code map[int]bool // lines on which a node begins or ends
	ends map[int]int  // line on which a declaration or statement begins -> last line of the longest such
}

func newLayout(fset *token.FileSet, file *ast.File) *layout {
	l := &layout{fset: fset, code: map[int]bool{}, ends: map[int]int{}}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n.(type) {
		case nil:
			return false
		case *ast.Comment, *ast.CommentGroup:
			return false
		case *ast.File:
			l.code[l.line(file.Package)] = true
			return true
		}
		from, to := l.line(codeStart(n)), l.line(n.End())
		l.code[from], l.code[to] = true, true
		switch n.(type) {
		case ast.Decl, ast.Stmt:
			l.ends[from] = max(l.ends[from], to)
		}
		return true
	})
	return l
}

// codeStart is n.Pos() without a doc comment.
func codeStart(n ast.Node) token.Pos {
	switch n := n.(type) {
	case *ast.FuncDecl:
		return n.Type.Func
	case *ast.GenDecl:
		return n.TokPos
	}
	return n.Pos()
}

func (l *layout) line(p token.Pos) int { return l.fset.Position(p).Line }

// covered is the span of a directive.
func (l *layout) covered(c *ast.Comment, group *ast.CommentGroup) span {
	line := l.line(c.Pos())
	if l.code[line] {
		return span{line, line}
	}
	next := l.line(group.End()) + 1
	return span{next, next}
}

// nolintSpan is the span of a nolint comment: as in golangci-lint, the whole
// declaration or statement that begins on the line that it stands on or above.
func (l *layout) nolintSpan(c *ast.Comment, group *ast.CommentGroup) span {
	s := l.covered(c, group)
	s.to = max(s.to, l.ends[s.from])
	return s
}
