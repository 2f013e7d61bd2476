package report

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/conclint/conclint/internal/pattern"
)

// Counter is one counter of the analysis of a package.
type Counter struct {
	Name  string // "functions"; a blank becomes a hyphen
	Value int64
}

// The counters that are times, in microseconds: those of the suite, engine and
// analyzers, and of the interleaving explorer within it. They are the only output
// that differs between two runs.
const (
	CounterSuiteTime    = "suite-us"
	CounterExplorerTime = "explorer-us"
)

var timeCounters = pattern.New(` ?\b(?:` + CounterSuiteTime + `|` + CounterExplorerTime + `)=\d+`)

// WithoutTimes is output that holds messages of engine/stats diagnostics without
// the counters that are times.
func WithoutTimes(output []byte) []byte { return timeCounters.ReplaceAll(output, nil) }

// StatsMessage is the message of an engine/stats diagnostic: the counters as
// name=value, in the order given.
func StatsMessage(counters []Counter) string {
	var b strings.Builder
	for i, c := range counters {
		if i > 0 {
			b.WriteByte(' ')
		}
		fmt.Fprintf(&b, "%s=%d", strings.ReplaceAll(c.Name, " ", "-"), c.Value)
	}
	return b.String()
}

// DecodeStats is the inverse of [StatsMessage], but for blanks; what is no counter is left out.
func DecodeStats(message string) []Counter {
	var out []Counter
	for field := range strings.FieldsSeq(message) {
		name, value, ok := strings.Cut(field, "=")
		if n, err := strconv.ParseInt(value, 10, 64); ok && err == nil && name != "" {
			out = append(out, Counter{name, n})
		}
	}
	return out
}
