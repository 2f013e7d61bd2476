package skeleton

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Types that contain themselves come to an end.
func TestPlainContainer(t *testing.T) {
	const src = `package p
type L []L
type M map[string]M
type N struct{ Items []N }
type A [2]string
type C []chan int
type D map[string][]int
`
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, 0)
	require.NoError(t, err)
	pkg, err := new(types.Config).Check("p", fset, []*ast.File{f}, nil)
	require.NoError(t, err)
	for name, want := range map[string]bool{"L": false, "M": false, "N": false, "A": true, "C": false, "D": true} {
		typ := pkg.Scope().Lookup(name).Type()
		assert.Equal(t, want, plainContainer(typ), name)
		assert.False(t, plain(typ), "%s: its length counts", name)
	}
}
