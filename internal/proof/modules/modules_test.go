package modules

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDetach(t *testing.T) {
	dir := t.TempDir()
	name := filepath.Join(dir, "go.mod")
	require.NoError(t, os.WriteFile(name, []byte(`module example.com/m

go 1.24

require (
	example.com/a v1.0.0
	example.com/b v1.0.0
	example.com/c v1.0.0
)

replace (
	example.com/a => ../a
	example.com/b v1.0.0 => ../b
	example.com/c => example.com/fork v1.0.1
)
`), 0o666))
	require.NoError(t, detach(t.Context(), dir))
	got, err := os.ReadFile(name)
	require.NoError(t, err)
	assert.NotContains(t, string(got), "../")
	assert.Contains(t, string(got), "replace example.com/c => example.com/fork v1.0.1")
}

func TestCopyTree(t *testing.T) {
	from, to := t.TempDir(), filepath.Join(t.TempDir(), "copy")
	require.NoError(t, os.Mkdir(filepath.Join(from, "sub"), 0o777))
	for _, name := range []string{"go.mod", "go.work", "sub/x.go"} {
		require.NoError(t, os.WriteFile(filepath.Join(from, name), []byte(name), 0o444))
	}
	require.NoError(t, copyTree(from, to))
	assert.NoFileExists(t, filepath.Join(to, "go.work"))
	data, err := os.ReadFile(filepath.Join(to, "sub", "x.go"))
	require.NoError(t, err)
	assert.Equal(t, "sub/x.go", string(data))
	assert.NoError(t, os.WriteFile(filepath.Join(to, "sub", "x.go"), nil, 0o666), "the copy can be written")
}

func TestNotAModule(t *testing.T) {
	_, err := Prepare(t.Context(), "example.com/m", t.TempDir())
	assert.ErrorContains(t, err, "path@version")
}

func TestInstallWantsAVersion(t *testing.T) {
	_, err := Install(t.Context(), t.TempDir(), "example.com/m/cmd/x")
	assert.ErrorContains(t, err, "path@version")
}
