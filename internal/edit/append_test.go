package edit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAppend(t *testing.T) {
	for src, want := range map[string]string{
		"package p\n\nfunc f() { g() }\n":         "package p\n\nfunc f() { g() \nh()\n}\n",
		"package p\n\nfunc f() {\n\tg()\n}\n":     "package p\n\nfunc f() {\n\tg()\nh()\n}\n",
		"package p\n\nfunc f() {}\n":              "package p\n\nfunc f() {h()\n}\n",
		"package p\n\nfunc f() {\n\tg() /**/ }\n": "package p\n\nfunc f() {\n\tg() /**/ \nh()\n}\n",
	} {
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, "p.go", src, 0)
		require.NoError(t, err)
		e := Append(fset, file.Decls[0].(*ast.FuncDecl).Body, "h()")
		at := fset.Position(e.Pos).Offset
		got := src[:at] + string(e.NewText) + src[at:]
		assert.Equal(t, want, got)
		_, err = parser.ParseFile(fset, "q.go", got, 0)
		assert.NoError(t, err)
	}
}
