package units_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/proof/units"
)

var files = map[string]string{
	"go.mod": "module m\n\ngo 1.26\n",
	"low/low.go": `package low

import "sync"

type Box struct{ mu sync.Mutex }

func (b *Box) Lock()   { b.mu.Lock() }
func (b *Box) Unlock() { b.mu.Unlock() }
`,
	"top/top.go": `package top

import "m/low"

func Twice(b *low.Box) {
	b.Lock()
	defer b.Unlock()
	b.Lock()
	defer b.Unlock()
}
`,
	"broken/broken.go": "package broken\n\nimport \"m/nowhere\"\n\nvar _ = nowhere.X\n",
}

func writeModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	return dir
}

func runner(t *testing.T, tool string, reverse bool) *units.Runner {
	return &units.Runner{Tool: tool, Procs: 1, Workers: 2, Reverse: reverse, Timeout: time.Minute, Dir: t.TempDir(),
		IsRoot: func(p *units.Package) bool { return !p.Standard }}
}

func TestUnitsAsUnderGoVet(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the command")
	}
	tool := filepath.Join(t.TempDir(), "conclint")
	out, err := exec.Command("go", "build", "-o", tool, "github.com/conclint/conclint/cmd/conclint").CombinedOutput()
	require.NoError(t, err, "%s", out)
	packages, broken, err := units.List(t.Context(), writeModule(t), "./...")
	require.NoError(t, err)
	assert.Equal(t, 2, broken, "the package that does not exist, and the one that imports it")
	require.Greater(t, len(packages), 2, "with what they import")

	var runs [][]*units.Result
	var starts [][]string
	for _, reverse := range []bool{false, true} {
		r := runner(t, tool, reverse)
		var started []string
		r.Started = func(p *units.Package) { started = append(started, p.ImportPath) }
		results, err := r.Run(t.Context(), packages)
		require.NoError(t, err)
		require.Len(t, results, len(packages))
		runs, starts = append(runs, results), append(starts, started)

		again, err := r.Run(t.Context(), packages)
		require.NoError(t, err)
		assert.Equal(t, results, again)
		assert.Len(t, started, len(packages), "nothing is analysed twice")
	}
	assert.NotEqual(t, starts[0], starts[1])
	for i, res := range runs[0] {
		assert.Empty(t, res.Failed, res.Package.ImportPath)
		assert.True(t, bytes.Equal(res.Facts, runs[1][i].Facts), res.Package.ImportPath)
		assert.Equal(t, res.Output, runs[1][i].Output)
		if res.Package.ImportPath == "m/top" {
			require.Len(t, res.Diags["relock"], 1, "facts of m/low reach m/top")
			assert.Contains(t, res.Diags["relock"][0].Posn, "top.go:8:")
		}
	}
}

func TestFailuresAreResults(t *testing.T) {
	packages, _, err := units.List(t.Context(), writeModule(t), "./...")
	require.NoError(t, err)
	r := runner(t, filepath.Join(t.TempDir(), "no-such-tool"), false)
	results, err := r.Run(t.Context(), packages)
	require.NoError(t, err)
	failures := map[string]bool{}
	for _, res := range results {
		failures[res.Failed] = true
	}
	assert.Contains(t, failures, "import of m/low failed")
	for f := range failures {
		assert.NotEmpty(t, f)
	}
}

func TestListOfNothing(t *testing.T) {
	_, _, err := units.List(t.Context(), filepath.Join(t.TempDir(), "gone"), "./...")
	assert.Error(t, err)
}
