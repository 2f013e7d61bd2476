package linttest

import (
	"bytes"
	"cmp"
	"encoding/gob"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"
)

// An outcome is all that one action reported and exported, in comparable form.
type outcome struct {
	id       string
	findings []finding
	facts    []string // of the action and of what it requires: object, fact, bytes; in order
}

// A finding is a diagnostic without anything that depends on the run.
type finding struct {
	posn     string
	category string
	message  string
	rest     string // related places and edits
	titles   []string
	edited   []string // files that its fixes touch
}

// kind is what a finding keeps when lines above it move.
func (f finding) kind() string { return kindOf(f.category, f.message) }

var number = regexp.MustCompile(`[0-9]+`)

func kindOf(category, message string) string {
	return category + ": " + number.ReplaceAllString(message, "N")
}

func outcomeOf(act *checker.Action) outcome {
	o := outcome{id: act.Package.ID}
	fset := act.Package.Fset
	for _, d := range act.Diagnostics {
		f := finding{posn: fset.Position(d.Pos).String(), category: d.Category, message: d.Message}
		var rest strings.Builder
		fmt.Fprintf(&rest, "%s %s", fset.Position(d.End), d.URL)
		for _, r := range d.Related {
			fmt.Fprintf(&rest, "\n  %s: %s", fset.Position(r.Pos), r.Message)
		}
		for _, fix := range d.SuggestedFixes {
			f.titles = append(f.titles, fix.Message)
			for _, e := range fix.TextEdits {
				f.edited = append(f.edited, fset.Position(e.Pos).Filename)
				fmt.Fprintf(&rest, "\n  %s: %s-%s: %q", fix.Message, fset.Position(e.Pos), fset.Position(e.End), e.NewText)
			}
		}
		f.rest = rest.String()
		o.findings = append(o.findings, f)
	}
	o.facts = factsOf(act, map[*checker.Action]bool{})
	return o
}

// factsOf returns the facts about the package's own objects exported by the action and by the analyzers it requires.
func factsOf(act *checker.Action, seen map[*checker.Action]bool) []string {
	if seen[act] {
		return nil
	}
	seen[act] = true
	var facts []string
	for _, f := range act.AllObjectFacts() {
		if f.Object.Pkg() == act.Package.Types {
			facts = append(facts, fmt.Sprintf("%s %s at %s: %s", act.Analyzer.Name, f.Object, act.Package.Fset.Position(f.Object.Pos()), encode(f.Fact)))
		}
	}
	for _, f := range act.AllPackageFacts() {
		if f.Package == act.Package.Types {
			facts = append(facts, fmt.Sprintf("%s package %s: %s", act.Analyzer.Name, f.Package.Path(), encode(f.Fact)))
		}
	}
	slices.Sort(facts)
	for _, dep := range act.Deps {
		if dep.Package == act.Package {
			facts = append(facts, factsOf(dep, seen)...)
		}
	}
	return facts
}

func encode(f analysis.Fact) string {
	var buf bytes.Buffer
	if err := gob.NewEncoder(&buf).Encode(f); err != nil {
		return "cannot be encoded: " + err.Error()
	}
	return fmt.Sprintf("%v %x", f, buf.Bytes())
}

// checkDeterministic analyses the packages again, last first, and compares with the first outcomes.
func checkDeterministic(t testing.TB, a *analysis.Analyzer, pkgs []*packages.Package, first []outcome) {
	again := slices.Clone(pkgs)
	slices.Reverse(again)
	graph, err := checker.Analyze([]*analysis.Analyzer{a}, again, nil)
	if err != nil {
		t.Fatal(err)
	}
	second := map[string]outcome{}
	for _, act := range graph.Roots {
		second[act.Package.ID] = outcomeOf(act)
	}
	for _, one := range first {
		two := second[one.id]
		if a, b := fmt.Sprintf("%+v", one.findings), fmt.Sprintf("%+v", two.findings); a != b {
			t.Errorf("%s: the diagnostics of two runs differ:\n%s\n%s", one.id, a, b)
		}
		for i := range max(len(one.facts), len(two.facts)) {
			if a, b := at(one.facts, i), at(two.facts, i); a != b {
				t.Errorf("%s: the facts of two runs differ:\n%s\n%s", one.id, a, b)
				break
			}
		}
	}
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "none"
}

// findingsOf returns all findings once each: a file belongs to its package and to the package's test variant.
func findingsOf(outcomes []outcome) []finding {
	var all []finding
	for _, o := range outcomes {
		all = append(all, o.findings...)
	}
	order := func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.posn, b.posn), cmp.Compare(a.category, b.category), cmp.Compare(a.message, b.message))
	}
	slices.SortStableFunc(all, order)
	return slices.CompactFunc(all, func(a, b finding) bool { return order(a, b) == 0 })
}
