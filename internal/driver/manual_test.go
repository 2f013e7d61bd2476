package driver

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
)

// The table of flags in docs/command.md is that of the command.
func TestManualListsTheFlags(t *testing.T) {
	const page = "../../docs/command.md"
	data, err := os.ReadFile(page)
	require.NoError(t, err)
	begin, rest, ok := strings.Cut(string(data), " -->\n")
	require.True(t, ok)
	_, end, ok := strings.Cut(rest, "<!-- end of flags -->")
	require.True(t, ok)

	var table strings.Builder
	table.WriteString("| flag | |\n|---|---|\n")
	// The flags of a suite are its own; those of the driver are listed here.
	tool := &Tool{Engine: &analysis.Analyzer{Name: "conclint"}}
	newFlagSet(tool, &options{}).VisitAll(func(f *flag.Flag) {
		if _, build := buildFlags[f.Name]; build || f.Name == "trimpath" {
			return
		}
		arg, text := flag.UnquoteUsage(f)
		if isBool(f) {
			arg = ""
		}
		fmt.Fprintf(&table, "| `-%s` | %s |\n", strings.TrimSpace(f.Name+" "+arg), text)
	})
	want := begin + " -->\n" + table.String() + "<!-- end of flags -->" + end
	if os.Getenv("CONCLINT_UPDATE_GOLDENS") != "" {
		require.NoError(t, os.WriteFile(page, []byte(want), 0o644))
	}
	assert.Equal(t, want, string(data), "docs/command.md is out of date")
}

// The configuration that the page shows is one.
func TestManualShowsAConfiguration(t *testing.T) {
	data, err := os.ReadFile("../../docs/command.md")
	require.NoError(t, err)
	_, rest, ok := strings.Cut(string(data), "```yaml\n")
	require.True(t, ok)
	text, _, _ := strings.Cut(rest, "```")
	file := filepath.Join(t.TempDir(), configName)
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.String("api.rows", "", "")
	var known []analysisFlag
	fs.VisitAll(func(f *flag.Flag) { known = append(known, analysisFlag{f}) })
	c, err := readConfig(file, known)
	require.NoError(t, err)
	assert.Len(t, c.paths, 2)
	assert.Len(t, c.analysis, 1)
}
