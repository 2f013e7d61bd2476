package driver

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/conclint/conclint/internal/report"
)

// aboutAnalysis reports whether a finding speaks about the analysis, not the code.
func aboutAnalysis(f *Finding) bool {
	switch f.Code {
	case report.CodeStats, report.CodeBudget, report.CodeInternalError, report.CodeGraph:
		return true
	}
	return false
}

// printStats sums the counters of all packages, and lists what the analysis
// gave up on.
func printStats(w io.Writer, all []*Finding, packages int) {
	sums := map[string]int64{}
	byCode := map[string]int{}
	times := shares{}
	for _, f := range all {
		byCode[f.Code]++
		if f.Code == report.CodeStats {
			counters := report.DecodeStats(f.Message)
			for _, c := range counters {
				sums[c.Name] += c.Value
			}
			times.add(f.Package, counters)
		} else if aboutAnalysis(f) {
			fmt.Fprintf(w, "%s:%d: %s: %s\n", f.Pos.File, f.Pos.Line, f.Code, f.Message)
		}
	}
	delete(sums, report.CounterSuiteTime)
	delete(sums, report.CounterExplorerTime)
	sums["packages"] = int64(packages)
	sums["internal-errors"] = int64(byCode[report.CodeInternalError])
	for _, name := range sortedKeys(sums) {
		fmt.Fprintf(w, "%s: %d\n", strings.ReplaceAll(name, "-", " "), sums[name])
	}
	times.print(w)
}

// shares tells how much of the suite's time the explorer takes.
type shares map[string]spent // by package

type spent struct{ suite, explorer time.Duration }

func (s shares) add(pkg string, counters []report.Counter) {
	p := s[pkg]
	for _, c := range counters {
		switch d := time.Duration(c.Value) * time.Microsecond; c.Name {
		case report.CounterSuiteTime:
			p.suite += d
		case report.CounterExplorerTime:
			p.explorer += d
		}
	}
	s[pkg] = p
}

func (s shares) print(w io.Writer) {
	var all, slowest spent
	name := ""
	for _, pkg := range sortedKeys(s) {
		p := s[pkg]
		all.suite += p.suite
		all.explorer += p.explorer
		if p.suite > slowest.suite {
			slowest, name = p, pkg
		}
	}
	if all.suite > 0 {
		fmt.Fprintf(w, "explorer time: %v\nslowest package: %s, explorer time: %v\n", all, name, slowest)
	}
}

func (s spent) String() string {
	return fmt.Sprintf("%d %% (%.2fs of %.2fs)", s.explorer*100/max(s.suite, 1), s.explorer.Seconds(), s.suite.Seconds())
}

// printCounts prints how many findings there are of each code.
func printCounts(w io.Writer, shown []*Finding) {
	found, fixable := map[string]int{}, map[string]int{}
	for _, f := range shown {
		found[f.Code]++
		if len(f.Fixes) > 0 {
			fixable[f.Code]++
		}
	}
	if len(found) == 0 {
		return
	}
	fmt.Fprintf(w, "%-28s %8s %8s\n", "code", "findings", "with fix")
	for _, code := range sortedKeys(found) {
		fmt.Fprintf(w, "%-28s %8d %8d\n", code, found[code], fixable[code])
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
