package edit_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/edit"
)

func TestLeaveToDefer(t *testing.T) {
	for _, test := range []struct {
		body string
		cuts int // 0 if nothing may be cut
	}{
		{"defer done(x); use()", 0},
		{"defer done(x); if ok { done(x); return nil }; return err", 1},
		{"defer done(x); if ok { done(x); return nil }; done(x); return err", 2},
		{"done(x); defer done(x); if ok { done(x); return nil }", 1},
		{"defer done(x); if ok { done(y); return nil }", 0},
		{"defer done(x); if ok { done(x); use(); return nil }", 0},
		{"defer done(x); if ok { done(x); return use() }", 0},
		{"defer done(x); if ok { done(x) }; return nil", 0},
		{"defer done(x); if ok { done(x); /* first */ return nil }", 0},
		{"defer done(x); if ok { done(x); return nil }; go func() { done(x) }()", 0},
		{"defer done(x); switch { case ok: done(x); return nil }", 1},
	} {
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, "p.go", "package p\n\nfunc f() error {\n"+test.body+"\n}\n", parser.ParseComments)
		require.NoError(t, err)
		var deferred *ast.CallExpr
		ast.Inspect(f, func(n ast.Node) bool {
			if d, ok := n.(*ast.DeferStmt); ok && deferred == nil {
				deferred = d.Call
			}
			return true
		})
		cuts, ok := edit.LeaveToDefer(&types.Info{}, []*ast.File{f}, deferred)
		assert.Equal(t, test.cuts > 0, ok, test.body)
		if ok {
			assert.Len(t, cuts, test.cuts, test.body)
		}
	}
}
