package driver

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

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
	for _, f := range all {
		byCode[f.Code]++
		if f.Code == report.CodeStats {
			for _, c := range report.DecodeStats(f.Message) {
				sums[c.Name] += c.Value
			}
		} else if aboutAnalysis(f) {
			fmt.Fprintf(w, "%s:%d: %s: %s\n", f.Pos.File, f.Pos.Line, f.Code, f.Message)
		}
	}
	sums["packages"] = int64(packages)
	sums["internal-errors"] = int64(byCode[report.CodeInternalError])
	for _, name := range sortedKeys(sums) {
		fmt.Fprintf(w, "%s: %d\n", strings.ReplaceAll(name, "-", " "), sums[name])
	}
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
