package page

import (
	"bytes"
	"cmp"
	"go/scanner"
	"go/token"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An excerpt is what a finding shows of one file.
type excerpt struct {
	File  string
	Lines []line
}

// A line of an excerpt. Gap says that lines are left out before it.
type line struct {
	N     int
	Gap   bool
	Head  bool // the beginning of the declaration around, for orientation
	Found bool // the finding is here
	Steps []stepMark
	Notes []string // other places: what is said of them
	Segs  []seg
}

// A stepMark stands at the line of a step.
type stepMark struct{ N, Lane int }

// A seg is a piece of a line in one colour.
type seg struct {
	Class string // of the syntax: "kw", "str", "com", "num"; may be empty
	Mark  bool   // it is part of what the finding is about
	Text  string
}

// around is how many lines are shown before and after one with a mark; gaps up
// to that size are closed.
const around = 4

// files reads sources once each.
type files struct {
	source func(string) []byte
	lines  map[string][][]seg
}

func newFiles(source func(string) []byte) *files {
	return &files{source: source, lines: make(map[string][][]seg)}
}

func (fs *files) file(name string) [][]seg {
	lines, ok := fs.lines[name]
	if !ok {
		if fs.source != nil {
			lines = colour(fs.source(name))
		}
		fs.lines[name] = lines
	}
	return lines
}

// excerpts shows the lines of a finding's marks: first the file that it is in, then others.
func (fs *files) excerpts(f Finding) []excerpt {
	var out []excerpt
	at := func(p Place) *line {
		lines := fs.file(p.File)
		if p.Line < 1 || p.Line > len(lines) {
			return nil
		}
		i := slices.IndexFunc(out, func(e excerpt) bool { return e.File == p.File })
		if i < 0 {
			i = len(out)
			out = append(out, excerpt{File: p.File})
		}
		e := &out[i]
		j := slices.IndexFunc(e.Lines, func(l line) bool { return l.N == p.Line })
		if j < 0 {
			j = len(e.Lines)
			e.Lines = append(e.Lines, line{N: p.Line, Segs: lines[p.Line-1]})
		}
		return &e.Lines[j]
	}
	if l := at(f.Pos); l != nil {
		l.Found = true
		l.Segs = underline(l.Segs, f.Pos, f.End)
	}
	lanes := goroutines(f.Steps)
	for _, s := range f.Steps {
		k := slices.Index(lanes, s.Goroutine)
		if l := at(s.Place); l != nil {
			l.Steps = append(l.Steps, stepMark{s.N, k})
		}
	}
	for _, r := range f.Related {
		if l := at(r.Place); l != nil && !slices.Contains(l.Notes, r.Message) {
			l.Notes = append(l.Notes, r.Message)
		}
	}
	for i := range out {
		fs.fill(&out[i])
	}
	return out
}

// fill adds the lines around those with marks.
func (fs *files) fill(e *excerpt) {
	all := fs.file(e.File)
	marked := map[int]line{}
	show := map[int]bool{}
	heads := map[int]bool{}
	for _, l := range e.Lines {
		marked[l.N] = l
		for n := max(1, l.N-around); n <= min(len(all), l.N+around); n++ {
			show[n] = true
		}
		if h := head(all, l.N); h > 0 && !show[h] {
			heads[h] = true
		}
	}
	for h := range heads {
		show[h] = true
	}
	var numbers []int
	for n := range show {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	e.Lines = nil
	last := 0
	for _, n := range numbers {
		if gap := n - last - 1; gap > 0 && gap <= around && last > 0 {
			for k := last + 1; k < n; k++ {
				e.Lines = append(e.Lines, line{N: k, Segs: all[k-1]})
			}
			last = n - 1
		}
		l, ok := marked[n]
		if !ok {
			l = line{N: n, Segs: all[n-1], Head: heads[n] && n != last+1}
		}
		l.Gap = n != last+1
		e.Lines = append(e.Lines, l)
		last = n
	}
}

// head is the line at which the declaration around line n begins: gofmt has
// them, and nothing else, begin in the first column. 0 if there is none.
func head(lines [][]seg, n int) int {
	for i := n; i > 0 && i > n-400; i-- {
		text := plain(lines[i-1])
		for _, word := range []string{"func ", "type ", "var ", "const "} {
			if strings.HasPrefix(text, word) {
				return i
			}
		}
		if i < n && strings.HasPrefix(text, "}") {
			return 0
		}
	}
	return 0
}

func plain(segs []seg) string {
	var b strings.Builder
	for _, s := range segs {
		b.WriteString(s.Text)
	}
	return b.String()
}

// underline marks what lies between two places; if only one is known, the word there.
func underline(segs []seg, from, to Place) []seg {
	if from.Col < 1 {
		return segs
	}
	text := plain(segs)
	a, b := min(from.Col-1, len(text)), len(strings.TrimRight(text, " \t"))
	switch {
	case to.Line == from.Line && to.Col > from.Col:
		b = min(to.Col-1, len(text))
	case to.Line <= from.Line:
		b = a + len(word(text[a:]))
	}
	if b <= a {
		return segs
	}
	var out []seg
	pos := 0
	for _, s := range segs {
		start, end := pos, pos+len(s.Text)
		pos = end
		cut := func(i, j int, mark bool) {
			if i = max(i, start); i < min(j, end) {
				out = append(out, seg{s.Class, mark, s.Text[i-start : min(j, end)-start]})
			}
		}
		cut(start, a, false)
		cut(a, b, true)
		cut(b, end, false)
	}
	return out
}

// word is the identifier or keyword that s begins with, or else its first character.
func word(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	switch {
	case end < 0:
		return s
	case end == 0:
		_, n := utf8.DecodeRuneInString(s)
		return s[:n]
	}
	return s[:end]
}

// colour splits a text into lines, and these into pieces by syntax. What is no
// Go is shown all the same.
func colour(src []byte) [][]seg {
	if len(src) == 0 {
		return nil
	}
	type span struct {
		from, to int
		class    string
	}
	var spans []span
	fset := token.NewFileSet()
	file := fset.AddFile("", -1, len(src))
	var s scanner.Scanner
	s.Init(file, src, func(token.Position, string) {}, scanner.ScanComments)
	for {
		pos, tok, lit := s.Scan()
		if tok == token.EOF {
			break
		}
		class := ""
		switch {
		case tok.IsKeyword():
			class = "kw"
		case tok == token.COMMENT:
			class = "com"
		case tok == token.STRING || tok == token.CHAR:
			class = "str"
		case tok == token.INT || tok == token.FLOAT || tok == token.IMAG:
			class = "num"
		}
		if class == "" {
			continue
		}
		from := file.Offset(pos)
		to := from + len(lit)
		if tok == token.COMMENT || lit != "" && lit[0] == '`' { // the literal has lost its carriage returns
			to = extent(src, from, to, tok, lit)
		}
		spans = append(spans, span{from, min(to, len(src)), class})
	}
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	var out [][]seg
	pos := 0
	for raw := range bytes.Lines(src) {
		start, end := pos, pos+len(raw)
		pos = end
		end = start + len(bytes.TrimRight(raw, "\r\n"))
		var segs []seg
		add := func(i, j int, class string) {
			if i < j {
				segs = append(segs, seg{Class: class, Text: strings.ToValidUTF8(string(src[i:j]), "?")})
			}
		}
		at := start
		for len(spans) > 0 && spans[0].from < end {
			sp := spans[0]
			add(at, max(sp.from, start), "")
			at = min(sp.to, end)
			add(max(sp.from, start), at, sp.class)
			if sp.to > end {
				break // it goes on in the next line
			}
			spans = spans[1:]
		}
		add(at, end, "")
		out = append(out, segs)
		for len(spans) > 0 && spans[0].to <= pos {
			spans = spans[1:]
		}
	}
	return out
}

// extent is the end of a comment or raw string in the source as it is.
func extent(src []byte, from, to int, tok token.Token, lit string) int {
	if tok == token.COMMENT && strings.HasPrefix(lit, "//") {
		return to
	}
	closing := "`"
	if tok == token.COMMENT {
		closing = "*/"
	}
	if i := bytes.Index(src[min(from+len(closing), len(src)):], []byte(closing)); i >= 0 {
		return from + 2*len(closing) + i
	}
	return len(src)
}
