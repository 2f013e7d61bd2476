package loops_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/ssa"
	"golang.org/x/tools/go/ssa/ssautil"

	"github.com/conclint/conclint/internal/engine/loops"
)

const src = `package p

type T struct { flag bool; next *T }

func straight(n int) int { return n }

func nested(n int) (s int) {
	for i := 0; i < n; i++ {
		for j := 0; j < i; j++ {
			s += j
		}
	}
	return s
}

func waits(t *T) {
	for !t.flag {
	}
}

func walks(t *T) {
	for t.next != nil {
		t = t.next
	}
}

func endless() {
	for {
	}
}
`

func build(t *testing.T) *ssa.Package {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, "p.go", src, 0)
	require.NoError(t, err)
	pkg, _, err := ssautil.BuildPackage(&types.Config{}, fset, types.NewPackage("p", "p"), []*ast.File{f}, ssa.BuilderMode(0))
	require.NoError(t, err)
	return pkg
}

func TestOf(t *testing.T) {
	pkg := build(t)
	for name, want := range map[string]int{"straight": 0, "nested": 2, "waits": 1, "walks": 1, "endless": 1} {
		assert.Len(t, loops.Of(pkg.Func(name)), want, name)
	}
}

// Every loop's head dominates its blocks and is entered from each of them.
func TestHeadDominates(t *testing.T) {
	pkg := build(t)
	for _, name := range []string{"nested", "waits", "walks", "endless"} {
		for _, l := range loops.Of(pkg.Func(name)) {
			for _, b := range l.Blocks {
				assert.True(t, l.Head.Dominates(b), name)
				assert.True(t, l.Has(b), name)
			}
		}
	}
}

func TestInnermost(t *testing.T) {
	all := loops.Of(build(t).Func("nested"))
	require.Len(t, all, 2)
	outer, inner := all[0], all[1]
	if len(outer.Blocks) < len(inner.Blocks) {
		outer, inner = inner, outer
	}
	assert.Same(t, inner, loops.Innermost(all, inner.Head))
	assert.Same(t, outer, loops.Innermost(all, outer.Head))
	assert.Nil(t, loops.Innermost(all, all[0].Head.Parent().Blocks[0]))
}

func TestInvariant(t *testing.T) {
	pkg := build(t)
	for name, want := range map[string]bool{"waits": true, "walks": false} {
		l := loops.Of(pkg.Func(name))[0]
		require.NotEmpty(t, l.Exits(), name)
		for _, b := range l.Blocks {
			for _, instr := range b.Instrs {
				if fa, ok := instr.(*ssa.FieldAddr); ok {
					assert.Equal(t, want, l.Invariant(fa), name)
				}
			}
		}
	}
	assert.Empty(t, loops.Of(pkg.Func("endless"))[0].Exits())
}
