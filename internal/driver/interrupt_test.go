//go:build unix

package driver

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A signal ends the run and the go command with it.
func TestInterrupt(t *testing.T) {
	if testing.Short() {
		t.Skip("runs a process")
	}
	self, err := os.Executable()
	require.NoError(t, err)
	for _, sig := range []os.Signal{os.Interrupt, syscall.SIGTERM} {
		dir := t.TempDir()
		started, stopped := filepath.Join(dir, "started"), filepath.Join(dir, "stopped")
		// A go command that works until it is told to stop.
		fake := "#!/bin/sh\ntrap 'touch " + stopped + "; exit 1' INT\ntouch " + started + "\nwhile :; do sleep 0.05; done\n"
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go"), []byte(fake), 0o755))
		cmd := exec.Command(self, "./...")
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), asTool+"=1", "PATH="+dir+string(os.PathListSeparator)+os.Getenv("PATH"))
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		require.NoError(t, cmd.Start())
		require.Eventually(t, func() bool { _, err := os.Stat(started); return err == nil }, time.Minute, 10*time.Millisecond)
		require.NoError(t, cmd.Process.Signal(sig))
		err := cmd.Wait()
		assert.Error(t, err)
		assert.Equal(t, exitError, cmd.ProcessState.ExitCode())
		assert.Equal(t, "conclint: interrupted\n", stderr.String())
		assert.FileExists(t, stopped)
	}
}
