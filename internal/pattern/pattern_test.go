package pattern

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestPattern(t *testing.T) {
	p := New(`(a+)(b)?`)
	assert.True(t, p.MatchString("xaab"))
	assert.False(t, p.MatchString("b"))
	assert.Equal(t, []string{"aab", "aa", "b"}, p.FindStringSubmatch("xaab"))
	assert.Nil(t, p.FindStringSubmatch("x"))
	assert.Equal(t, "<aa> <a>", p.ReplaceAllString("aab a", "<$1>"))
	assert.Equal(t, "<aa> <a>", string(p.ReplaceAll([]byte("aab a"), []byte("<$1>"))))

	bad := New(`(`)
	assert.Panics(t, func() { bad.MatchString("") })
}

// A pattern that does not compile would be found only by who needs it: all of the tree are compiled here.
func TestAllCompile(t *testing.T) {
	found := 0
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git" || d.Name() == "bin") {
			return filepath.SkipDir
		}
		if filepath.Ext(path) != ".go" || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !isNew(call.Fun) {
				return true
			}
			found++
			if expr, ok := constant(call.Args[0]); ok {
				_, err := regexp.Compile(expr)
				assert.NoError(t, err, path)
			} else {
				t.Errorf("%s: a pattern that is put together where the test cannot read it", path)
			}
			return true
		})
		return nil
	})
	require.NoError(t, err)
	assert.Greater(t, found, 20)
}

func isNew(fun ast.Expr) bool {
	sel, ok := fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "New" {
		return false
	}
	pkg, ok := sel.X.(*ast.Ident)
	return ok && pkg.Name == "pattern"
}

// constant returns what literals, joined by +, hold. Named constants stand for letters.
func constant(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		x, ok1 := constant(e.X)
		y, ok2 := constant(e.Y)
		return x + y, ok1 && ok2 && e.Op == token.ADD
	case *ast.Ident:
		return e.Name, true
	}
	return "", false
}
