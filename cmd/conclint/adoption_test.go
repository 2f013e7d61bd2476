package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// docs/adoption.md shows what really happens: each command of its console
// blocks is run again, in order, and must print what stands below it. With
// CONCLINT_UPDATE_GOLDENS=1 the page is written anew.
func TestAdoption(t *testing.T) {
	if testing.Short() {
		t.Skip("runs go vet many times")
	}
	if _, err := exec.LookPath("sed"); err != nil {
		t.Skip("no sed here")
	}
	const page = "../../docs/adoption.md"
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	dir := filepath.Join(t.TempDir(), "mirror")
	require.NoError(t, os.CopyFS(dir, os.DirFS("../../testdata/adoption")))
	bin := t.TempDir()
	require.NoError(t, os.Symlink(built, filepath.Join(bin, "conclint")))

	var out strings.Builder
	inBlock := false
	for line := range strings.Lines(string(text)) {
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case line == "```console\n":
			inBlock = true
		case inBlock && line == "```\n":
			inBlock = false
		case inBlock && isCommand:
			out.WriteString(line)
			out.WriteString(shell(t, dir, bin, command))
			continue
		case inBlock:
			continue // old output
		}
		out.WriteString(line)
	}
	if os.Getenv("CONCLINT_UPDATE_GOLDENS") != "" {
		require.NoError(t, os.WriteFile(page, []byte(out.String()), 0o644))
	}
	assert.Equal(t, string(text), out.String(), "docs/adoption.md is out of date")
}

// shell runs a command and returns what a terminal would show, and the exit
// code where it is not 0.
func shell(t *testing.T, dir, bin, command string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"), "GOFLAGS=", "GOWORK=off", "PWD="+dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil {
		require.ErrorAs(t, err, &exit)
		fmt.Fprintf(&out, "(exit code %d)\n", cmd.ProcessState.ExitCode())
	}
	return out.String()
}
