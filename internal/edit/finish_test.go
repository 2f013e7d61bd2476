package edit

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// after makes an insertion as editors do.
func after(t *testing.T, src, at, with string) string {
	t.Helper()
	i := strings.Index(src, at) + len(at)
	edits, err := Finished([]byte(src), []Text{{File: "a.go", Start: i, End: i, New: with}})
	require.NoError(t, err)
	for _, e := range edits {
		assert.Equal(t, "a.go", e.File)
	}
	out, err := Apply([]byte(src), edits)
	require.NoError(t, err)
	return string(out)
}

func TestFinished(t *testing.T) {
	formatted := "package p\n\nfunc f() {\n\tif true {\n\t\ta()\n\t}\n}\n"
	assert.Equal(t, strings.Replace(formatted, "a()\n", "a()\n\t\tb()\n", 1), after(t, formatted, "a()", "\nb()"))
	// What is not formatted stays so, but for the new lines.
	untidy := "package p\n\nfunc  f( ) {\n    if true {\n        a()\n    }\n}\n"
	assert.Equal(t, strings.Replace(untidy, "a()\n", "a()\n        b()\n", 1), after(t, untidy, "a()", "\nb()"))
	broken := "package p\n\nfunc f() {\n\ta()\n"
	assert.Equal(t, "package p\n\nfunc f() {\n\ta()\n\tb()\n", after(t, broken, "a()", "\nb()"))
	dos := strings.ReplaceAll(formatted, "\n", "\r\n")
	assert.Equal(t, strings.Replace(dos, "a()\r\n", "a()\r\n\t\tb()\r\n", 1), after(t, dos, "a()", "\nb()"))

	edits, err := Finished([]byte("package p\n"), []Text{{Start: 99, End: 99, New: "\nvar x int\n"}})
	require.NoError(t, err)
	assert.Equal(t, []Text{{Start: 10, End: 10, New: "\nvar x int\n"}}, edits, "behind the end")
	_, err = Finished([]byte("package p\n"), []Text{{Start: 0, End: 5}, {Start: 3, End: 7}})
	assert.ErrorIs(t, err, ErrOverlap)
	edits, err = Finished([]byte("package p\n"), nil)
	require.NoError(t, err)
	assert.Empty(t, edits)
}
