package report_test

import (
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

// The manual of each analyzer is what go doc makes of its package comment.
func TestManual(t *testing.T) {
	files, err := filepath.Glob("../../analyzers/*/doc.go")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		source, err := os.ReadFile(file)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, source, parser.PackageClauseOnly|parser.ParseComments)
		require.NoError(t, err)
		_, want, _ := strings.Cut(parsed.Doc.Text(), "# Analyzer "+name+"\n")
		assert.Equal(t, strings.TrimSpace(want), report.Manual(string(source), name), name)
	}
}

func TestManualRefuses(t *testing.T) {
	for _, source := range []string{
		"",
		"// Package x does.\npackage x\n",
		"// # Analyzer x\n//\n// does things\npackage x\n",
		"// # Analyzer y\n//\n// y: does things\npackage y\n",
	} {
		assert.Panics(t, func() { report.Manual(source, "x") }, source)
	}
	assert.Equal(t, "x: does\n\n\tcode", report.Manual("// # Analyzer x\n//\n// x: does\n//\n//\tcode\n//\npackage x\n", "x"))
}
