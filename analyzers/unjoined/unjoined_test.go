package unjoined_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/analyzers/unjoined"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.Run(t, unjoined.Analyzer, "basic", "pairs", "real", "silent", "maingo", "mainok")
}

// TestPairs runs the pairs: the first function of each loses its work, the second
// finishes it.
func TestPairs(t *testing.T) {
	if testing.Short() {
		t.Skip("builds a program")
	}
	dir := t.TempDir()
	src := filepath.Join("..", "..", "testdata", "src", "unjoined", "pairs")
	for _, name := range []string{"pairs.go", "pairs_test.go"} {
		data, err := os.ReadFile(filepath.Join(src, name))
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), data, 0o600))
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module pairs\n\ngo 1.26\n"), 0o600))
	cmd := exec.Command("go", "test", "-count=1", ".")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, string(out))
}

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, unjoined.New(engine.Analyzer, &report.Options{Strict: true}), "strict")
}
