package linttest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A tool that reports nothing passes every test of silence. So each analyzer has one file that is known to be bad,
// and must speak about it under the real go vet. Of the repaired twin in the folder below it must not.
func TestCanary(t *testing.T) {
	if testing.Short() {
		t.Skip("needs a build of the command")
	}
	m := newModule(t, "canary", filepath.Join(Root(t), "testdata", "canary"))
	findings, err := Vet(t, m.dir, []string{"-strict"}, "./...")
	require.NoError(t, err)
	found := map[string]bool{}
	for _, f := range findings {
		switch f.File {
		case filepath.Join(m.dir, f.Analyzer+".go"):
			found[f.Analyzer] = true
		case filepath.Join(m.dir, "repaired", f.Analyzer+".go"):
			t.Errorf("the repaired twin is reported: %s", f)
		}
	}
	entries, err := os.ReadDir(m.src)
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	for _, e := range entries {
		if e.IsDir() {
			continue
		}
		assert.FileExists(t, filepath.Join(m.src, "repaired", e.Name()))
		analyzer := strings.TrimSuffix(e.Name(), ".go")
		assert.True(t, found[analyzer], "%s reports nothing in testdata/canary/%s", analyzer, e.Name())
	}
	if t.Failed() {
		for _, f := range findings {
			t.Logf("%s", f)
		}
	}
}
