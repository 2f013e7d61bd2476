package edit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
)

func TestCleansUp(t *testing.T) {
	for _, test := range []struct {
		body string
		want bool
	}{
		{"mark(); use()", false},
		{"mark(); mu.Unlock()", true},
		{"defer mu.Unlock(); mark(); use()", false},
		{"wg.Done(); mark()", false},
		{"mark(); if ok { close(ch) }", true},
		{"mark(); done <- true", true},
		{"mark(); <-tokens", true},
		{"mark(); defer close(ch)", false},
		{"mark(); go func() { close(ch) }()", false},
		{"mark(); return f.Close()", true},
		{"mark(); return g.Wait()", false},
		{"mark(); return use()", false},
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "p.go", "package p\n\nfunc f() {\n"+test.body+"\n}\n", 0)
		require.NoError(t, err)
		var call *ast.CallExpr
		ast.Inspect(f, func(n ast.Node) bool {
			if c, ok := n.(*ast.CallExpr); ok {
				if id, ok := c.Fun.(*ast.Ident); ok && id.Name == "mark" {
					call = c
				}
			}
			return true
		})
		_, path := edit.Enclosing([]*ast.File{f}, call.Pos())
		assert.Equal(t, test.want, edit.CleansUp(path, call.End()), test.body)
	}
}
