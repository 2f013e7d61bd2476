package bench

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const source = `package p

func small() { println() }

func large() {
	a := 1
	a++
	a++
	a++
	println(a)
}
`

func writeModule(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod":      "module m\n\ngo 1.26\n",
		"core/p.go":   source,
		"mid/p.go":    "package p\n\nimport _ \"m/core\"\n" + strings.TrimPrefix(source, "package p\n"),
		"leaf/p.go":   "package p\n\nimport _ \"m/mid\"\n" + strings.TrimPrefix(source, "package p\n"),
		"alone/p.go":  source,
		"empty/p.go":  "package p\n\nimport _ \"m/leaf\"\nimport _ \"m/alone\"\n",
		"empty2/p.go": "package p\n\nimport _ \"m/core\"\n",
	} {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	return dir
}

func TestLeafAndCore(t *testing.T) {
	all, err := listPackages(t.Context(), writeModule(t))
	require.NoError(t, err)
	leaf, core, err := leafAndCore(all)
	require.NoError(t, err)
	assert.Equal(t, "m/leaf", leaf.pkg, "packages nothing can be changed in are passed over")
	assert.Equal(t, "m/core", core.pkg)

	require.NoError(t, core.apply())
	data, err := os.ReadFile(core.file)
	require.NoError(t, err)
	assert.Contains(t, string(data), "func large() {\n\tprint(\"\")\n")
	require.NoError(t, core.revert())
	data, err = os.ReadFile(core.file)
	require.NoError(t, err)
	assert.Equal(t, source, string(data))

	_, _, err = leafAndCore(nil)
	assert.Error(t, err)
}

func TestMeasure(t *testing.T) {
	u, err := measure(t.Context(), t.TempDir(), nil, 0, "go", "version")
	require.NoError(t, err)
	assert.Positive(t, u.Wall)
	assert.Positive(t, u.CPU)
	if runtime.GOOS == "linux" {
		assert.Greater(t, u.Peak, int64(1e6))
	}
	_, err = measure(t.Context(), t.TempDir(), nil, 1, "go", "no-such-command")
	assert.ErrorContains(t, err, "unknown command", "status 2 is no finding")
}

func TestTable(t *testing.T) {
	seconds := func(n int) []usage {
		return []usage{{CPU: time.Duration(n) * time.Second, Wall: time.Second, Peak: 2e6}}
	}
	got := results{}
	for name, n := range map[string]int{"conclint": 3, "go vet": 2, "staticcheck": 6} {
		got[name] = map[string][]usage{}
		for _, p := range phases {
			got[name][p] = seconds(n)
		}
	}
	var out strings.Builder
	print(&out, []tool{{name: "conclint"}, {name: "go vet"}, {name: "staticcheck"}}, got)
	text := strings.Join(strings.Fields(out.String()), " ")
	assert.Contains(t, text, "cold 3.0 2.0 6.0 0.50 x staticcheck")
	assert.Contains(t, text, "warm 3.0 2.0 6.0 1.50 x go vet")
	assert.Contains(t, text, "cold 2.0 2.0 2.0 1.00 x staticcheck", "memory")
}

func TestMedian(t *testing.T) {
	all := []usage{{CPU: 5, Wall: 1, Peak: 3}, {CPU: 1, Wall: 2, Peak: 9}, {CPU: 2, Wall: 9, Peak: 1}}
	assert.Equal(t, usage{CPU: 2, Wall: 2, Peak: 3}, median(all))
}
