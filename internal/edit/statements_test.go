package edit_test

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
)

const statementsSource = `package p

var outside int

func f(n int, c chan int) {
	defer g(1)
	if m := n; m > 0 {
		g(2)
	}
	select {
	case v := <-c:
		g(v)
	}
	{
		n := "inner"
		g(len(n))
	}
}

func g(int) {}
`

func statementsAt(t *testing.T, mark string) (*ast.File, token.Pos, *types.Scope) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", statementsSource, 0)
	require.NoError(t, err)
	info := &types.Info{Scopes: map[ast.Node]*types.Scope{}}
	_, err = (&types.Config{Importer: importer.Default()}).Check("p", fset, []*ast.File{file}, info)
	require.NoError(t, err)
	return file, file.FileStart + token.Pos(strings.Index(statementsSource, mark)), info.Scopes[file]
}

func TestListed(t *testing.T) {
	for mark, want := range map[string]int{"g(2)": 0, "g(v)": 0, "g(len(n))": 1, "select": 2, "m > 0": 1} {
		file, pos, _ := statementsAt(t, mark)
		_, path := edit.Enclosing([]*ast.File{file}, pos)
		list, at := edit.Listed(path)
		require.NotNil(t, list, mark)
		assert.Equal(t, want, at, mark)
	}
	file, pos, _ := statementsAt(t, "v := <-c")
	_, path := edit.Enclosing([]*ast.File{file}, pos)
	list, _ := edit.Listed(path)
	assert.Nil(t, list, "the operation of a case stands in no list")
}

func TestCallOrDefer(t *testing.T) {
	file, pos, _ := statementsAt(t, "defer g(1)")
	call := edit.CallOrDefer([]*ast.File{file}, pos)
	require.NotNil(t, call)
	assert.Equal(t, "g(1)", types.ExprString(call))
	assert.Same(t, call, edit.CallOrDefer([]*ast.File{file}, call.Lparen))
	_, pos, _ = statementsAt(t, "select")
	assert.Nil(t, edit.CallOrDefer([]*ast.File{file}, pos))
}

func TestVariable(t *testing.T) {
	isInt := func(typ types.Type) bool { return types.Identical(typ, types.Typ[types.Int]) }
	for mark, want := range map[string]string{"g(2)": "m", "g(v)": "v", "g(len(n))": "", "g(int)": ""} {
		_, pos, scope := statementsAt(t, mark)
		assert.Equal(t, want, edit.Variable(scope, pos, isInt), mark)
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]bool{"x": true, "x.y.z": true, "x[0]": false, "f()": false, "f().y": false, "(*x).y": false} {
		e, err := parser.ParseExpr(text)
		require.NoError(t, err)
		assert.Equal(t, want, edit.Plain(e), text)
	}
}
