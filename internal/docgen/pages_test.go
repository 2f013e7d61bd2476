package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

var root = filepath.Join("..", "..")

func TestPagesAreUpToDate(t *testing.T) {
	pages, err := generate(root)
	require.NoError(t, err)
	dir := filepath.Join(root, pagesDir)
	for _, p := range pages {
		got, err := os.ReadFile(filepath.Join(dir, p.name))
		require.NoError(t, err, "run make docs")
		assert.Equal(t, string(p.text), string(got), "%s is stale: run make docs", p.name)
	}
	stale, err := leftOver(dir, pages)
	require.NoError(t, err)
	assert.Empty(t, stale, "no analyzer has these pages: run make docs")
}

// The address of every code of every page is a section of that page.
func TestEveryCodeHasItsSection(t *testing.T) {
	pages, err := generate(root)
	require.NoError(t, err)
	for _, p := range pages {
		for _, c := range report.CodesOf(strings.TrimSuffix(p.name, ".md")) {
			file, section, _ := strings.Cut(strings.TrimPrefix(c.Page, report.PageBase), "#")
			assert.Equal(t, p.name, file)
			assert.Contains(t, string(p.text), "\n### "+section+"\n", c.Code)
		}
	}
}

// docs/index.md leads to every page.
func TestIndexListsEveryPage(t *testing.T) {
	index, err := os.ReadFile(filepath.Join(root, "docs", "index.md"))
	require.NoError(t, err)
	pages, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	require.NoError(t, err)
	for _, page := range pages {
		if name := filepath.Base(page); name != "index.md" {
			assert.Contains(t, string(index), "]("+name+")", "docs/index.md does not lead to docs/%s", name)
		}
	}
}

// docs/limits.md speaks of analyzers that there are.
func TestLimitsAreOfAnalyzers(t *testing.T) {
	limits, err := os.ReadFile(filepath.Join(root, "docs", "limits.md"))
	require.NoError(t, err)
	for line := range strings.Lines(string(limits)) {
		if name, ok := strings.CutPrefix(strings.TrimSpace(line), "## "); ok && name != "All analyzers" {
			assert.DirExists(t, filepath.Join(root, "analyzers", name))
		}
	}
}

func TestWriteRemovesWhatIsLeftOver(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"analyzers/relock/doc.go":   "// Package relock is here.\n//\n// # Analyzer relock\n//\n// relock: report it\n//\n// Text:\n//\n//\tx := 1\n//\n//\ty := 2\n//\n// End.\n//\n// # Fix\n//\n// Do so.\npackage relock\n",
		"testdata/canary/relock.go": "package canary\n\nfunc f() {}\n",

		"testdata/canary/repaired/relock.go": "package repaired\n\nfunc g() {}\n",
		"testdata/src/relock/a/a.go":         "package a\n\n// FN_far is a call\n// away.\nfunc FN_far() {}\n\nfunc near() {}\n",
		"docs/limits.md":                     "# Limits\n\n## other\n\n* not this\n\n## relock\n\n* a limit\n",
		pagesDir + "/old.md":                 "old",
	} {
		name = filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	require.NoError(t, write(dir))
	assert.NoFileExists(t, filepath.Join(dir, pagesDir, "old.md"))
	got, err := os.ReadFile(filepath.Join(dir, pagesDir, "relock.md"))
	require.NoError(t, err)
	assert.Contains(t, string(got), "relock: report it.\n\nText:\n\n```go\nx := 1\n\ny := 2\n```\n\nEnd.\n")
	order := 0
	for _, part := range []string{
		"```go\nfunc f() {}\n```", "## The same, repaired\n\n```go\nfunc g() {}\n```", "## Fix\n\nDo so.", "## Limits\n\n* a limit\n",
		"* [`FN_far`](../../testdata/src/relock/a/a.go): is a call away.\n", "## Codes", "## How to suppress",
	} {
		i := strings.Index(string(got), part)
		assert.Greater(t, i, order, part)
		order = i
	}
	assert.NotContains(t, string(got), "not this")
	index, err := os.ReadFile(filepath.Join(dir, pagesDir, "README.md"))
	require.NoError(t, err)
	assert.Contains(t, string(index), "| [relock](relock.md) | report it | [call](relock.md#call), ")
}
