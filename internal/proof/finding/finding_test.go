package finding

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script writes an executable that stands in for conclint.
func script(t *testing.T, text string) Tool {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("needs a shell")
	}
	name := filepath.Join(t.TempDir(), "conclint")
	require.NoError(t, os.WriteFile(name, []byte("#!/bin/sh\n"+text), 0o777))
	return Tool{Path: name}
}

const document = `{"version": 1, "errors": ["other package"], "findings": [
	{"code": "relock/again", "tier": "default", "message": "m", "position": {"file": "a/b.go", "line": 3, "column": 1}},
	{"code": "relock/rlock", "tier": "strict", "message": "n", "position": {"file": "/DIR/c.go", "line": 4},
		"witness": [{"step": 1, "text": "waits"}, {"step": 2, "position": {"file": "/DIR/d.go", "line": 5}}],
		"related": [{"position": {"file": "a/b.go", "line": 6}}]}]}`

func TestRun(t *testing.T) {
	tool := script(t, `test "$*" = "-format json -strict -debug.stats ./..." || exit 2
sed "s,/DIR,$PWD," <<'END'
`+document+"\nEND\necho 'internal errors: 2' >&2\nexit 1\n")
	r, err := tool.Run(t.Context(), t.TempDir(), "./...")
	require.NoError(t, err)
	assert.Equal(t, 2, r.InternalErrors)
	assert.Equal(t, []Finding{
		{Code: "relock/again", Tier: Default, File: "a/b.go", Line: 3, Message: "m"},
		{Code: "relock/rlock", Tier: Strict, File: "c.go", Line: 4, Message: "n", Also: []Place{{"a/b.go", 6}, {"d.go", 5}}},
	}, r.Findings)
	assert.True(t, r.Findings[0].Default())
	assert.False(t, r.Findings[1].Default())
	assert.Equal(t, "relock", r.Findings[1].Analyzer())
}

func TestRunWithTrouble(t *testing.T) {
	r, err := script(t, "echo broken package >&2; exit 2").Run(t.Context(), t.TempDir(), "./...")
	require.NoError(t, err)
	assert.Equal(t, "broken package", r.Trouble)

	r, err = script(t, "cat <<'END'\n"+document+"\nEND\nexit 2").Run(t.Context(), t.TempDir(), "./...")
	require.NoError(t, err)
	assert.Len(t, r.Findings, 2, "findings of the packages that did load")
	assert.Equal(t, "other package", r.Trouble)
}

func TestRunThatFails(t *testing.T) {
	_, err := script(t, "echo no document").Run(t.Context(), t.TempDir(), "./...")
	assert.ErrorContains(t, err, "decoding")
	_, err = script(t, `echo '{"version": 99}'`).Run(t.Context(), t.TempDir(), "./...")
	assert.ErrorContains(t, err, "version 99")
	_, err = Tool{Path: filepath.Join(t.TempDir(), "missing")}.Run(t.Context(), t.TempDir())
	assert.ErrorIs(t, err, os.ErrNotExist)
}
