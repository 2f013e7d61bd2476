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
// CONCLINT_UPDATE_GOLDENS=1 the page is written anew. The module that it is about,
// 1,500 lines without dependencies, comes from the module proxy.
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
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	if out, err := exec.Command("go", "mod", "download", module(string(text))).CombinedOutput(); err != nil {
		t.Skipf("the module of the page cannot be had: %v\n%s", err, out)
	}
	bin := t.TempDir()
	require.NoError(t, os.Symlink(built, filepath.Join(bin, "conclint")))
	repository, err := filepath.Abs("../..")
	require.NoError(t, err)
	sh := &shell{dir: dir, env: append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"),
		"GOFLAGS=", "GOWORK=off", "CONCLINT="+repository)}

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
			out.WriteString(sh.run(t, command))
			continue
		case inBlock:
			continue // old output
		}
		out.WriteString(line)
	}
	if os.Getenv("CONCLINT_UPDATE_GOLDENS") != "" {
		require.NoError(t, os.WriteFile(page, []byte(out.String()), 0o644))
	}
	want, got := strings.Split(string(text), "\n"), strings.Split(out.String(), "\n")
	for i := range min(len(want), len(got)) {
		require.Equal(t, want[i], got[i], "docs/adoption.md:%d is out of date", i+1)
	}
	assert.Len(t, got, len(want), "docs/adoption.md is out of date")
}

// module is the module that the page downloads, with its version.
func module(page string) string {
	_, rest, _ := strings.Cut(page, "go mod download -json ")
	name, _, _ := strings.Cut(rest, " ")
	return name
}

// A shell runs one command after the other.
type shell struct {
	dir string // changes with cd
	env []string
}

// run runs a command and returns what a terminal would show, and the exit
// code where it is not 0.
func (s *shell) run(t *testing.T, command string) string {
	t.Helper()
	where := filepath.Join(t.TempDir(), "pwd")
	cmd := exec.Command("sh", "-c", command+"\ncode=$?; pwd > "+where+"; exit $code")
	cmd.Dir = s.dir
	cmd.Env = append(s.env, "PWD="+s.dir)
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); err != nil {
		require.ErrorAs(t, err, &exit)
		fmt.Fprintf(&out, "(exit code %d)\n", cmd.ProcessState.ExitCode())
	}
	if pwd, err := os.ReadFile(where); err == nil {
		s.dir = strings.TrimSpace(string(pwd))
	}
	return out.String()
}
