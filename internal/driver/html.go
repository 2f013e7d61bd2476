package driver

import (
	"io"
	"path"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/page"
)

// writeHTML writes one page that holds everything, see package page.
func writeHTML(w io.Writer, o *output) error {
	p := pages{output: o, files: map[string]string{}}
	r := &page.Report{Title: commonPackage(o.findings), Tool: "conclint " + Version(), Errors: o.errs, Source: p.source}
	seen := map[string]int{}
	for _, f := range o.findings {
		// Fingerprints differ but for those of one place, which stand in order.
		id := f.Fingerprint[:min(12, len(f.Fingerprint))]
		if seen[id]++; seen[id] > 1 {
			id += "x" + strings.Repeat("i", seen[id]-1)
		}
		r.Findings = append(r.Findings, p.finding(id, f))
	}
	return page.Write(w, r)
}

// pages turns findings into what the page shows.
type pages struct {
	*output
	files map[string]string // absolute names by the names shown
}

func (p *pages) finding(id string, f *Finding) page.Finding {
	out := page.Finding{
		CodeInfo: f.CodeInfo, ID: id, Severity: string(f.Severity), Message: f.Message, Package: f.Package, Function: f.Function,
		Pos: p.place(f.Pos), End: p.place(f.End),
	}
	for _, s := range f.Witness {
		out.Steps = append(out.Steps, page.Step{Step: s.Step, N: s.N, Place: p.place(s.Place)})
	}
	for _, r := range f.Related {
		out.Related = append(out.Related, page.Related{Place: p.place(r.Pos), Message: r.Message})
	}
	for _, fix := range f.Fixes {
		out.Fixes = append(out.Fixes, page.Fix{Title: fix.Title, Diff: p.diff(fix)})
	}
	return out
}

func (p *pages) place(pos Position) page.Place {
	if !pos.Valid() {
		return page.Place{}
	}
	name := p.slashName(pos.File)
	p.files[name] = pos.File
	return page.Place{File: name, Line: pos.Line, Col: pos.Col}
}

func (p *pages) source(name string) []byte {
	if file, ok := p.files[name]; ok {
		return p.src.file(file).data
	}
	return nil
}

// diff is what a fix changes, empty if it cannot be applied.
func (p *pages) diff(fix Fix) string {
	byFile := map[string][]edit.Text{}
	for _, e := range fix.Edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	var out strings.Builder
	for _, file := range sortedKeys(byFile) {
		before := p.src.file(file).data
		after, err := edit.Apply(before, byFile[file])
		if err != nil {
			return ""
		}
		lines := strings.SplitAfter(edit.Unified("a", "b", before, after), "\n")
		if len(lines) > 2 { // without the names of the files
			out.WriteString(strings.Join(lines[2:], ""))
		}
	}
	return out.String()
}

// commonPackage is the longest import path that all findings' packages are or lie below.
func commonPackage(fs []*Finding) string {
	var common []string
	for i, f := range fs {
		parts := strings.Split(path.Clean(f.Package), "/")
		if i == 0 {
			common = parts
			continue
		}
		n := 0
		for n < len(common) && n < len(parts) && common[n] == parts[n] {
			n++
		}
		common = slices.Clip(common[:n])
	}
	return strings.Join(common, "/")
}
