package growth

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func series(f func(n float64) float64) []measurement {
	var out []measurement
	for _, n := range []float64{10, 100, 1000} {
		out = append(out, measurement{name: "x", size: n, cpu: time.Duration(f(n) * float64(time.Millisecond)), facts: int(n)})
	}
	return out
}

func cpu(m measurement) float64 { return m.cpu.Seconds() }

func TestExponent(t *testing.T) {
	e, ok := exponent(series(func(n float64) float64 { return 3 * n }), cpu)
	assert.True(t, ok)
	assert.InDelta(t, 1, e, 1e-3)
	e, ok = exponent(series(func(n float64) float64 { return n * n }), cpu)
	assert.True(t, ok)
	assert.InDelta(t, 2, e, 1e-3)
	_, ok = exponent(series(func(float64) float64 { return 0 }), cpu)
	assert.False(t, ok, "nothing to fit")
	_, ok = exponent(series(func(n float64) float64 { return n })[:1], cpu)
	assert.False(t, ok, "one point has no slope")
}

func TestVerdicts(t *testing.T) {
	var out strings.Builder
	require.NoError(t, print(&out, "generated", "n", series(func(n float64) float64 { return n }), true))
	assert.Contains(t, out.String(), "CPU ~ n^1.00, goal 1.15: pass")
	out.Reset()
	err := print(&out, "generated", "n", series(func(n float64) float64 { return n * n }), true)
	assert.ErrorContains(t, err, "exponent 2.00")
	assert.Contains(t, out.String(), "MISS")
	assert.NoError(t, print(&out, "generated", "n", series(func(n float64) float64 { return n * n }), false), "a single function is not judged by its growth")
	failed := series(func(n float64) float64 { return n })
	failed[1].failed = "p: internal error"
	assert.ErrorContains(t, print(&out, "generated", "n", failed, true), "internal error")
}

// What the generator writes must compile, in all shapes.
func TestGeneratedProgramsCompile(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles")
	}
	exe := filepath.Join(t.TempDir(), "generate")
	out, err := exec.Command("go", "build", "-o", exe, "../../../testdata/growth").CombinedOutput()
	require.NoError(t, err, "%s", out)
	for _, shape := range shapes {
		dir := t.TempDir()
		out, err := exec.Command(exe, "-shape", shape.name, "-n", "45", "-o", dir).CombinedOutput()
		require.NoError(t, err, "%s", out)
		vet := exec.Command("go", "build", "./...")
		vet.Dir = dir
		out, err = vet.CombinedOutput()
		assert.NoError(t, err, "%s: %s", shape.name, out)
	}
	assert.Error(t, exec.Command(exe, "-shape", "none", "-o", t.TempDir()).Run())
}
