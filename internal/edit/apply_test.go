package edit_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
)

func ins(at int, s string) edit.Text       { return edit.Text{File: "f", Start: at, End: at, New: s} }
func rep(from, to int, s string) edit.Text { return edit.Text{File: "f", Start: from, End: to, New: s} }
func must(t *testing.T, edits ...edit.Text) string {
	out, err := edit.Apply([]byte("abcdef"), edits)
	require.NoError(t, err)
	return string(out)
}

func TestApply(t *testing.T) {
	assert.Equal(t, "abcdef", must(t))
	assert.Equal(t, "XabcdefY", must(t, ins(6, "Y"), ins(0, "X")))
	assert.Equal(t, "aXef", must(t, rep(1, 4, "X")))
	assert.Equal(t, "aXYf", must(t, rep(3, 5, "Y"), rep(1, 3, "X")), "adjacent edits do not overlap")
	assert.Equal(t, "aXcdef", must(t, rep(1, 2, "X"), rep(1, 2, "X")), "identical edits count once")
	assert.Equal(t, "a12bcdef", must(t, ins(1, "1"), ins(1, "2")), "insertions keep their order")
	assert.Equal(t, "aXYcdef", must(t, rep(1, 2, "Y"), ins(1, "X")), "an insertion goes before the replacement that begins there")
}

func TestApplyErrors(t *testing.T) {
	for _, edits := range [][]edit.Text{{rep(0, 3, ""), rep(2, 4, "")}, {rep(0, 6, "x"), rep(0, 6, "y")}} {
		_, err := edit.Apply([]byte("abcdef"), edits)
		assert.ErrorIs(t, err, edit.ErrOverlap)
	}
	for _, e := range []edit.Text{rep(-1, 2, ""), rep(3, 2, ""), rep(5, 7, "")} {
		_, err := edit.Apply([]byte("abcdef"), []edit.Text{e})
		assert.Error(t, err)
	}
}

func TestPlanTakesFixesWhole(t *testing.T) {
	var p edit.Plan
	other := edit.Text{File: "g", Start: 0, End: 0, New: "import"}
	require.True(t, p.Add([]edit.Text{rep(1, 3, "X"), other}))
	assert.False(t, p.Add([]edit.Text{{File: "h", New: "n"}, rep(2, 4, "Y")}), "one overlapping edit refuses the whole fix")
	assert.True(t, p.Add([]edit.Text{rep(4, 5, "Z"), other}), "the same import twice is one edit")
	assert.False(t, p.Add([]edit.Text{{File: "g", New: "another"}}), "the order of two insertions at one place is not ours to choose")
	assert.Equal(t, []string{"f", "g"}, p.Files())
	f, err := p.Apply("f", []byte("abcdef"))
	require.NoError(t, err)
	assert.Equal(t, "aXdZf", string(f))
	g, err := p.Apply("g", []byte("."))
	require.NoError(t, err)
	assert.Equal(t, "import.", string(g))
}

func FuzzPlanNeverOverlaps(f *testing.F) {
	f.Add(0, 3, 2, 4, 4, 6)
	f.Add(1, 1, 1, 1, 0, 2)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g int) {
		var p edit.Plan
		for _, r := range [][2]int{{a, b}, {c, d}, {e, g}} {
			if 0 <= r[0] && r[0] <= r[1] && r[1] <= 6 {
				p.Add([]edit.Text{rep(r[0], r[1], "")})
			}
		}
		_, err := p.Apply("f", []byte("abcdef"))
		require.NoError(t, err)
	})
}
