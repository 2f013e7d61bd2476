package driver

import (
	"bufio"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/conclint/conclint/internal/report"
)

// paint colours text for terminals, or does not.
type paint bool

func (p paint) sgr(code, s string) string {
	if !p || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (p paint) bold(s string) string { return p.sgr("1", s) }
func (p paint) dim(s string) string  { return p.sgr("2", s) }
func (p paint) level(s Severity, text string) string {
	return p.sgr(map[Severity]string{Error: "1;31", Warning: "1;33", Note: "1;34"}[s], text)
}

// writeText prints for people: position, message and code on one line that
// editors can parse, the source line, the witness, other places, fixes.
func writeText(w io.Writer, o *output) error {
	b := bufio.NewWriter(w)
	p := paint(o.colour)
	for i, f := range o.findings {
		if i > 0 {
			b.WriteByte('\n')
		}
		fmt.Fprintf(b, "%s %s %s\n", p.bold(o.place(f.Pos)+":"), p.level(f.Severity, f.Message), p.dim("["+f.Code+"]"))
		writeExcerpt(b, o, p, f)
		for _, s := range f.Witness {
			fmt.Fprintf(b, "    %s\n", stepText(o, s))
		}
		for _, r := range f.Related {
			fmt.Fprintf(b, "    %s: %s\n", o.place(r.Pos), r.Message)
		}
		for _, fix := range f.Fixes {
			fmt.Fprintf(b, "    fix: %s\n", fix.Title)
		}
	}
	return b.Flush()
}

// place is "file:line:col", as far as known.
func (o *output) place(p Position) string {
	if !p.Valid() {
		return "-"
	}
	s := fmt.Sprintf("%s:%d", o.name(p.File), p.Line)
	if p.Col > 0 {
		s += fmt.Sprintf(":%d", p.Col)
	}
	return s
}

// writeExcerpt prints the source line with carets under the span.
func writeExcerpt(b io.Writer, o *output, p paint, f *Finding) {
	line, ok := o.src.line(f.Pos.File, f.Pos.Line)
	if !ok || f.Pos.Col < 1 || f.Pos.Col-1 > len(line) {
		return
	}
	number := fmt.Sprintf("%5d", f.Pos.Line)
	fmt.Fprintf(b, "%s %s\n", p.dim(number+" |"), strings.ToValidUTF8(line, "?"))
	// The caret line repeats the tabs of the source line, so that both
	// indent alike whatever a tab is worth.
	start := f.Pos.Col - 1
	indent := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, line[:start])
	end := len(strings.TrimRight(line, " \t"))
	switch {
	case f.End == f.Pos: // only the place is known: the word there
		end = start + len(leadingWord(line[start:]))
	case f.End.Line == f.Pos.Line && f.End.Col-1 <= len(line):
		end = f.End.Col - 1
	}
	width := 1
	if end > start {
		width = utf8.RuneCountInString(line[start:end])
	}
	fmt.Fprintf(b, "%s %s%s\n", p.dim("      |"), indent, p.level(f.Severity, strings.Repeat("^", width)))
}

// leadingWord is the identifier or keyword that s begins with.
func leadingWord(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	if end < 0 {
		return s
	}
	return s[:end]
}

// stepText is a step of a witness with its place.
func stepText(o *output, s Step) string {
	where := s.At
	if s.Place.Valid() {
		where = fmt.Sprintf("%s:%d", o.name(s.Place.File), s.Place.Line)
	}
	step := s.Step
	step.At = ""
	text := strings.TrimPrefix(report.EncodeStep(s.N, step), fmt.Sprintf("[%d] ", s.N))
	if where != "" {
		where = " (" + where + ")"
	}
	return fmt.Sprintf("%d. %s%s", s.N, text, where)
}
