package lsp_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/lsp/lsptest"
)

// released is hits without its bug; Neovim deletes the line that is marked.
var released = strings.Replace(hits, "\t\treturn false\n", "\t\th.mu.Unlock() // mark\n\t\treturn false\n", 1)

func TestE2ENeovim(t *testing.T) { testEditor(t, lsptest.Neovim) }
func TestE2EEmacs(t *testing.T)  { testEditor(t, lsptest.Emacs) }

func testEditor(t *testing.T, work func(*testing.T, lsptest.Job) lsptest.Seen) {
	if os.Getenv("CONCLINT_E2E") == "" {
		t.Skip("drives an editor: make e2e-editors")
	}
	dir := module(t, "hits.go", released)
	seen := work(t, lsptest.Job{
		Servers: []lsptest.Server{{Name: "conclint", Cmd: []string{built, "lsp"}}},
		Root:    dir, File: filepath.Join(dir, "hits.go"), Remove: "// mark", Code: "unreleased/return",
	})
	require.Len(t, seen.Typed, 1)
	assert.Equal(t, lsptest.Shown{Line: 15, Source: "conclint", Code: "unreleased/return", Message: seen.Typed[0].Message}, seen.Typed[0])
	assert.True(t, seen.Modified, "nothing was saved")
	assert.NotEmpty(t, seen.Actions)
	assert.Contains(t, seen.Fixed, "\th.mu.Lock()\n\tdefer h.mu.Unlock()\n\tif h.closed {\n\t\treturn false\n")
	assert.Empty(t, seen.Left)
	assert.Empty(t, seen.Saved)
	disk, err := os.ReadFile(filepath.Join(dir, "hits.go"))
	require.NoError(t, err)
	assert.Equal(t, seen.Fixed, string(disk))
}

// Beside gopls as it is, in one buffer.
func TestE2ENeovimBesideGopls(t *testing.T) {
	if os.Getenv("CONCLINT_E2E") == "" {
		t.Skip("drives Neovim: make e2e-editors")
	}
	if _, err := exec.LookPath("nvim"); err != nil {
		t.Skip("there is no Neovim here")
	}
	bin := t.TempDir()
	install := exec.Command("go", "install", "golang.org/x/tools/gopls@v0.23.0")
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=", "GOWORK=off")
	install.Dir = bin
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)
	// gopls has something of its own to say: the parameter is not used.
	src := released + "\nfunc alone(n int) {\n\tn = n\n}\n\nvar _ = alone\n"
	dir := module(t, "hits.go", src)
	seen := lsptest.Neovim(t, lsptest.Job{
		Servers: []lsptest.Server{
			{Name: "gopls", Cmd: []string{filepath.Join(bin, "gopls")}},
			{Name: "conclint", Cmd: []string{built, "lsp"}},
		},
		Root: dir, File: filepath.Join(dir, "hits.go"), Remove: "// mark", Code: "unreleased/return", Also: "assign",
	})
	var sources []string
	for _, d := range seen.Both {
		sources = append(sources, d.Source)
	}
	assert.Equal(t, []string{"conclint", "assign"}, sources)
	assert.Contains(t, seen.Fixed, "\tdefer h.mu.Unlock()\n")
	for _, d := range seen.Saved {
		assert.NotEqual(t, "conclint", d.Source)
	}
}
