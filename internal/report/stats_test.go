package report_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/conclint/conclint/internal/report"
)

func TestStatsRoundTrip(t *testing.T) {
	in := []report.Counter{{Name: "functions", Value: 12}, {Name: "budget-hits", Value: 0}, {Name: "a", Value: -1}}
	m := report.StatsMessage(in)
	assert.Equal(t, "functions=12 budget-hits=0 a=-1", m)
	assert.Equal(t, in, report.DecodeStats(m))
	assert.Equal(t, "over-budget=1", report.StatsMessage([]report.Counter{{Name: "over budget", Value: 1}}))
	assert.Empty(t, report.DecodeStats("no counters = here =1 x=y"))
}

func TestWithoutTimes(t *testing.T) {
	m := report.StatsMessage([]report.Counter{{Name: "functions", Value: 7}, {Name: report.CounterSuiteTime, Value: 812}, {Name: report.CounterExplorerTime, Value: 33}})
	assert.Equal(t, "functions=7", string(report.WithoutTimes([]byte(m))))
	assert.Equal(t, "a suite-usual=1", string(report.WithoutTimes([]byte("a suite-usual=1"))))
}
