package driver

import (
	"fmt"
	"io"
	"maps"
	"slices"

	"github.com/conclint/conclint/internal/report"
)

// aboutAnalysis reports whether a finding speaks about the analysis, not the code.
func aboutAnalysis(f *Finding) bool {
	switch f.Code {
	case report.CodeStats, report.CodeBudget, report.CodeInternalError:
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
	fmt.Fprintf(w, "packages: %d\n", packages)
	fmt.Fprintf(w, "internal errors: %d\n", byCode[report.CodeInternalError])
	fmt.Fprintf(w, "budget hits: %d\n", byCode[report.CodeBudget])
	for _, name := range sortedKeys(sums) {
		fmt.Fprintf(w, "%s: %d\n", name, sums[name])
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
