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

func forEditor(t *testing.T, s *Settings) (on, off []string) {
	t.Helper()
	suite := New(s)
	ons, offs := suite.ForEditor(s)
	assert.NoError(t, analysis.Validate(append(ons[:len(ons):len(ons)], offs...)))
	for _, a := range append(ons[1:len(ons):len(ons)], offs...) {
		assert.Same(t, suite.Engine, a.Requires[0], "one engine for all")
		assert.True(t, strings.HasPrefix(a.Doc, a.Name+": "), a.Doc[:40])
	}
	return names(ons), names(offs)
}

func TestForEditor(t *testing.T) {
	s := new(Settings)
	on, off := forEditor(t, s)
	assert.Equal(t, "conclint", on[0])
	assert.Contains(t, on, "relock")
	assert.NotContains(t, on, "lostpanic", "strict as a whole")
	assert.Contains(t, off, "lostpanic_strict")
	assert.NotContains(t, off, "lostpanic")
	assert.NotContains(t, off, "relock")

	s.Report.Select = &Selection{Rules: []Rule{{Pattern: "relock", On: false}, {Pattern: "lostpanic/unprotected", On: true}}}
	on, off = forEditor(t, s)
	assert.NotContains(t, on, "relock")
	assert.Contains(t, off, "relock", "an editor may switch it on")
	assert.Contains(t, on, "lostpanic")
	assert.NotContains(t, off, "lostpanic_strict", "nothing is missing")

	s.Report.Select = &Selection{Strict: true}
	on, off = forEditor(t, s)
	assert.Len(t, on, 1+len(constructors))
	assert.Empty(t, off)

	s.Report.Select = &Selection{Rules: []Rule{{Pattern: "all", On: false}}, Paths: []PathRules{{Glob: "x/**", Rules: []Rule{{Pattern: "relock", On: true}}}}}
	on, off = forEditor(t, s)
	assert.Equal(t, []string{"conclint", "relock"}, on, "in x")
	assert.Contains(t, off, "unreleased")
	assert.NotContains(t, off, "relock_strict")
}
