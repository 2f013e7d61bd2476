package lsp

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
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

func TestEscape(t *testing.T) {
	assert.Equal(t, `\*p.x\_y \[\<T\>\] \#1 \\ \`+"`", escape("*p.x_y [<T>] #1 \\ `"))
}
