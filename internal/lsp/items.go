package lsp

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/conclint/conclint/internal/driver"
	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/lsp/text"
	"github.com/conclint/conclint/internal/report"
)

// item is a finding as the client sees it.
type item struct {
	diagnostic diagnostic
	finding    *driver.Finding
	places     []relatedPlace // steps of the witness and other places
	fixes      []fix
}

// fix is a quick fix. It holds for these texts only.
type fix struct {
	title string
	edits map[string][]textEdit // by file
	texts map[string][]byte     // by file, as analysed
}

func (it *item) same(o *item) bool {
	return it.finding.Pos == o.finding.Pos && it.finding.Code == o.finding.Code && it.finding.Message == o.finding.Message
}

// converter turns findings of one analysis into items.
type converter struct {
	analysis *driver.Analysis
	related  bool // the client shows related places
	maps     map[string]*text.Map
}

func (c *converter) text(file string) *text.Map {
	m := c.maps[file]
	if m == nil {
		if c.maps == nil {
			c.maps = map[string]*text.Map{}
		}
		m = text.NewMap(c.analysis.Text(file))
		c.maps[file] = m
	}
	return m
}

// item returns nil for a finding without a place.
func (c *converter) item(f *driver.Finding) *item {
	if !f.Pos.Valid() {
		return nil
	}
	it := &item{finding: f, diagnostic: diagnostic{
		Range:    c.span(f.Pos, f.End),
		Severity: severity(f.Severity),
		Code:     f.Code,
		Source:   "conclint",
		Message:  f.Message,
	}}
	if f.Page != "" {
		it.diagnostic.Description = &codeDescription{f.Page}
	}
	it.places = c.places(f, location{uriOf(f.Pos.File), it.diagnostic.Range})
	if c.related {
		it.diagnostic.Related = it.places
	} else {
		for _, p := range it.places {
			it.diagnostic.Message += "\n" + p.Message
		}
	}
	for _, f := range f.Fixes {
		if fx, ok := c.fix(f); ok {
			it.fixes = append(it.fixes, fx)
		}
	}
	return it
}

// places lists the steps of the witness, then other places. What happens in
// another package, of which only the name of the file is known, stands at here.
func (c *converter) places(f *driver.Finding, here location) []relatedPlace {
	var out []relatedPlace
	for _, s := range f.Witness {
		out = append(out, c.place(s.Place, report.EncodeStep(s.N, s.Step), here))
	}
	for _, r := range f.Related {
		out = append(out, c.place(r.Pos, r.Message, here))
	}
	return out
}

func (c *converter) place(p driver.Position, message string, here location) relatedPlace {
	if p.Valid() {
		here = location{uriOf(p.File), c.span(p, p)}
	}
	return relatedPlace{here, message}
}

// span is a range; where only a point is known, the word there; where only a
// line is, that line.
func (c *converter) span(from, to driver.Position) text.Range {
	m := c.text(from.File)
	r := text.Range{Start: m.At(from.Line, from.Col)}
	r.End = r.Start
	if to.File == from.File && to != from {
		if end := m.At(to.Line, to.Col); r.Start.Before(end) {
			r.End = end
		}
	}
	switch {
	case from.Col == 0:
		r.End = m.At(from.Line, 1<<30)
	case r.End == r.Start:
		r.End = m.Position(m.Offset(r.Start) + word(m.Data()[m.Offset(r.Start):]))
	}
	return r
}

// word is the length of the identifier, keyword or character that b begins with.
func word(b []byte) int {
	n := bytes.IndexFunc(b, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	switch {
	case n < 0:
		return len(b)
	case n == 0 && b[0] != '\n' && b[0] != '\r':
		_, n = utf8.DecodeRune(b)
	}
	return n
}

func severity(s driver.Severity) int {
	switch s {
	case driver.Error:
		return sevError
	case driver.Warning:
		return sevWarning
	}
	return sevInfo
}

// fix makes the edits of a quick fix; false if they cannot be made.
func (c *converter) fix(f driver.Fix) (fix, bool) {
	byFile := map[string][]edit.Text{}
	for _, e := range f.Edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	out := fix{title: f.Title, edits: map[string][]textEdit{}, texts: map[string][]byte{}}
	for _, file := range sortedFiles(byFile) {
		m := c.text(file)
		edits, err := edit.Finished(m.Data(), byFile[file])
		if err != nil {
			return fix{}, false
		}
		out.texts[file] = m.Data()
		for _, e := range edits {
			out.edits[file] = append(out.edits[file], textEdit{text.Range{Start: m.Position(e.Start), End: m.Position(e.End)}, e.New})
		}
	}
	return out, len(out.edits) > 0
}

// markdown tells a finding with its interleaving.
func (it *item) markdown() string {
	f := it.finding
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**", escape(f.Message))
	code := "`" + f.Code + "`"
	if f.Page != "" {
		code = "[" + code + "](" + f.Page + ")"
	}
	fmt.Fprintf(&b, "\n\nconclint: %s, %s\n", code, f.Claim)
	if len(it.places) > 0 {
		b.WriteString("\n")
	}
	for i, p := range it.places {
		where := ""
		if i >= len(f.Witness) || f.Witness[i].Place.Valid() {
			where = fmt.Sprintf(" ([%s:%d](%s#L%d))", base(p.Location.URI), p.Location.Range.Start.Line+1, p.Location.URI, p.Location.Range.Start.Line+1)
		}
		if i < len(f.Witness) {
			_, text, _ := strings.Cut(p.Message, "] ")
			fmt.Fprintf(&b, "%d. %s%s\n", f.Witness[i].N, escape(text), where)
		} else {
			fmt.Fprintf(&b, "- %s%s\n", escape(p.Message), where)
		}
	}
	for i, fx := range it.fixes {
		if i == 0 {
			b.WriteString("\nQuick fixes: ")
		} else {
			b.WriteString("; ")
		}
		b.WriteString(escape(fx.title))
	}
	return strings.TrimRight(b.String(), "\n") + "\n"
}

func base(uri string) string { return uri[strings.LastIndexByte(uri, '/')+1:] }

// escape keeps characters of code from being taken for Markdown.
func escape(s string) string {
	return strings.NewReplacer(`\`, `\\`, "*", `\*`, "_", `\_`, "`", "\\`", "[", `\[`, "]", `\]`, "<", `\<`, ">", `\>`, "#", `\#`).Replace(s)
}
