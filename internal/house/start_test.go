package house

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// go vet starts the command once per package, a thousand times on a larger program. Its start is part of the cost of each.

// The system's C library is linked for names of hosts and users only, which the command never asks for; loading it took a
// quarter of each start.
func TestLinksNoC(t *testing.T) {
	cmd := exec.Command("go", "list", "-deps", "./cmd/conclint")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err)
	deps := strings.Fields(string(out))
	for _, p := range []string{"net", "os/user", "runtime/cgo"} {
		assert.NotContains(t, deps, p)
	}
}

// What most processes never use is not made before main.
func TestNothingIsCompiledAtStart(t *testing.T) {
	for _, name := range files(t) {
		if !ordinary(name) || strings.HasPrefix(name, "runtime/") || strings.HasPrefix(name, "internal/proof/") || strings.HasPrefix(name, "internal/linttest/") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		for _, decl := range file.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok || vars.Tok != token.VAR {
				continue
			}
			ast.Inspect(vars, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok {
					pkg, _ := sel.X.(*ast.Ident)
					assert.False(t, pkg != nil && pkg.Name == "regexp" && strings.Contains(sel.Sel.Name, "Compile"),
						"%s: an expression of package pattern is compiled when it is first asked", name)
					assert.False(t, pkg != nil && pkg.Name == "template" && sel.Sel.Name == "Must",
						"%s: parse the template when it is first executed", name)
				}
				_, inFunc := n.(*ast.FuncLit)
				return !inFunc
			})
		}
	}
}
