package driver

import (
	"encoding/json"
	"io"
)

// jsonVersion is the version of the schema below. Fields may be added within
// a version; nothing is renamed, removed or changed in meaning.
const jsonVersion = 1

type (
	jsonReport struct {
		Version  int           `json:"version"`
		Tool     jsonTool      `json:"tool"`
		Findings []jsonFinding `json:"findings"`
		Errors   []string      `json:"errors"`
	}
	jsonTool struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	jsonFinding struct {
		Code        string         `json:"code"`
		Analyzer    string         `json:"analyzer"`
		Tier        string         `json:"tier"`
		Claim       string         `json:"claim"`
		Severity    Severity       `json:"severity"`
		Message     string         `json:"message"`
		Package     string         `json:"package"`
		Function    string         `json:"function,omitempty"`
		Position    jsonPlace      `json:"position"`
		End         jsonPlace      `json:"end"`
		URL         string         `json:"url"`
		Fingerprint string         `json:"fingerprint"`
		Witness     []jsonStep     `json:"witness"`
		Related     []jsonRelation `json:"related"`
		Fixes       []jsonSuggest  `json:"fixes"`
	}
	// jsonPlace: lines and columns from 1, columns in bytes; a step in another
	// package has no column, and a file without directory.
	jsonPlace struct {
		File   string `json:"file"`
		Line   int    `json:"line"`
		Column int    `json:"column,omitempty"`
	}
	jsonStep struct {
		Step      int        `json:"step"`
		Goroutine string     `json:"goroutine"`
		Function  string     `json:"function,omitempty"`
		Position  *jsonPlace `json:"position,omitempty"`
		Text      string     `json:"text"`
	}
	jsonRelation struct {
		Position *jsonPlace `json:"position,omitempty"`
		Message  string     `json:"message"`
	}
	jsonSuggest struct {
		Title string         `json:"title"`
		Edits []jsonTextEdit `json:"edits"`
	}
	// jsonTextEdit: byte offsets in the file as it is.
	jsonTextEdit struct {
		File  string `json:"file"`
		Start int    `json:"start"`
		End   int    `json:"end"`
		New   string `json:"new"`
	}
)

func writeJSON(w io.Writer, o *output) error {
	r := jsonReport{
		Version:  jsonVersion,
		Tool:     jsonTool{"conclint", Version()},
		Findings: []jsonFinding{},
		Errors:   append([]string{}, o.errs...),
	}
	for _, f := range o.findings {
		r.Findings = append(r.Findings, o.jsonFinding(f))
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(r)
}

func (o *output) jsonFinding(f *Finding) jsonFinding {
	j := jsonFinding{
		Code: f.Code, Analyzer: f.Analyzer, Tier: f.Tier.String(), Claim: f.Claim.String(), Severity: f.Severity,
		Message: f.Message, Package: f.Package, Function: f.Function,
		Position: o.jsonPlace(f.Pos), End: o.jsonPlace(f.End), URL: f.Page, Fingerprint: f.Fingerprint,
		Witness: []jsonStep{}, Related: []jsonRelation{}, Fixes: []jsonSuggest{},
	}
	for _, s := range f.Witness {
		step := jsonStep{Step: s.N, Goroutine: s.Goroutine, Function: s.Func, Text: s.Text}
		if at := o.stepPlace(s); at.Valid() {
			p := o.jsonPlace(at)
			step.Position = &p
		}
		j.Witness = append(j.Witness, step)
	}
	for _, r := range f.Related {
		rel := jsonRelation{Message: r.Message}
		if r.Pos.Valid() {
			p := o.jsonPlace(r.Pos)
			rel.Position = &p
		}
		j.Related = append(j.Related, rel)
	}
	for _, fix := range f.Fixes {
		s := jsonSuggest{Title: fix.Title}
		for _, e := range fix.Edits {
			s.Edits = append(s.Edits, jsonTextEdit{o.slashName(e.File), e.Start, e.End, e.New})
		}
		j.Fixes = append(j.Fixes, s)
	}
	return j
}

// stepPlace is the position of a step, without directory for one elsewhere.
func (o *output) stepPlace(s Step) Position {
	if s.At != "" {
		return parsePosition(s.At)
	}
	return s.Place
}

func (o *output) jsonPlace(p Position) jsonPlace {
	return jsonPlace{o.slashName(p.File), p.Line, p.Col}
}
