package annotations

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The search for words finds all that the sentences match.
func TestMentionsGuard(t *testing.T) {
	for _, text := range []string{
		"// guarded by mu", "// GUARDED_BY(mu)", "// Protected by s.mu.", "// x is protected-by: `mu`", "//guards a, b",
		"/* mu\nprotects a */", "// mu PROTECTS a and b",
	} {
		assert.True(t, prose.MatchString(text) || protects.MatchString(text), text)
		assert.True(t, mentionsGuard(text), text)
	}
	for _, text := range []string{"", "// g", "// the guar", "// protec", "// größer"} {
		assert.False(t, mentionsGuard(text), text)
	}
}
