package report

import (
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestFolded(t *testing.T) {
	var f Folded[string]
	f.AddCaused(Diagnostic{Pos: 1}, "a", "again")
	f.Add(Diagnostic{Pos: 2})
	f.AddCaused(Diagnostic{Pos: 3}, "b", "again")
	f.AddCaused(Diagnostic{Pos: 4}, "a", "again")
	f.AddCaused(Diagnostic{Pos: 5}, "a", "once more")

	require.Len(t, f.list, 3)
	assert.Equal(t, []token.Pos{1, 2, 3}, []token.Pos{f.list[0].Pos, f.list[1].Pos, f.list[2].Pos})
	require.Len(t, f.list[0].Related, 2)
	assert.Equal(t, token.Pos(4), f.list[0].Related[0].Pos)
	assert.Equal(t, "once more", f.list[0].Related[1].Message)
	assert.Empty(t, f.list[1].Related)
	assert.Empty(t, f.list[2].Related)
}
