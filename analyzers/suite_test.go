package analyzers

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"golang.org/x/tools/go/analysis"
)

func names(as []*analysis.Analyzer) []string {
	var out []string
	for _, a := range as {
		out = append(out, a.Name)
	}
	return out
}

func TestTwins(t *testing.T) {
	s := new(Settings)
	suite := New(s)
	twins := suite.Twins(s)
	assert.Contains(t, names(twins), "lostpanic_strict")
	assert.NoError(t, analysis.Validate(append(suite.All(), twins...)))
	for _, a := range twins {
		assert.Same(t, suite.Engine, a.Requires[0], "one engine for all")
		assert.True(t, strings.HasPrefix(a.Doc, a.Name+": the strict tier of "), a.Doc[:60])
		assert.True(t, s.Reports(a), a.Name)
	}
	byName := map[string]*analysis.Analyzer{}
	for _, a := range suite.All() {
		byName[a.Name] = a
	}
	assert.True(t, s.Reports(byName["relock"]))
	assert.True(t, s.Reports(suite.Engine))
	assert.False(t, s.Reports(byName["lostpanic"]), "strict as a whole")

	s.Report.Select = &Selection{Strict: true, Rules: []Rule{{Pattern: "relock", On: false}}}
	assert.False(t, s.Reports(byName["relock"]))
	assert.True(t, s.Reports(byName["lostpanic"]))
	for _, a := range suite.Twins(s) {
		assert.False(t, s.Reports(a), "%s: nothing is missing from the strict tier", a.Name)
	}
	s.Report.Select.Paths = []PathRules{{Glob: "x/**", Rules: []Rule{{Pattern: "relock", On: true}}}}
	assert.True(t, s.Reports(byName["relock"]), "in x")
}
