package driver

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestIsUnit(t *testing.T) {
	for args, want := range map[string]bool{
		"": false, "./...": false, "-flags": true, "-V=full": true, "x.cfg": true, "-json -strict x.cfg": true, "-strict ./...": false,
	} {
		assert.Equal(t, want, IsUnit(strings.Fields(args)), args)
	}
}

func TestUnitStd(t *testing.T) {
	goroot := t.TempDir()
	require.NoError(t, os.MkdirAll(filepath.Join(goroot, "src", "unsafe"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(goroot, "src", "unsafe", "unsafe.go"), nil, 0o644))
	dir := func(path string) string { return filepath.Join(goroot, "src", path) }
	assert.True(t, unit{ImportPath: "net/http", Dir: dir("net/http")}.std())
	assert.True(t, unit{ImportPath: "vendor/golang.org/x/net/idna", Dir: dir("vendor/golang.org/x/net/idna")}.std())
	assert.False(t, unit{ImportPath: "net/http", Dir: dir("net/http"), ModulePath: "net"}.std())
	assert.False(t, unit{ImportPath: "command-line-arguments", Dir: dir("x")}.std())
	gopath := t.TempDir()
	assert.False(t, unit{ImportPath: "my/pkg", Dir: filepath.Join(gopath, "src", "my/pkg")}.std(), "a GOPATH is no GOROOT")
}

// vetModule runs go vet over a module with this test binary as the tool and
// returns which analyzers ran on which packages.
func vetModule(t *testing.T, dir string, flags ...string) []string {
	self, err := os.Executable()
	require.NoError(t, err)
	log := filepath.Join(t.TempDir(), "log")
	args := append([]string{"vet", "-vettool=" + self, "-" + flagAll}, flags...)
	return loggedRuns(t, dir, log, "go", append(args, "-json", "./...")...)
}

// loggedRuns runs a program that runs this test binary as a vet tool.
func loggedRuns(t *testing.T, dir, log, program string, args ...string) []string {
	t.Helper()
	cmd := exec.Command(program, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), asTool+"=1", runLog+"="+log, "GOFLAGS=", "GOWORK=off", "PWD="+dir)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError // findings
	if err != nil {
		require.ErrorAs(t, err, &exit, "%s", out)
	}
	data, err := os.ReadFile(log)
	if os.IsNotExist(err) {
		return nil
	}
	require.NoError(t, err)
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func TestDependenciesRunTheEngineOnly(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet")
	}
	root := t.TempDir()
	for name, text := range map[string]string{
		"main/go.mod":  "module example.com/main\n\ngo 1.26\n\nrequire example.com/dep v1.0.0\n\nreplace example.com/dep => ../dep\n",
		"main/main.go": "package main\n\nimport (\n\t\"errors\"\n\n\t\"example.com/dep\"\n)\n\nfunc main() { dep.F(); _ = errors.New(\"\") }\n",
		"dep/go.mod":   "module example.com/dep\n\ngo 1.26\n",
		"dep/dep.go":   "package dep\n\nimport \"errors\"\n\nfunc BUG() {}\n\nfunc F() { BUG(); _ = errors.New(\"\") }\n",
	} {
		file := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
		require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	}
	main := filepath.Join(root, "main")
	// A nonce makes the cache forget what another run of this test left there.
	nonce := fmt.Sprintf("-engine.nonce=%s", filepath.Base(root))
	runs := vetModule(t, main, nonce)
	assert.ElementsMatch(t, []string{
		"engine example.com/dep",
		"engine example.com/main",
		"relock example.com/main",
		"heldwait example.com/main",
		"lockorder example.com/main",
	}, runs, "no reporter on a dependency, nothing on the standard library")

	assert.Empty(t, vetModule(t, main, nonce), "a second run executes nothing")

	// The standalone mode shares what go vet has computed.
	self, err := os.Executable()
	require.NoError(t, err)
	assert.Empty(t, loggedRuns(t, main, filepath.Join(root, "log"), self, nonce, "./..."))

	runs = vetModule(t, main, nonce, "-relock")
	assert.ElementsMatch(t, []string{
		"engine example.com/dep",
		"engine example.com/main",
		"relock example.com/main",
	}, runs, "selecting a reporter does not lose the facts of dependencies")
}

func TestWithoutNotes(t *testing.T) {
	args := []string{"-debug.graph", "-conclint.all=true", "-debug.stats=true", "-debug.why=a.go:1", "-json", "debug.graph", "x.cfg"}
	assert.Equal(t, []string{"-conclint.all=true", "-json", "debug.graph", "x.cfg"}, withoutNotes(args))
}
