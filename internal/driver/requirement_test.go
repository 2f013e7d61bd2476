package driver

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/driver/script"
	"github.com/conclint/conclint/internal/edit"
)

func TestFixAddsTheRuntimeModule(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	proxy := script.RuntimeProxy(t, "../../runtime")
	const src = "package m\n\nfunc RUNTIME(int) {}\n\nfunc RUNTIMEok(int) {}\n\nfunc f() {\n\tRUNTIME(1)\n}\n"
	run := func(goproxy string, args ...string) (dir, stdout string, code int) {
		dir = t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module example.com/m\n\ngo 1.26\n"), 0o644))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "m.go"), []byte(src), 0o644))
		cmd := exec.Command(self, append(args, "./...")...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), asTool+"=1", "GOPROXY="+goproxy, "GOSUMDB=off", "GOFLAGS=-modcacherw", "GOWORK=off",
			"GOMODCACHE="+filepath.Join(dir, "modcache"), "PWD="+dir)
		out, _ := cmd.CombinedOutput()
		return dir, string(out), cmd.ProcessState.ExitCode()
	}
	read := func(dir, name string) string {
		data, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		return string(data)
	}

	dir, out, code := run("file://"+filepath.ToSlash(proxy), "-fix", "-fix-with=runtime")
	assert.Equal(t, 0, code, "%s", out)
	assert.Contains(t, read(dir, "m.go"), "gate.NewSemaphore(1)", out)
	assert.Contains(t, read(dir, "go.mod"), edit.RuntimeModule+" "+edit.RuntimeVersion)
	assert.Contains(t, read(dir, "go.sum"), edit.RuntimeModule)

	// Nothing is added for a fix that does not need it.
	dir, out, code = run("off", "-fix")
	assert.Equal(t, 0, code, "%s", out)
	assert.Contains(t, read(dir, "m.go"), "RUNTIMEok(1)")
	assert.NotContains(t, read(dir, "go.mod"), edit.RuntimeModule)

	// Without the module the other fix serves, and the user is told.
	dir, out, code = run("off", "-fix", "-fix-with=runtime")
	assert.Equal(t, 0, code, "%s", out)
	assert.Contains(t, out, "run go get "+edit.RuntimeModule+"@"+edit.RuntimeVersion+" first")
	assert.Contains(t, read(dir, "m.go"), "RUNTIMEok(1)")
	assert.NotContains(t, read(dir, "go.mod"), edit.RuntimeModule)

	// A diff shows the requirement and adds nothing.
	dir, out, code = run("file://"+filepath.ToSlash(proxy), "-diff", "-fix-with=runtime")
	assert.Equal(t, 1, code, "%s", out)
	assert.Contains(t, out, "+require "+edit.RuntimeModule+" "+edit.RuntimeVersion)
	assert.NotContains(t, read(dir, "go.mod"), edit.RuntimeModule)
	assert.NoFileExists(t, filepath.Join(dir, "go.sum"))
}
