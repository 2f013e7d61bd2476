package robust

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/proof/units"
	"github.com/conclint/conclint/internal/report"
)

func result(t *testing.T, output, facts string, diags ...units.Diagnostic) *units.Result {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "p.go"), []byte("package p\n\nvar X int\n"), 0o666))
	return &units.Result{
		Package: &units.Package{ImportPath: "m/p", Dir: dir, GoFiles: []string{"p.go"}}, CPU: time.Second, Peak: 5e6,
		Output: []byte(output), Facts: []byte(facts), Diags: map[string][]units.Diagnostic{"conclint": diags},
	}
}

func TestCounts(t *testing.T) {
	var a analysed
	require.NoError(t, a.count(result(t, "{}", "", units.Diagnostic{Category: report.CodeStats,
		Message: "functions=7 functions-over-budget=1 explorer-scopes=3 explorer-scopes-over-budget=2 explorer-scopes-coarse=2 explorer-scopes-published=1 explorer-scopes-sliced=1"})))
	assert.Equal(t, analysed{packages: 1, lines: 3, funcs: 7, overBudget: 1, scopes: 3, overScopes: 2, slicedScopes: 1, coarseScopes: 3, slowest: time.Second}, a)
	assert.NoError(t, print(&strings.Builder{}, []string{"m"}, map[string]analysed{"m": a}, false), "budgets are no failure")

	require.NoError(t, a.count(result(t, "{}", "", units.Diagnostic{Category: report.CodeInternalError, Message: "index out of range\nstack"})))
	assert.Equal(t, 1, a.internal)
	assert.Equal(t, []string{"m/p: index out of range"}, a.notes)
	var out strings.Builder
	assert.Error(t, print(&out, []string{"m"}, map[string]analysed{"m": a}, false))
	assert.Contains(t, out.String(), "  m/p: index out of range\n")

	failed := result(t, "", "")
	failed.Failed = "no end within 5m0s"
	var b analysed
	require.NoError(t, b.count(failed))
	assert.Equal(t, 1, b.failed)
}

func TestComparison(t *testing.T) {
	first := result(t, "{\n a\n}", "facts")
	var same, differ analysed
	same.compare(first, result(t, "{\n a\n}", "facts"))
	assert.Zero(t, same.differs)
	differ.compare(first, result(t, "{\n b\n}", "facts"))
	differ.compare(first, result(t, "{\n a\n}", "other"))
	broken := result(t, "{\n a\n}", "facts")
	broken.Failed = "exit status 2"
	differ.compare(first, broken)
	assert.Equal(t, 3, differ.differs)
	assert.Equal(t, `m/p: reports differ: "a" and "b"`, differ.notes[0])
	assert.Error(t, print(&strings.Builder{}, []string{"m"}, map[string]analysed{"m": differ}, false))
}
