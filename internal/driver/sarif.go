package driver

import (
	"cmp"
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

// The part of SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0) that
// findings need.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool        sarifTool         `json:"tool"`
		Invocations []sarifInvocation `json:"invocations"`
		ColumnKind  string            `json:"columnKind"`
		Results     []sarifResult     `json:"results"`
	}
	sarifTool struct {
		Driver sarifDriver `json:"driver"`
	}
	sarifDriver struct {
		Name           string      `json:"name"`
		Version        string      `json:"version"`
		InformationURI string      `json:"informationUri"`
		Rules          []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID               string          `json:"id"`
		ShortDescription sarifText       `json:"shortDescription"`
		HelpURI          string          `json:"helpUri"`
		Default          sarifConfig     `json:"defaultConfiguration"`
		Properties       sarifRuleLabels `json:"properties"`
	}
	sarifConfig struct {
		Enabled bool   `json:"enabled"`
		Level   string `json:"level"`
	}
	sarifRuleLabels struct {
		Tags  []string `json:"tags"`
		Tier  string   `json:"tier"`
		Claim string   `json:"claim"`
	}
	sarifInvocation struct {
		Successful    bool                `json:"executionSuccessful"`
		Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
	}
	sarifNotification struct {
		Level   string    `json:"level"`
		Message sarifText `json:"message"`
	}
	sarifText struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID       string            `json:"ruleId"`
		RuleIndex    int               `json:"ruleIndex"`
		Level        string            `json:"level"`
		Message      sarifText         `json:"message"`
		Locations    []sarifLocation   `json:"locations"`
		Related      []sarifLocation   `json:"relatedLocations,omitempty"`
		CodeFlows    []sarifCodeFlow   `json:"codeFlows,omitempty"`
		Fixes        []sarifFix        `json:"fixes,omitempty"`
		Fingerprints map[string]string `json:"partialFingerprints"`
	}
	sarifLocation struct {
		ID       *int           `json:"id,omitempty"`
		Physical *sarifPhysical `json:"physicalLocation,omitempty"`
		Logical  []sarifLogical `json:"logicalLocations,omitempty"`
		Message  *sarifText     `json:"message,omitempty"`
	}
	sarifPhysical struct {
		Artifact sarifArtifact `json:"artifactLocation"`
		Region   *sarifRegion  `json:"region,omitempty"`
	}
	sarifLogical struct {
		FullyQualifiedName string `json:"fullyQualifiedName"`
		Kind               string `json:"kind"`
	}
	sarifArtifact struct {
		URI       string `json:"uri"`
		URIBaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn,omitempty"`
		EndLine     int `json:"endLine,omitempty"`
		EndColumn   int `json:"endColumn,omitempty"`
	}
	sarifCodeFlow struct {
		ThreadFlows []sarifThreadFlow `json:"threadFlows"`
	}
	sarifThreadFlow struct {
		ID        string           `json:"id"`
		Locations []sarifFlowPlace `json:"locations"`
	}
	sarifFlowPlace struct {
		Location       sarifLocation `json:"location"`
		ExecutionOrder int           `json:"executionOrder"`
	}
	sarifFix struct {
		Description sarifText     `json:"description"`
		Changes     []sarifChange `json:"artifactChanges"`
	}
	sarifChange struct {
		Artifact     sarifArtifact      `json:"artifactLocation"`
		Replacements []sarifReplacement `json:"replacements"`
	}
	sarifReplacement struct {
		Deleted  sarifRegion `json:"deletedRegion"`
		Inserted *sarifText  `json:"insertedContent,omitempty"`
	}
)

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

func writeSARIF(w io.Writer, o *output) error {
	rules, index := sarifRules(o.findings)
	run := sarifRun{
		Tool: sarifTool{sarifDriver{
			Name: "conclint", Version: Version(), InformationURI: "https://github.com/conclint/conclint", Rules: rules,
		}},
		Invocations: []sarifInvocation{{Successful: len(o.errs) == 0}},
		ColumnKind:  "unicodeCodePoints",
		Results:     []sarifResult{},
	}
	for _, e := range o.errs {
		inv := &run.Invocations[0]
		inv.Notifications = append(inv.Notifications, sarifNotification{"error", sarifText{e}})
	}
	for _, f := range o.findings {
		r := o.sarifResult(f)
		r.RuleIndex = index[f.Code]
		run.Results = append(run.Results, r)
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(sarifLog{sarifSchema, "2.1.0", []sarifRun{run}})
}

// sarifRules describes the codes that occur, sorted.
func sarifRules(fs []*Finding) ([]sarifRule, map[string]int) {
	byCode := map[string]report.CodeInfo{}
	for _, f := range fs {
		byCode[f.Code] = f.CodeInfo
	}
	rules := []sarifRule{}
	index := map[string]int{}
	for i, code := range sortedKeys(byCode) {
		c := byCode[code]
		index[code] = i
		rules = append(rules, sarifRule{
			ID:               code,
			ShortDescription: sarifText{cmp.Or(c.Title, code)},
			HelpURI:          c.Page,
			Default:          sarifConfig{c.Tier == report.Default, string(severityOf(c.Claim))},
			Properties:       sarifRuleLabels{[]string{"concurrency", c.Analyzer}, c.Tier.String(), c.Claim.String()},
		})
	}
	return rules, index
}

func (o *output) sarifResult(f *Finding) sarifResult {
	main := sarifLocation{Physical: o.sarifPhysical(f.Pos, f.End)}
	if f.Function != "" {
		main.Logical = []sarifLogical{{f.Package + "." + f.Function, "function"}}
	}
	r := sarifResult{
		RuleID: f.Code, Level: string(f.Severity), Message: sarifText{f.Message},
		Locations:    []sarifLocation{main},
		CodeFlows:    o.sarifFlows(f.Witness),
		Fingerprints: map[string]string{"conclint/v1": f.Fingerprint},
	}
	for i, rel := range f.Related {
		if rel.Pos.Valid() {
			r.Related = append(r.Related, sarifLocation{ID: &i, Physical: o.sarifPhysical(rel.Pos, Position{}), Message: &sarifText{rel.Message}})
		}
	}
	for _, fix := range f.Fixes {
		r.Fixes = append(r.Fixes, o.sarifFix(fix))
	}
	return r
}

// sarifFlows makes one thread flow of each goroutine; the order of execution
// across them is that of the steps.
func (o *output) sarifFlows(steps []Step) []sarifCodeFlow {
	if len(steps) == 0 {
		return nil
	}
	var flow sarifCodeFlow
	for _, s := range steps {
		i := slices.IndexFunc(flow.ThreadFlows, func(t sarifThreadFlow) bool { return t.ID == s.Goroutine })
		if i < 0 {
			i = len(flow.ThreadFlows)
			flow.ThreadFlows = append(flow.ThreadFlows, sarifThreadFlow{ID: s.Goroutine})
		}
		loc := sarifLocation{Message: &sarifText{stepText(o, s)}}
		if s.Place.Valid() {
			loc.Physical = o.sarifPhysical(s.Place, Position{})
		}
		if s.Func != "" {
			loc.Logical = []sarifLogical{{s.Func, "function"}}
		}
		t := &flow.ThreadFlows[i]
		t.Locations = append(t.Locations, sarifFlowPlace{loc, s.N})
	}
	return []sarifCodeFlow{flow}
}

func (o *output) sarifFix(fix Fix) sarifFix {
	out := sarifFix{Description: sarifText{fix.Title}}
	byFile := map[string][]edit.Text{}
	for _, e := range fix.Edits {
		byFile[e.File] = append(byFile[e.File], e)
	}
	for _, file := range sortedKeys(byFile) {
		change := sarifChange{Artifact: o.sarifArtifact(file)}
		for _, e := range byFile[file] {
			rep := sarifReplacement{Deleted: *o.sarifRegion(o.src.position(file, e.Start), o.src.position(file, e.End))}
			if e.New != "" {
				rep.Inserted = &sarifText{e.New}
			}
			change.Replacements = append(change.Replacements, rep)
		}
		out.Changes = append(out.Changes, change)
	}
	return out
}

func (o *output) sarifPhysical(pos, end Position) *sarifPhysical {
	if pos.File == "" {
		return nil
	}
	return &sarifPhysical{o.sarifArtifact(pos.File), o.sarifRegion(pos, end)}
}

func (o *output) sarifRegion(pos, end Position) *sarifRegion {
	if !pos.Valid() {
		return nil
	}
	r := &sarifRegion{StartLine: pos.Line}
	if pos.Col > 0 {
		r.StartColumn = o.src.runeColumn(pos)
	}
	if end.Valid() && end.Col > 0 {
		r.EndLine, r.EndColumn = end.Line, o.src.runeColumn(end)
	}
	return r
}

// sarifArtifact names a file below the working directory relative to it, any
// other by an absolute URI.
func (o *output) sarifArtifact(file string) sarifArtifact {
	name := o.name(file)
	if !filepath.IsAbs(name) {
		return sarifArtifact{(&url.URL{Path: filepath.ToSlash(name)}).String(), "%SRCROOT%"}
	}
	slash := filepath.ToSlash(name)
	if !strings.HasPrefix(slash, "/") {
		slash = "/" + slash // a drive letter
	}
	return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: slash}).String()}
}
