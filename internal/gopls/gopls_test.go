package gopls

import (
	"bytes"
	"flag"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/analyzers"
	"github.com/conclint/conclint/internal/driver"
)

func tool() *driver.Tool {
	settings := new(analyzers.Settings)
	suite := analyzers.New(settings)
	return &driver.Tool{Engine: suite.Engine, Reporters: suite.Reporters, RegisterFlags: settings.RegisterFlags}
}

func TestReleaseFor(t *testing.T) {
	for goVersion, want := range map[string]string{"go1.26.0": "v0.23.0", "go1.26.8": "v0.23.0", "go1.27rc1": "v0.24.0", "go1.28.1": "v0.24.0", "devel go1.29-abc": "v0.24.0"} {
		r, err := releaseFor(goVersion)
		require.NoError(t, err, goVersion)
		assert.Equal(t, want, r.gopls, goVersion)
	}
	_, err := releaseFor("go1.25.9")
	assert.EqualError(t, err, "this needs go1.26 or later, and the go command is go1.25.9")
}

func TestChoose(t *testing.T) {
	var log bytes.Buffer
	b := &build{log: &log}
	require.NoError(t, b.choose("go1.26.8"))
	assert.Equal(t, "v0.23.0", b.release)
	assert.Empty(t, log.String())
	b = &build{log: &log}
	require.NoError(t, b.choose("go1.30.1"))
	assert.Contains(t, log.String(), "has not been tried with gopls v0.24.0 and go1.30.1")
	log.Reset()
	b = &build{log: &log, release: "v0.22.0"}
	require.NoError(t, b.choose("go1.26.8"))
	assert.Contains(t, log.String(), "made for gopls v0.23.0")
	b = &build{log: &log, release: "latest"}
	assert.ErrorContains(t, b.choose("go1.26.8"), "want a version such as v0.23.0")
}

func TestOrigin(t *testing.T) {
	o, err := findOrigin("../..", "")
	require.NoError(t, err)
	assert.True(t, filepath.IsAbs(o.dir))
	_, err = findOrigin(t.TempDir(), "")
	assert.ErrorContains(t, err, "does not hold module")
	o, err = findOrigin("", t.TempDir())
	require.NoError(t, err, "this test is built in its checkout")
	assert.True(t, isOurs(o.dir))
	assert.False(t, isOurs(filepath.Join(o.dir, "runtime")))
}

// bake reads a configuration.
func bake(t *testing.T, config string) (*driver.Baked, string) {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".conclint.yaml"), []byte(config), 0o644))
	b, err := tool().Bake(dir, "")
	require.NoError(t, err)
	return b, dir
}

func TestGenerated(t *testing.T) {
	b, dir := bake(t, `
strict: true
tests: false
disable: [relock, "racy*"]
enable: relock/rlock
severity:
  unreleased: note
paths:
  - path: internal/**
    strict: false
    disable: all
runtime: example.com/rt
baseline: old.json
api:
  - "example.com/rpc.(Client).Call = block, ctx=0"
`)
	assert.Equal(t, []string{"the baseline"}, b.Lost)
	src, err := generated(b)
	require.NoError(t, err)
	file, err := parser.ParseFile(token.NewFileSet(), "zz_conclint.go", src, parser.ParseComments)
	require.NoError(t, err)
	assert.Equal(t, "settings", file.Name.Name)
	text := string(src)
	for _, part := range []string{
		"Strict: true",
		`{Pattern: "relock", On: false}, {Pattern: "racy*", On: false}, {Pattern: "relock/rlock", On: true}`,
		`{Glob: "internal/**", Strict: &no, Rules: []analyzers.Rule{{Pattern: "all", On: false}}}`,
		`{Glob: "*_test.go", Strict: nil, Rules: []analyzers.Rule{{Pattern: "all", On: false}}}`,
		`"-runtime=example.com/rt"`,
		`"-api.rows=example.com/rpc.(Client).Call = block, ctx=0"`,
	} {
		assert.Contains(t, text, part)
	}
	assert.Contains(t, strings.ReplaceAll(text, " ", ""), `"unreleased":protocol.SeverityInformation`)
	assert.Contains(t, strings.ReplaceAll(text, " ", ""), `"heldwait":protocol.SeverityError`)
	assert.Contains(t, text, filepath.ToSlash(dir)[1:])
}

func TestNoConfiguration(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, ".conclint.yaml"), []byte("nosuch: 1\n"), 0o644))
	_, err := tool().Bake(dir, "")
	assert.ErrorContains(t, err, ".conclint.yaml:1: unknown key")
	b, err := tool().Bake(dir, "none")
	require.NoError(t, err)
	assert.Empty(t, b.File)
	assert.Empty(t, b.Analysis)
	assert.Empty(t, b.Selection.Rules)
}

func TestUsageErrors(t *testing.T) {
	t.Chdir(t.TempDir())
	for want, args := range map[string][]string{
		`want the word build, not "make"`:             {"make"},
		"flag provided but not defined: -nosuch":      {"build", "-nosuch"},
		`unexpected argument "./..."`:                 {"build", "./..."},
		"there is no such directory":                  {"build", "-o", "no/such/dir/gopls"},
		"that is no file":                             {"build", "-o", "."},
		"does not hold module":                        {"build", "-source", "."},
		`want the word build, not "-o"`:               {"-o", "x"},
		"no such file or directory":                   {"build", "-config", "nosuch.yaml"},
		"-gopls latest: want a version such as v0.23": {"build", "-gopls", "latest"},
	} {
		var out, errs bytes.Buffer
		assert.Equal(t, 2, Main(t.Context(), tool(), args, &out, &errs), "%v", args)
		assert.Contains(t, errs.String(), want)
		assert.Empty(t, out.String())
	}
	for _, args := range [][]string{nil, {"help"}, {"-h"}, {"build", "-help"}} {
		var out, errs bytes.Buffer
		assert.Equal(t, 0, Main(t.Context(), tool(), args, &out, &errs))
		assert.Contains(t, out.String(), "gopls has no plugins")
		assert.Contains(t, out.String(), "-config file")
	}
	assert.ErrorIs(t, run(t.Context(), tool(), nil, &bytes.Buffer{}, &bytes.Buffer{}), flag.ErrHelp)
}
