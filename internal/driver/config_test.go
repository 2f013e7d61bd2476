package driver

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/driver/yaml"
)

func TestFindConfig(t *testing.T) {
	root := t.TempDir()
	deep := filepath.Join(root, "a", "b")
	require.NoError(t, os.MkdirAll(deep, 0o755))
	file := filepath.Join(root, configName)
	require.NoError(t, os.WriteFile(file, nil, 0o644))
	assert.Equal(t, file, findConfig(deep))
	require.NoError(t, os.Mkdir(filepath.Join(root, "a", ".git"), 0o755))
	assert.Empty(t, findConfig(deep), "another repository's configuration does not count")
}

const everything = `
strict: true
tests: false
enable: [relock]
disable: heldwait/deadlock
severity:
  relock: note
  "racy*": error
baseline: known.json
runtime: example.com/runtime
api:
  - "row one"
  - row two
paths:
  - path: x/**
    strict: false
    enable: all
    disable: [relock]
analyzers:
  nosemaphore:
    bound: 10
`

// The published schema and the reader know the same keys.
func TestConfigKeepsToItsSchema(t *testing.T) {
	root, err := yaml.Parse([]byte(everything))
	require.NoError(t, err)
	fs := flag.NewFlagSet("", flag.ContinueOnError)
	fs.String("runtime", "", "")
	fs.Func("api.rows", "", func(string) error { return nil })
	fs.Int("nosemaphore.bound", 0, "")
	var known []analysisFlag
	fs.VisitAll(func(f *flag.Flag) { known = append(known, analysisFlag{f}) })
	c := &config{dir: t.TempDir()}
	require.NoError(t, c.read(root, known))
	assert.ElementsMatch(t, []string{"-runtime=example.com/runtime", "-api.rows=row one", "-api.rows=row two", "-nosemaphore.bound=10"}, c.analysis)
	assert.Len(t, c.paths, 1)
	assert.Equal(t, Note, c.severity[0].level)

	text, err := os.ReadFile("../../docs/schema/config-v1.schema.json")
	require.NoError(t, err)
	var s schema
	dec := json.NewDecoder(strings.NewReader(string(text)))
	dec.DisallowUnknownFields()
	require.NoError(t, dec.Decode(&s))
	assert.Empty(t, s.check(s, "$", value(root)))
	assert.Len(t, root.Pairs, len(s.Properties), "the example has every key")
}

// value is a node as encoding/json would have it.
func value(n yaml.Node) any {
	switch n.Kind {
	case yaml.Scalar:
		if b, err := n.Bool(); err == nil {
			return b
		}
		return n.Text
	case yaml.List:
		out := []any{}
		for _, item := range n.Items {
			out = append(out, value(item))
		}
		return out
	case yaml.Map:
		out := map[string]any{}
		for _, p := range n.Pairs {
			out[p.Key] = value(p.Value)
		}
		return out
	}
	return nil
}
