// Package page writes findings as one HTML page that needs nothing else: no
// network, no other file, and for reading not even its script.
//
// The page lists the findings, to filter and to search; of each it shows the
// source with marks, and its witness as a diagram with a lane for each goroutine,
// see [draw]. All text goes through html/template, so whatever stands in the
// source analysed stays text. The same findings make the same bytes.
package page

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/conclint/conclint/internal/report"
)

// A Report is what a page shows.
type Report struct {
	Title    string    // what was analysed
	Tool     string    // name and version of who did it
	Findings []Finding // in the order of their positions
	Errors   []string  // what could not be analysed
	// Source returns the text of a file that a [Place] names, nil if there is none.
	Source func(file string) []byte
}

// A Finding is one diagnostic.
type Finding struct {
	report.CodeInfo
	ID       string // unique in the report, letters and digits
	Severity string // "error", "warning" or "note"
	Message  string
	Package  string
	Function string
	Pos, End Place
	Steps    []Step
	Related  []Related
	Fixes    []Fix
}

// A Place is a line of a file, both as a reader knows them. Lines and columns
// count from 1, columns in bytes; zero is unknown.
type Place struct {
	File      string
	Line, Col int
}

// A Step is one step of a witness.
type Step struct {
	report.Step
	N     int
	Place Place // zero if the step is in another package; then Step.At says where
}

// Related is another place that belongs to a finding.
type Related struct {
	Place   Place
	Message string
}

// A Fix is one suggested fix.
type Fix struct {
	Title string
	Diff  string // unified, without file names; may be empty
}

var (
	//go:embed page.html
	markup string
	//go:embed page.css
	style string
	//go:embed page.js
	script string
)

// view is what the template sees.
type view struct {
	*Report
	Policy     string
	CSS        template.CSS
	JS         template.JS
	Findings   []entry
	Packages   []group
	Codes      []report.CodeInfo
	Severities []count
	Strict     int
	Fixable    int
}

// entry is a finding with all that is drawn of it.
type entry struct {
	Finding
	Excerpts []excerpt
	Diagram  *diagram
	Label    string // of the package
	Text     string // what the search looks at
}

// Where is the position as "file:line".
func (p Place) String() string {
	if p.File == "" {
		return ""
	}
	return p.File + ":" + itoa(p.Line)
}

// Short is the position with the file's name alone.
func (p Place) Short() string {
	if p.File == "" {
		return ""
	}
	return path.Base(p.File) + ":" + itoa(p.Line)
}

// label is a package's path without what all paths of the report begin with.
func (v *view) label(pkg string) string {
	if rest, ok := strings.CutPrefix(pkg, v.Title+"/"); ok {
		return rest
	}
	return pkg
}

type group struct {
	Name    string
	Label   string
	Entries []entry
}

type count struct {
	Name string
	N    int
}

// Write writes the page.
func Write(w io.Writer, r *Report) error {
	sum := sha256.Sum256([]byte(script))
	v := &view{
		Report: r,
		Policy: "default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'",
		CSS:    template.CSS(style),
		JS:     template.JS(script),
	}
	files := newFiles(r.Source)
	for _, f := range r.Findings {
		e := entry{Finding: f, Label: v.label(f.Package), Diagram: draw(f.Steps), Excerpts: files.excerpts(f)}
		e.Text = strings.ToLower(strings.Join([]string{f.Code, f.Title, f.Message, f.Package, f.Function, f.Pos.File}, "\n"))
		v.add(e)
	}
	slices.SortStableFunc(v.Packages, func(a, b group) int { return strings.Compare(a.Name, b.Name) })
	slices.SortFunc(v.Codes, func(a, b report.CodeInfo) int { return strings.Compare(a.Code, b.Code) })
	for _, g := range v.Packages { // the order of the list is that of the keys j and k
		slices.SortStableFunc(g.Entries, func(a, b entry) int { return strings.Compare(a.Code, b.Code) })
		v.Findings = append(v.Findings, g.Entries...)
	}
	return tmpl().Execute(w, v)
}

func (v *view) add(e entry) {
	i := slices.IndexFunc(v.Packages, func(g group) bool { return g.Name == e.Package })
	if i < 0 {
		i = len(v.Packages)
		v.Packages = append(v.Packages, group{Name: e.Package, Label: e.Label})
	}
	v.Packages[i].Entries = append(v.Packages[i].Entries, e)
	if !slices.ContainsFunc(v.Codes, func(c report.CodeInfo) bool { return c.Code == e.Code }) {
		v.Codes = append(v.Codes, e.CodeInfo)
	}
	if len(v.Severities) == 0 {
		v.Severities = []count{{Name: "error"}, {Name: "warning"}, {Name: "note"}}
	}
	for i := range v.Severities {
		if v.Severities[i].Name == e.Severity {
			v.Severities[i].N++
		}
	}
	if e.Tier == report.Strict {
		v.Strict++
	}
	if len(e.Fixes) > 0 {
		v.Fixable++
	}
}

// tmpl is parsed when a page is written: most processes write none.
var tmpl = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"lines": func(s string) []string { return strings.Split(strings.TrimSuffix(s, "\n"), "\n") },
		"grid":  gridStyle,
		"lane":  laneHue,
		// A long name may break behind its dots.
		"breaks": func(s string) []string { return strings.SplitAfter(s, ".") },
		"first": func(s string) string {
			if s == "" {
				return "blank"
			}
			switch s[0] {
			case '+':
				return "added"
			case '-':
				return "removed"
			case '@':
				return "hunk"
			}
			return "same"
		},
	}).Parse(markup))
})
