package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// cacher is an implementation of the GOCACHEPROG protocol by others, as a user
// would install it.
const cacher = "github.com/bradfitz/go-tool-cache/cmd/go-cacher@v0.0.0-20260722201841-0bb331e19f64"

// A cache shared through GOCACHEPROG serves conclint too. The executions of the
// tool are counted: go vet -x prints each. Run with make e2e-cache, since the
// cacher is fetched.
func TestSharedCache(t *testing.T) {
	if os.Getenv("CONCLINT_E2E_CACHE") == "" {
		t.Skip("fetches a module; run make e2e-cache")
	}
	bin := t.TempDir()
	install := exec.Command("go", "install", cacher)
	install.Env = append(os.Environ(), "GOBIN="+bin, "GOFLAGS=", "GOWORK=off")
	out, err := install.CombinedOutput()
	require.NoError(t, err, "%s", out)
	prog := filepath.Join(bin, "go-cacher") + " --cache-dir=" + t.TempDir()

	files := map[string]string{
		"go.mod": "module example.com/m\n\ngo 1.26\n",
		"a/a.go": strings.Replace(buggy, "package m", "package a", 1),
		"b/b.go": "package b\n\nimport \"example.com/m/c\"\n\nfunc F() { go c.F() }\n",
		"c/c.go": "package c\n\nimport \"sync\"\n\nvar Mu sync.Mutex\n\nfunc F() { Mu.Lock(); defer Mu.Unlock() }\n",
	}
	checkout := func(dir string) {
		require.NoError(t, os.RemoveAll(dir))
		for name, text := range files {
			file := filepath.Join(dir, name)
			require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
			require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
		}
	}
	// run executes a program in dir, with an empty local cache.
	run := func(dir, name string, args ...string) (code int, stdout, stderr string) {
		cmd := exec.Command(name, args...)
		cmd.Dir = dir
		cmd.Env = append(os.Environ(), "GOCACHEPROG="+prog, "GOCACHE="+t.TempDir(), "GOFLAGS=", "GOWORK=off", "PWD="+dir)
		var out, errs bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &errs
		_ = cmd.Run()
		return cmd.ProcessState.ExitCode(), out.String(), errs.String()
	}
	// lint tells what is found and which packages were analysed for it. The command
	// is go vet as conclint calls it; after it conclint itself analyses nothing.
	lint := func(dir string) (findings string, units []string, std int) {
		_, _, x := run(dir, "go", "vet", "-vettool="+built, "-trimpath=false", "-conclint.all", "-json", "-x", "--", "./...")
		units, std = executions(x)
		code, findings, x := run(dir, built, "-x", "./...")
		require.Equal(t, 1, code, x)
		require.NotContains(t, x, "vet.cfg", "conclint analyses what go vet has analysed with the same flags")
		return findings, units, std
	}

	dir := filepath.Join(t.TempDir(), "work")
	checkout(dir)
	first, units, std := lint(dir)
	assert.Contains(t, first, "[unreleased/return]")
	assert.Equal(t, []string{"example.com/m/a", "example.com/m/b", "example.com/m/c"}, units, "the first run analyses everything")
	assert.Positive(t, std)

	checkout(dir) // as the next job of a CI does, with nothing but the shared cache
	again, units, std := lint(dir)
	assert.Equal(t, first, again)
	assert.Empty(t, units, "no package is analysed again")
	assert.Zero(t, std)

	files["a/a.go"] += "\nfunc g() {}\n"
	checkout(dir)
	_, units, std = lint(dir)
	assert.Equal(t, []string{"example.com/m/a"}, units, "only what changed")
	assert.Zero(t, std)

	// Somewhere else the findings have other paths: the module's own packages are
	// analysed, and nothing of what they import.
	elsewhere := filepath.Join(t.TempDir(), "elsewhere")
	checkout(elsewhere)
	moved, units, std := lint(elsewhere)
	assert.Equal(t, first, moved)
	assert.Equal(t, []string{"example.com/m/a", "example.com/m/b", "example.com/m/c"}, units)
	assert.Zero(t, std)
}

var (
	description = regexp.MustCompile(`^cat >.*/(b\d+)/vet\.cfg `)
	importPath  = regexp.MustCompile(`^\s*"ImportPath": "([^"]+)",$`)
	execution   = regexp.MustCompile(`/(b\d+)/vet\.cfg$`)
)

// executions reads what go vet -x prints: the description of each unit, and the
// command that analyses it. Units of the standard library are only counted.
func executions(x string) (units []string, std int) {
	paths := map[string]string{}
	unit := ""
	for line := range strings.Lines(x) {
		line = strings.TrimRight(line, "\n")
		if m := description.FindStringSubmatch(line); m != nil {
			unit = m[1]
		} else if m := importPath.FindStringSubmatch(line); m != nil && paths[unit] == "" {
			paths[unit] = m[1]
		} else if m := execution.FindStringSubmatch(line); m != nil {
			if strings.HasPrefix(paths[m[1]], "example.com/") {
				units = append(units, paths[m[1]])
			} else {
				std++
			}
		}
	}
	slices.Sort(units)
	return units, std
}
