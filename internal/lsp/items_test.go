package lsp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/lsp/text"
)

func TestURIs(t *testing.T) {
	for uri, want := range map[string]string{
		"file:///a/b.go":                "/a/b.go",
		"file:///a%20b/%C3%BC%23.go":    "/a b/ü#.go",
		"file://localhost/a/../c.go":    "/c.go",
		"untitled:Untitled-1":           "",
		"git:/a/b.go?x":                 "",
		"file://server/share/b.go":      "",
		"file:":                         "",
		"":                              "",
		"%zz":                           "",
		"vscode-notebook-cell:/a.go#W0": "",
	} {
		path, ok := pathOf(uri)
		assert.Equal(t, want != "", ok, uri)
		assert.Equal(t, want, strings.ReplaceAll(path, `\`, "/"), uri)
	}
	path, ok := pathOf("file:///c%3A/x/y.go")
	assert.True(t, ok)
	assert.Equal(t, "C:/x/y.go", strings.ReplaceAll(path, `\`, "/"), "a drive")
	assert.Equal(t, "file:///a%20b/%C3%BC%23.go", uriOf("/a b/ü#.go"))
}

// insert makes the edit of a fix and returns the text after it.
func insert(t *testing.T, src, at, with string) string {
	t.Helper()
	i := strings.Index(src, at) + len(at)
	out, err := edited(text.NewMap([]byte(src)), []edit.Text{{Start: i, End: i, New: with}})
	require.NoError(t, err)
	return string(out)
}

func TestEdited(t *testing.T) {
	formatted := "package p\n\nfunc f() {\n\tif true {\n\t\ta()\n\t}\n}\n"
	assert.Equal(t, strings.Replace(formatted, "a()\n", "a()\n\t\tb()\n", 1), insert(t, formatted, "a()", "\nb()"))
	// What is not formatted stays so, but for the new lines.
	untidy := "package p\n\nfunc  f( ) {\n    if true {\n        a()\n    }\n}\n"
	assert.Equal(t, strings.Replace(untidy, "a()\n", "a()\n        b()\n", 1), insert(t, untidy, "a()", "\nb()"))
	broken := "package p\n\nfunc f() {\n\ta()\n"
	assert.Equal(t, "package p\n\nfunc f() {\n\ta()\n\tb()\n", insert(t, broken, "a()", "\nb()"))
	dos := strings.ReplaceAll(formatted, "\n", "\r\n")
	assert.Equal(t, strings.Replace(dos, "a()\r\n", "a()\r\n\t\tb()\r\n", 1), insert(t, dos, "a()", "\nb()"))
	// An edit behind the end, where the analysed text had one line more.
	out, err := edited(text.NewMap([]byte("package p\n")), []edit.Text{{Start: 99, End: 99, New: "\nvar x int\n"}})
	require.NoError(t, err)
	assert.Equal(t, "package p\n\nvar x int\n", string(out))
	_, err = edited(text.NewMap([]byte("package p\n")), []edit.Text{{Start: 0, End: 5}, {Start: 3, End: 7}})
	assert.ErrorIs(t, err, edit.ErrOverlap)
}

func TestEscape(t *testing.T) {
	assert.Equal(t, `\*p.x\_y \[\<T\>\] \#1 \\ \`+"`", escape("*p.x_y [<T>] #1 \\ `"))
}
