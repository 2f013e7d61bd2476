package driver

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

// The JSON that a vet tool prints for each package:
// package ID -> analyzer -> diagnostics or error.
type (
	jsonTree map[string]map[string]json.RawMessage

	jsonDiagnostic struct {
		Category string     `json:"category"`
		Posn     string     `json:"posn"`
		End      string     `json:"end"`
		Message  string     `json:"message"`
		Fixes    []jsonFix  `json:"suggested_fixes"`
		Related  []jsonDiag `json:"related"`
	}
	jsonFix struct {
		Message string     `json:"message"`
		Edits   []jsonEdit `json:"edits"`
	}
	jsonEdit struct {
		Filename string `json:"filename"`
		Start    int    `json:"start"`
		End      int    `json:"end"`
		New      string `json:"new"`
	}
	jsonDiag struct {
		Posn    string `json:"posn"`
		Message string `json:"message"`
	}
)

// decodeStream reads the output of go vet -json, a sequence of JSON objects,
// and calls packageDone after each. What it cannot read is an error in errs;
// the findings read before it count.
func decodeStream(r io.Reader, packageDone func()) (fs []*Finding, errs []string) {
	dec := json.NewDecoder(r)
	for {
		var tree jsonTree
		err := dec.Decode(&tree)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			errs = append(errs, fmt.Sprintf("cannot read the output of go vet: %v", err))
			_, _ = io.Copy(io.Discard, r) // let the writer finish
			break
		}
		more, bad := tree.findings()
		fs = append(fs, more...)
		errs = append(errs, bad...)
		packageDone()
	}
	slices.Sort(errs)
	return fs, slices.Compact(errs)
}

func (t jsonTree) findings() (fs []*Finding, errs []string) {
	for id, byAnalyzer := range t {
		pkg, _, _ := strings.Cut(id, " ")
		for analyzer, raw := range byAnalyzer {
			var failed struct {
				Error string `json:"error"`
			}
			if json.Unmarshal(raw, &failed) == nil && failed.Error != "" {
				errs = append(errs, fmt.Sprintf("%s: analyzer %s failed: %s", pkg, analyzer, failed.Error))
				continue
			}
			var diags []jsonDiagnostic
			if err := json.Unmarshal(raw, &diags); err != nil {
				errs = append(errs, fmt.Sprintf("%s: analyzer %s: cannot read its output: %v", pkg, analyzer, err))
				continue
			}
			for _, d := range diags {
				fs = append(fs, d.finding(pkg, analyzer))
			}
		}
	}
	return fs, errs
}

func (d jsonDiagnostic) finding(pkg, analyzer string) *Finding {
	info, ok := report.Lookup(d.Category)
	if !ok { // an analyzer that does not report through report.Reporter
		info = report.CodeInfo{Code: cmp.Or(d.Category, analyzer), Analyzer: analyzer, Check: d.Category, Page: report.PageOf(analyzer)}
	}
	f := &Finding{
		CodeInfo: info,
		Package:  pkg,
		Pos:      parsePosition(d.Posn),
		End:      parsePosition(d.End),
		Message:  d.Message,
		Severity: severityOf(info.Claim),
	}
	if f.End.File != f.Pos.File || comparePositions(f.End, f.Pos) < 0 {
		f.End = f.Pos
	}
	for _, rel := range d.Related {
		if n, step, ok := report.DecodeStep(rel.Message); ok {
			s := Step{Step: step, N: n}
			if step.At == "" {
				s.Place = parsePosition(rel.Posn)
			}
			f.Witness = append(f.Witness, s)
		} else if key, ok := report.DecodeKey(rel.Message); ok {
			f.Key = key
		} else {
			f.Related = append(f.Related, Related{parsePosition(rel.Posn), rel.Message})
		}
	}
	for _, fix := range d.Fixes {
		out := Fix{Title: fix.Message}
		for _, e := range fix.Edits {
			out.Edits = append(out.Edits, edit.Text{File: e.Filename, Start: e.Start, End: e.End, New: e.New})
		}
		f.Fixes = append(f.Fixes, out)
	}
	return f
}
