package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// docs/pictures.md shows what conclint graph draws of testdata/sample. With
// CONCLINT_UPDATE_GOLDENS=1 the pictures are drawn anew.
func TestPicturesInDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet")
	}
	for _, kind := range []string{"locks", "goroutines"} {
		cmd := exec.Command(built, "graph", kind, "-C", "../../testdata/sample", "./...")
		cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
		got, err := cmd.Output()
		require.NoError(t, err)
		file := filepath.Join("../../docs", kind+".svg")
		if os.Getenv("CONCLINT_UPDATE_GOLDENS") != "" {
			require.NoError(t, os.WriteFile(file, got, 0o644))
		}
		want, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.Equal(t, string(want), string(got), "%s is out of date", file)
	}
}
