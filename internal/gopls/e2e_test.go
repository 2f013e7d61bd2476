package gopls

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/lsp/lsptest"
)

const hits = `package hits

import "sync"

type Hits struct {
	mu     sync.Mutex
	byPath map[string]int
	closed bool
}

// Add counts.
func (h *Hits) Add(path string) bool {
	h.mu.Lock()
	if h.closed {
		h.mu.Unlock() // mark
		return false
	}
	h.byPath[path]++
	h.mu.Unlock()
	return true
}

func Each(urls []string) {
	for _, u := range urls {
		go func() { println(u) }()
	}
}
`

const lib = "package lib\n\nimport \"sync\"\n\ntype T struct{ Mu sync.Mutex }\n\nfunc (t *T) Get() int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn 1\n}\n"
const use = "package use\n\nimport \"example.com/m/lib\"\n\nfunc F(t *lib.T) int {\n\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n\treturn t.Get()\n}\n"

// config leaves out single codes, which an editor could not.
const config = `disable: nosemaphore
severity:
  unreleased: warning
paths:
  - path: legacy/**
    disable: all
`

// TestE2E builds a gopls with a configuration and drives it.
func TestE2E(t *testing.T) {
	if os.Getenv("CONCLINT_E2E") == "" {
		t.Skip("builds gopls: make e2e-editors")
	}
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n", ".conclint.yaml": config,
		"hits.go": hits, "lib/lib.go": lib, "use/use.go": use, "legacy/use.go": strings.Replace(use, "package use", "package legacy", 1),
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	t.Chdir(dir)
	binary := filepath.Join(dir, "bin", "gopls-conclint")
	require.NoError(t, os.Mkdir(filepath.Dir(binary), 0o755))
	var out, log bytes.Buffer
	require.Zero(t, Main(t.Context(), tool(), []string{"build", "-o", binary, "-source", checkout(t)}, &out, &log), "%s", log.String())
	t.Logf("%s%s", log.String(), out.String())
	assert.Contains(t, log.String(), "configuration: "+filepath.Join(dir, ".conclint.yaml"))
	assert.Contains(t, log.String(), "heldwait_strict")
	assert.Contains(t, out.String(), binary)
	version, err := exec.Command(binary, "version").Output()
	require.NoError(t, err)
	assert.Contains(t, string(version), "v0.23.0+conclint")

	t.Run("client", func(t *testing.T) { testClient(t, dir, binary) })
	t.Run("twins", func(t *testing.T) { testTwins(t, dir, binary) })
	t.Run("neovim", func(t *testing.T) { testEditor(t, dir, binary, lsptest.Neovim) })
	t.Run("emacs", func(t *testing.T) { testEditor(t, dir, binary, lsptest.Emacs) })
}

func client(t *testing.T, dir, binary string, settings lsptest.Object) *lsptest.Client {
	t.Helper()
	cmd := exec.Command(binary, "serve")
	cmd.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "GOPLSCACHE="+t.TempDir())
	c := lsptest.Start(t, cmd, settings)
	c.Initialize(settings, dir)
	return c
}

func testClient(t *testing.T, dir, binary string) {
	file, dependent, dep, legacy := filepath.Join(dir, "hits.go"), filepath.Join(dir, "use", "use.go"), filepath.Join(dir, "lib", "lib.go"), filepath.Join(dir, "legacy", "use.go")
	c := client(t, dir, binary, nil)
	c.Open(file, hits)
	c.Want(file) // the configuration turns nosemaphore off
	// While typing, without saving.
	c.Replace(file, "\t\th.mu.Unlock() // mark\n", "")
	d := c.Want(file, "15:unreleased/return")[0]
	assert.Equal(t, "unreleased", d.Source)
	assert.Equal(t, 2, d.Severity, "of the configuration")
	assert.Contains(t, d.CodeDescription.Href, "unreleased.md")
	require.NotEmpty(t, d.Related)
	assert.Contains(t, d.Related[0].Message, "[1] G1 in (*Hits).Add: locks h.mu")
	actions := c.Actions(file, d)
	require.NotEmpty(t, actions)
	c.Apply(actions[0])
	assert.Contains(t, c.Text(file), "\th.mu.Lock()\n\tdefer h.mu.Unlock()\n", "formatted")
	c.Want(file)
	// Across packages, by facts.
	c.Open(dependent, use)
	c.Want(dependent, "8:relock/call")
	c.Open(dep, lib)
	c.Replace(dep, "\tt.Mu.Lock()\n\tdefer t.Mu.Unlock()\n", "")
	c.Want(dependent)
	// The configuration turns all off there.
	c.Open(legacy, strings.Replace(use, "package use", "package legacy", 1))
	c.Want(legacy)
	c.Shutdown()
}

// What is off may be switched on by its name, and what is on switched off.
func testTwins(t *testing.T, dir, binary string) {
	file := filepath.Join(dir, "hits.go")
	bug := strings.Replace(hits, "\t\th.mu.Unlock() // mark\n", "", 1)
	c := client(t, dir, binary, lsptest.Object{"analyses": map[string]bool{"unreleased": false, "nosemaphore": true, "lostpanic_strict": true}})
	c.Open(file, bug)
	c.Want(file, "24:nosemaphore/perelement")
	text, err := os.ReadFile(filepath.Join(checkout(t), "testdata", "canary", "lostpanic.go"))
	require.NoError(t, err)
	canary := filepath.Join(dir, "canary", "lostpanic.go")
	require.NoError(t, os.Mkdir(filepath.Dir(canary), 0o755))
	require.NoError(t, os.WriteFile(canary, text, 0o644))
	c.Open(canary, string(text))
	c.Codes(canary, "the strict tier of lostpanic", func(codes []string) bool { return strings.Contains(strings.Join(codes, " "), ":lostpanic/unprotected") })
	c.Shutdown()
}

// checkout is this one. The test changes its directory later.
func checkout(t *testing.T) string {
	t.Helper()
	_, file, _, ok := runtime.Caller(0)
	require.True(t, ok)
	return filepath.Dir(filepath.Dir(filepath.Dir(file)))
}

func testEditor(t *testing.T, dir, binary string, work func(*testing.T, lsptest.Job) lsptest.Seen) {
	file := filepath.Join(dir, "hits.go")
	require.NoError(t, os.WriteFile(file, []byte(hits), 0o644))
	seen := work(t, lsptest.Job{
		Servers: []lsptest.Server{{Name: "gopls", Cmd: []string{binary}}},
		Root:    dir, File: file, Remove: "// mark", Code: "unreleased/return",
	})
	require.Len(t, seen.Typed, 1)
	assert.Equal(t, lsptest.Shown{Line: 15, Source: "unreleased", Code: "unreleased/return", Message: seen.Typed[0].Message}, seen.Typed[0])
	assert.True(t, seen.Modified, "nothing was saved")
	assert.NotEmpty(t, seen.Actions)
	assert.Contains(t, seen.Fixed, "\th.mu.Lock()\n\tdefer h.mu.Unlock()\n\tif h.closed {\n\t\treturn false\n")
	assert.Empty(t, seen.Left)
	disk, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, seen.Fixed, string(disk))
}
