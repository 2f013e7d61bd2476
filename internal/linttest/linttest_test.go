package linttest

import (
	"fmt"
	"go/ast"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
)

// newToy returns an analyzer that reports calls of old; its fix puts something else into the place of the name.
func newToy(replacement string) *analysis.Analyzer {
	run := func(pass *analysis.Pass) (any, error) {
		for _, file := range pass.Files {
			for n := range ast.Preorder(file) {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					continue
				}
				if id, ok := call.Fun.(*ast.Ident); ok && id.Name == "old" {
					pass.Report(analysis.Diagnostic{Pos: id.Pos(), End: id.End(), Category: "toy/old", Message: "old is called",
						SuggestedFixes: []analysis.SuggestedFix{{Message: "Call another", TextEdits: []analysis.TextEdit{
							{Pos: id.Pos(), End: id.End(), NewText: []byte(replacement)}}}}})
				}
			}
		}
		return nil, nil
	}
	return &analysis.Analyzer{Name: "toy", Doc: "toy: report calls of old", Run: run}
}

// complaints is a test that keeps what it is told instead of failing.
type complaints struct {
	testing.TB
	messages []string
}

func (c *complaints) Errorf(format string, args ...any) { c.Error(fmt.Sprintf(format, args...)) }
func (c *complaints) Error(args ...any)                 { c.messages = append(c.messages, fmt.Sprint(args...)) }

func toyModule(t *testing.T) module {
	src, err := filepath.Abs(filepath.Join("testdata", "toy"))
	require.NoError(t, err)
	return newModule(t, "toy", src)
}

// checkToy runs the in-process part on the toy's testdata, with the golden changed by edit, and returns the complaints about fixes.
func checkToy(t *testing.T, replacement string, edit func(string) string) []string {
	m := toyModule(t)
	golden := filepath.Join(m.dir, "good", "good.go.golden")
	data, err := os.ReadFile(golden)
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(golden, []byte(edit(string(data))), 0o666))
	a := newToy(replacement)
	var first []outcome
	c := &complaints{TB: t}
	results := analysistest.Run(c, m.dir, a, "./...")
	require.Empty(t, c.messages)
	for _, r := range results {
		first = append(first, outcomeOf(r.Action))
	}
	v := m.variants(t, loaded(results))
	require.Len(t, v, 1)
	m.checkFixes(c, a, v, []string{"./..."}, findingsOf(first))
	return c.messages
}

func TestFixesHold(t *testing.T) {
	assert.Empty(t, checkToy(t, "fresh", func(s string) string { return s }))
}

func TestGoldenThatDoesNotCompile(t *testing.T) {
	got := checkToy(t, "fresh", func(s string) string { return strings.Replace(s, "fresh()", "missing()", 1) })
	require.NotEmpty(t, got)
	assert.Contains(t, got[0], "does not compile")
	assert.Contains(t, got[0], filepath.Join("testdata", "toy"), "names the original, not the copy")
}

func TestGoldenThatKeepsTheFinding(t *testing.T) {
	got := checkToy(t, "fresh", func(s string) string {
		return strings.Replace(s, "fresh() // want", "old() // want", 1)
	})
	require.Len(t, got, 1)
	assert.Contains(t, got[0], "still or newly reported")
}

func TestUpdateWritesWhatTheFixMakes(t *testing.T) {
	m := toyModule(t)
	m.src = t.TempDir()
	require.NoError(t, os.Mkdir(filepath.Join(m.src, "good"), 0o777))
	require.NoError(t, os.Remove(filepath.Join(m.dir, "good", "good.go.golden")))
	m.updateGoldens(t, newToy("fresh"), []string{"./..."})
	want, err := os.ReadFile(filepath.Join("testdata", "toy", "good", "good.go.golden"))
	require.NoError(t, err)
	got, err := os.ReadFile(filepath.Join(m.src, "good", "good.go.golden"))
	require.NoError(t, err)
	assert.Equal(t, string(want), string(got))
	c := &complaints{TB: t}
	analysistest.RunWithSuggestedFixes(c, m.dir, newToy("fresh"), "./...")
	assert.Empty(t, c.messages)
}

func TestNondeterminismShows(t *testing.T) {
	m := toyModule(t)
	runs := 0
	a := newToy("fresh")
	inner := a.Run
	a.Run = func(pass *analysis.Pass) (any, error) {
		if runs++; runs > 1 {
			pass.Reportf(pass.Files[0].Package, "run %d", runs)
		}
		return inner(pass)
	}
	var first []outcome
	results := analysistest.Run(t, m.dir, a, "./...")
	for _, r := range results {
		first = append(first, outcomeOf(r.Action))
	}
	c := &complaints{TB: t}
	checkDeterministic(c, a, loaded(results), first)
	require.Len(t, c.messages, 1)
	assert.Contains(t, c.messages[0], "diagnostics of two runs differ")
}

func TestWants(t *testing.T) {
	m := toyModule(t)
	wants, err := wantsIn(m.dir)
	require.NoError(t, err)
	var lines []int
	for _, w := range wants {
		assert.Equal(t, "old is called", w.pattern.String())
		lines = append(lines, w.line)
	}
	assert.Equal(t, []int{6, 11, 13}, lines)

	got, err := parseWants(" `a+` f:\"a fact\" \"b\"")
	require.NoError(t, err)
	require.Len(t, got, 2, "facts are not diagnostics")
	assert.Equal(t, "b", got[1].pattern.String())
	_, err = parseWants(" `(`")
	assert.Error(t, err)
}

func TestWantsUnderVet(t *testing.T) {
	m := toyModule(t)
	wants, err := wantsIn(m.dir)
	require.NoError(t, err)
	file := filepath.Join(m.dir, "good", "good.go")
	c := &complaints{TB: t}
	compareWants(located{c, m}, "toy", []VetFinding{
		{Analyzer: "toy", File: file, Line: 6, Message: "old is called"},
		{Analyzer: "toy", File: file, Line: 7, Message: "old is called"},
		{Analyzer: "other", File: file, Line: 8, Message: "not ours"},
	}, wants)
	require.Len(t, c.messages, 3)
	assert.Contains(t, c.messages[0], "good.go:7")
	assert.Contains(t, c.messages[1], "good.go:11")
	assert.Contains(t, c.messages[2], "good.go:13")
}

func TestDecodeVet(t *testing.T) {
	got, err := decodeVet(strings.NewReader(`{"p": {"relock": [{"posn": "/a b/x.go:3:4", "message": "m", "category": "relock/again"}]}}
{"p [p.test]": {"relock": [{"posn": "/a b/x.go:3:4", "message": "m", "category": "relock/again"}]}}`))
	require.NoError(t, err)
	assert.Equal(t, []VetFinding{{"relock", "/a b/x.go", 3, "relock/again", "m"}}, got)

	_, err = decodeVet(strings.NewReader(`{"p": {"relock": {"error": "it broke"}}}`))
	assert.ErrorContains(t, err, "it broke")
}
