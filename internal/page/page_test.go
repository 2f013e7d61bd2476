package page

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

const evil = `<script>alert("x")</script>'"</style></html>&amp;` + "`${y}`\u2028"

func sample(text string) *Report {
	info, _ := report.Lookup("relock/lock")
	step := func(n int, g, fn string, line int, what string) Step {
		return Step{N: n, Step: report.Step{Goroutine: g, Func: fn, Text: what}, Place: Place{text + "a.go", line, 2}}
	}
	return &Report{
		Title: "example.com/m" + text, Tool: "conclint test",
		Source: func(string) []byte {
			return []byte("package m\n\n// " + text + "\nfunc f() {\n\tmu.Lock()\n\tmu.Lock() /* a\n b */ + `c\n d`\n}\n")
		},
		Findings: []Finding{{
			CodeInfo: info, ID: "abc", Severity: "error", Message: "m" + text, Package: "example.com/m" + text, Function: "f" + text,
			Pos: Place{text + "a.go", 6, 2}, End: Place{text + "a.go", 6, 9},
			Steps: []Step{step(1, "G1", "f"+text, 5, "locks mu"), step(2, "G1", "f"+text, 6, "locks mu again and waits for ever"),
				{N: 3, Step: report.Step{Goroutine: "G2", At: "far.go:3", Text: text}}},
			Related: []Related{{Place{text + "a.go", 1, 1}, "see" + text}},
			Fixes:   []Fix{{Title: "Do" + text, Diff: "@@ -1 +1 @@\n-a" + text + "\n+b\n"}},
		}},
		Errors: []string{"cannot load " + text},
	}
}

func write(t *testing.T, r *Report) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, Write(&b, r))
	return b.String()
}

func TestSameBytes(t *testing.T) {
	assert.Equal(t, write(t, sample("")), write(t, sample("")))
}

// Whatever stands in names, messages and sources stays text: the page has the
// same elements with or without markup in them.
func TestEscapesEverything(t *testing.T) {
	tags := regexp.MustCompile(`</?[a-zA-Z][a-zA-Z0-9]*`)
	plain, marked := write(t, sample("")), write(t, sample(evil))
	spans := func(page string) (all []string) { // text of its own gets a span or a title
		for _, tag := range tags.FindAllString(page, -1) {
			all = append(all, tag)
		}
		return all
	}
	assert.NotContains(t, marked, `alert("x")`)
	assert.NotContains(t, marked, "<script>alert")
	assert.Equal(t, spans(plain), spans(marked))
}

// Nothing is fetched: no source, style, image or form of elsewhere, and the
// page forbids what it does not do.
func TestSelfContained(t *testing.T) {
	page := write(t, sample(""))
	assert.NotRegexp(t, `(?i)\b(src|action|background|poster|srcset|data)\s*=\s*["']`, page)
	assert.NotRegexp(t, `(?i)@import|url\(|<link|<img|<iframe|fetch\(|XMLHttpRequest|import\(`, page)
	assert.Contains(t, page, "default-src &#39;none&#39;")
	for _, m := range regexp.MustCompile(`href="([^"]*)"`).FindAllStringSubmatch(page, -1) {
		assert.True(t, strings.HasPrefix(m[1], "#") || strings.HasPrefix(m[1], report.PageBase), m[1])
	}
}

func TestNothingFound(t *testing.T) {
	page := write(t, &Report{Title: "m"})
	assert.Contains(t, page, "Nothing found.")
	assert.Contains(t, page, "0 findings")
}

// The order of packages and codes is that of their names, however findings come.
func TestGroups(t *testing.T) {
	r := sample("")
	f := r.Findings[0]
	for i, s := range [][2]string{{"b", "unreleased/return"}, {"a", "relock/rlock"}, {"b", "chanclose/double"}} {
		g := f
		g.CodeInfo, _ = report.Lookup(s[1])
		g.Package, g.ID = s[0], fmt.Sprint("id", i)
		r.Findings = append(r.Findings, g)
	}
	r.Findings = r.Findings[1:]
	var got []string
	for _, m := range regexp.MustCompile(`data-id="(id\d)" data-package`).FindAllStringSubmatch(write(t, r), -1) {
		got = append(got, m[1])
	}
	assert.Equal(t, []string{"id1", "id2", "id0"}, got)
}

func TestExcerpts(t *testing.T) {
	var src strings.Builder
	src.WriteString("package m\n\nfunc f() {\n")
	for i := 4; i < 60; i++ {
		fmt.Fprintf(&src, "\tline%d()\n", i)
	}
	src.WriteString("}\n")
	fs := newFiles(func(string) []byte { return []byte(src.String()) })
	numbers := func(f Finding) string {
		var b strings.Builder
		for _, e := range fs.excerpts(f) {
			for _, l := range e.Lines {
				if l.Gap {
					b.WriteString("… ")
				}
				fmt.Fprintf(&b, "%d ", l.N)
			}
		}
		return strings.TrimSpace(b.String())
	}
	at := func(line int) Place { return Place{"a.go", line, 2} }
	assert.Equal(t, "… 3 … 26 27 28 29 30 31 32 33 34", numbers(Finding{Pos: at(30)}), "the function around is named")
	assert.Equal(t, "1 2 3 4 5 6 7 8", numbers(Finding{Pos: at(4)}))
	assert.Equal(t, "… 3 … 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36", numbers(Finding{Pos: at(20), Steps: []Step{{Place: at(32)}}}), "a small gap is closed")
	assert.Equal(t, "… 3 … 56 57 58 59 60", numbers(Finding{Pos: at(60)}))
	assert.Empty(t, fs.excerpts(Finding{Pos: at(99)}), "a line that is not there")
	assert.Empty(t, newFiles(nil).excerpts(Finding{Pos: at(1)}))
}

// Colours do not change a text, whatever it is.
func TestColour(t *testing.T) {
	for _, src := range []string{
		"", "x", "\n\n", "package m\n", "package m\r\n\r\nvar s = `a\r\nb` // c\r\n", "/* open", "`open", "'", "\"open\nfunc", "/* a\n\n b */ x /* c */\n", "\xff\xfe\n", "a /* b */ `c` // d",
	} {
		var b strings.Builder
		for _, l := range colour([]byte(src)) {
			b.WriteString(plain(l) + "\n")
		}
		want := strings.ToValidUTF8(strings.ReplaceAll(src, "\r", ""), "?")
		if want != "" && !strings.HasSuffix(want, "\n") {
			want += "\n"
		}
		assert.Equal(t, want, b.String(), "%q", src)
	}
	lines := colour([]byte("package m // x\nvar s = `a\nb` + 1"))
	assert.Equal(t, []seg{{Class: "kw", Text: "package"}, {Text: " m "}, {Class: "com", Text: "// x"}}, lines[0])
	assert.Equal(t, []seg{{Class: "str", Text: "b`"}, {Text: " + "}, {Class: "num", Text: "1"}}, lines[2])
}

func TestUnderline(t *testing.T) {
	segs := []seg{{Class: "kw", Text: "go"}, {Text: " f(x)"}}
	assert.Equal(t, []seg{{"kw", true, "go"}, {"", true, " f"}, {"", false, "(x)"}}, underline(segs, Place{"a", 1, 1}, Place{"a", 1, 5}))
	assert.Equal(t, []seg{{"kw", false, "go"}, {"", false, " "}, {"", true, "f"}, {"", false, "(x)"}}, underline(segs, Place{"a", 1, 4}, Place{"a", 1, 4}), "only the place is known")
	assert.Equal(t, []seg{{"kw", false, "go"}, {"", false, " "}, {"", true, "f(x)"}}, underline(segs, Place{"a", 1, 4}, Place{"a", 2, 1}), "to the end of the line")
	assert.Equal(t, segs, underline(segs, Place{"a", 1, 99}, Place{"a", 1, 100}))
}
