package analyzers

import (
	"go/token"
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

// Fixes for editors need no formatting afterwards.
func TestFinished(t *testing.T) {
	src := "package p\n\nfunc f() {\n\ta()\n}\n"
	fset := token.NewFileSet()
	file := fset.AddFile("p.go", -1, len(src))
	file.SetLinesForContent([]byte(src))
	at := file.Pos(strings.Index(src, "a()") + len("a()"))
	var got []analysis.Diagnostic
	pass := &analysis.Pass{
		Fset:     fset,
		ReadFile: func(string) ([]byte, error) { return []byte(src), nil },
		Report:   func(d analysis.Diagnostic) { got = append(got, d) },
	}
	run := finished(func(pass *analysis.Pass) (any, error) {
		pass.Report(analysis.Diagnostic{SuggestedFixes: []analysis.SuggestedFix{{TextEdits: []analysis.TextEdit{{Pos: at, NewText: []byte("\nb()")}}}}})
		return nil, nil
	})
	_, err := run(pass)
	assert.NoError(t, err)
	edits := got[0].SuggestedFixes[0].TextEdits
	line := file.LineStart(5)
	assert.Equal(t, []analysis.TextEdit{{Pos: line, End: line, NewText: []byte("\tb()\n")}}, edits)

	src = "other"
	_, err = run(pass)
	assert.NoError(t, err)
	assert.Equal(t, at, got[1].SuggestedFixes[0].TextEdits[0].Pos, "a text that is not the one analysed: left alone")
}
