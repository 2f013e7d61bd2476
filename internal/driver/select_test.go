package driver

import (
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/report"
)

func TestSelectionOfUnusedSuppressions(t *testing.T) {
	info, _ := report.Lookup(report.CodeSuppression)
	unused := func(pattern string) *Finding {
		return &Finding{CodeInfo: info, Message: report.UnusedMessage(pattern)}
	}
	var s selection
	assert.True(t, s.keeps(unused("relock/lock")))
	assert.False(t, s.keeps(unused("lockorder/long")), "its tier is off")
	assert.False(t, s.keeps(unused("lockorder")), "one of its tiers is off")
	require.NoError(t, s.add("relock/lock", false))
	assert.False(t, s.keeps(unused("relock/lock")))
	assert.False(t, s.keeps(unused("relock")))
	s = selection{strict: true}
	assert.True(t, s.keeps(unused("lockorder")))
	require.NoError(t, s.add("engine/suppression", false))
	assert.False(t, s.keeps(unused("lockorder")))
}

func TestSelectionRejectsUnknownPatterns(t *testing.T) {
	var s selection
	assert.Error(t, s.add("relock,nosuch", true))
	assert.Error(t, s.add("nosuch*", false))
	assert.NoError(t, s.add(" relock , ,racy*/*", false))
}

func TestNewerGo(t *testing.T) {
	assert.Empty(t, newerGo(runtime.Version()))
	assert.Empty(t, newerGo("go1.18.3"))
	assert.Empty(t, newerGo(""))
	assert.Empty(t, newerGo("devel +abc"))
	note := newerGo("go1.999.1")
	assert.True(t, strings.Contains(note, "go1.999.1") && strings.Contains(note, runtime.Version()), note)
}

func TestEscapesOfWorkflowCommands(t *testing.T) {
	assert.Equal(t, "100%25 of a, b: c%0Ad", data("100% of a, b: c\nd"))
	assert.Equal(t, "100%25 of a%2C b%3A c%0Ad", property("100% of a, b: c\nd"))
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{"-strict": "-strict", "-a.b=c/d": "-a.b=c/d", "-a=b c": "'-a=b c'", "it's": `'it'\''s'`, "ü": "'ü'", "*": "'*'"} {
		assert.Equal(t, want, shellWord(in))
	}
}
