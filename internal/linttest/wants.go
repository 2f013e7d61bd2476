package linttest

import (
	"fmt"
	"go/parser"
	"go/scanner"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// A want is an expectation of a diagnostic, read from a `// want` comment.
type want struct {
	file    string // absolute
	line    int
	pattern *regexp.Regexp
	met     bool
}

func (w want) String() string { return fmt.Sprintf("%s:%d: want `%s`", w.file, w.line, w.pattern) }

// wantsIn reads the expectations of all Go files below dir, in the syntax of analysistest. Expectations of facts are left out:
// no driver but analysistest shows facts.
func wantsIn(dir string) ([]want, error) {
	var all []want
	err := filepath.WalkDir(dir, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") {
			return err
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, name, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, group := range file.Comments {
			for _, c := range group.List {
				text, ok := wantText(c.Text)
				if !ok {
					continue
				}
				position := fset.Position(c.Pos())
				wants, err := parseWants(text)
				if err != nil {
					return fmt.Errorf("%s: %w", position, err)
				}
				for _, w := range wants {
					w.file = name
					w.line += position.Line
					all = append(all, w)
				}
			}
		}
		return nil
	})
	return all, err
}

// wantText returns what follows the word want in a comment that begins with it, or that holds "// want" further on.
func wantText(comment string) (string, bool) {
	text := strings.TrimSuffix(comment[2:], "*/")
	if _, after, ok := strings.Cut(text, "// want"); ok {
		return after, true
	}
	return strings.CutPrefix(strings.TrimSpace(text), "want")
}

// parseWants reads [+N] followed by patterns and facts, name:"pattern". Lines are relative to the comment's.
func parseWants(text string) ([]want, error) {
	var s scanner.Scanner
	fset := token.NewFileSet()
	s.Init(fset.AddFile("want", -1, len(text)), []byte(text), nil, 0)
	delta, previous := 0, token.ILLEGAL
	var wants []want
	for {
		_, tok, lit := s.Scan()
		switch tok {
		case token.EOF, token.SEMICOLON:
			return wants, nil
		case token.ADD, token.SUB, token.IDENT, token.COLON, token.PACKAGE:
		case token.INT:
			n, err := strconv.Atoi(lit)
			if err != nil {
				return nil, err
			}
			if delta = n; previous == token.SUB {
				delta = -n
			}
		case token.STRING:
			pattern, err := strconv.Unquote(lit)
			if err != nil {
				return nil, err
			}
			re, err := regexp.Compile(pattern)
			if err != nil {
				return nil, err
			}
			if previous != token.COLON {
				wants = append(wants, want{line: delta, pattern: re})
			}
		default:
			return nil, fmt.Errorf("unexpected %s in a want", tok)
		}
		previous = tok
	}
}
