package driver

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/report"
)

func TestStatsTellTheShareOfTheExplorer(t *testing.T) {
	pkg := func(name string, engine, explorer int64) *Finding {
		f := &Finding{Package: name}
		f.Code = report.CodeStats
		f.Message = report.StatsMessage([]report.Counter{{Name: "functions", Value: 3}, {Name: report.CounterSuiteTime, Value: engine}, {Name: report.CounterExplorerTime, Value: explorer}})
		return f
	}
	var out strings.Builder
	analyzer := &Finding{Package: "b"}
	analyzer.Code, analyzer.Message = report.CodeStats, report.StatsMessage([]report.Counter{{Name: report.CounterSuiteTime, Value: 2_000_000}})
	printStats(&out, []*Finding{pkg("a", 1_000_000, 0), pkg("b", 1_000_000, 1_500_000), analyzer}, 2)
	assert.Equal(t, "functions: 6\ninternal errors: 0\npackages: 2\n"+
		"explorer time: 37 % (1.50s of 4.00s)\nslowest package: b, explorer time: 50 % (1.50s of 3.00s)\n", out.String())

	out.Reset()
	printStats(&out, nil, 0)
	assert.NotContains(t, out.String(), "time", "nothing was analysed")
}
