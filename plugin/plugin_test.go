package plugin

import (
	"testing"

	"github.com/golangci/plugin-module-register/register"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/analyzers"
)

// built returns the names of the analyzers that settings switch on.
func built(t *testing.T, conf any) []string {
	t.Helper()
	create, err := register.GetPlugin("conclint")
	require.NoError(t, err)
	p, err := create(conf)
	require.NoError(t, err)
	assert.Equal(t, register.LoadModeTypesInfo, p.GetLoadMode())
	as, err := p.BuildAnalyzers()
	require.NoError(t, err)
	require.NoError(t, analysis.Validate(as))
	var names []string
	for _, a := range as {
		names = append(names, a.Name)
	}
	return names
}

type m = map[string]any

func TestSettings(t *testing.T) {
	var all []string
	for _, a := range analyzers.New(nil).All() {
		all = append(all, a.Name)
	}
	def := built(t, nil)
	assert.Contains(t, def, "relock")
	assert.NotContains(t, def, "lostpanic", "strict as a whole")
	assert.Equal(t, def, built(t, m{}))
	assert.Equal(t, all, built(t, m{"strict": true}))
	assert.Equal(t, []string{"conclint", "heldwait", "relock"}, built(t, m{"disable": []any{"all"}, "enable": []any{"relock", "heldwait/deadlock"}}))
	assert.NotContains(t, built(t, m{"disable": []string{"racy*"}}), "racyfield")
	assert.Contains(t, built(t, m{"enable": []any{"lostpanic/unprotected"}}), "lostpanic")
	assert.Equal(t, def, built(t, m{"runtime": "example.com/rt", "api": []any{"example.com/rpc.(Client).Call = block, ctx=0"}}))
}

func TestBadSettings(t *testing.T) {
	for want, conf := range map[string]any{
		`unknown field "stric"`:                      m{"stric": true},
		`settings: enable: no analyzer or code`:      m{"enable": []any{"nosuch"}},
		`settings: disable: no analyzer or code`:     m{"disable": []any{"relock/nosuch"}},
		`cannot unmarshal`:                           m{"enable": "relock"},
		`settings: analyzers: there is no analyzer`:  m{"analyzers": m{"nosuch": m{"limit": 1}}},
		`analyzers: relock has no option limit; it `: m{"analyzers": m{"relock": m{"limit": 1}}},
		`settings: api: `:                            m{"api": []any{"what"}},
	} {
		_, err := New(conf)
		assert.ErrorContains(t, err, want)
		assert.ErrorContains(t, err, "conclint: ")
	}
}

// A plugin is built once per run, and a second one has nothing of the first.
func TestPluginsShareNothing(t *testing.T) {
	assert.Len(t, built(t, m{"disable": []any{"all"}}), 1)
	assert.Contains(t, built(t, nil), "relock")
}
