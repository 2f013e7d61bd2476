package edit

import (
	"go/ast"
	"go/format"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// importInto adds "time" to src, as seen from the body of function f.
func importInto(t *testing.T, src string) (name, out string, ok bool) {
	t.Helper()
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "p.go", src, parser.ParseComments)
	require.NoError(t, err)
	info := &types.Info{Scopes: make(map[ast.Node]*types.Scope)}
	conf := &types.Config{Importer: importer.ForCompiler(fset, "source", nil), Error: func(error) {}}
	_, _ = conf.Check("p", fset, []*ast.File{file}, info)
	fn := file.Scope.Lookup("f").Decl.(*ast.FuncDecl)
	name, edits, ok := Import(file, info.Scopes[file], fn.Body.Rbrace, "time")
	if !ok {
		return name, "", false
	}
	var texts []Text
	for _, e := range edits {
		texts = append(texts, Text{Start: fset.Position(e.Pos).Offset, End: fset.Position(e.End).Offset, New: string(e.NewText)})
	}
	b, err := Apply([]byte(src), texts)
	require.NoError(t, err)
	formatted, err := format.Source(b)
	require.NoError(t, err, string(b))
	return name, string(formatted), true
}

func TestImport(t *testing.T) {
	for name, c := range map[string]struct{ src, name, want string }{
		"no imports": {"package p\n\nfunc f() {}\n", "time", "package p\n\nimport \"time\"\n\nfunc f() {}\n"},
		"group, sorted in": {
			"package p\n\nimport (\n\t\"fmt\"\n\t\"unsafe\"\n)\n\nfunc f() { fmt.Println(unsafe.Sizeof(1)) }\n", "time",
			"package p\n\nimport (\n\t\"fmt\"\n\t\"time\"\n\t\"unsafe\"\n)\n\nfunc f() { fmt.Println(unsafe.Sizeof(1)) }\n",
		},
		"single": {
			"package p\n\nimport \"fmt\"\n\nfunc f() { fmt.Println() }\n", "time",
			"package p\n\nimport \"time\"\nimport \"fmt\"\n\nfunc f() { fmt.Println() }\n",
		},
		"there already": {"package p\n\nimport \"time\"\n\nfunc f() { _ = time.Second }\n", "time", "package p\n\nimport \"time\"\n\nfunc f() { _ = time.Second }\n"},
		"under a name":  {"package p\n\nimport clock \"time\"\n\nfunc f() { _ = clock.Second }\n", "clock", "package p\n\nimport clock \"time\"\n\nfunc f() { _ = clock.Second }\n"},
	} {
		got, out, ok := importInto(t, c.src)
		if assert.True(t, ok, name) {
			assert.Equal(t, c.name, got, name)
			assert.Equal(t, c.want, out, name)
		}
	}
}

// A name that means something else where it is needed cannot be used.
func TestImportShadowed(t *testing.T) {
	for name, src := range map[string]string{
		"by a local":           "package p\n\nfunc f() { time := 1; _ = time }\n",
		"by a package object":  "package p\n\nvar time = 1\n\nfunc f() {}\n",
		"imported, by a local": "package p\n\nimport \"time\"\n\nfunc f() { _ = time.Second; time := 1; _ = time }\n",
		"by another import":    "package p\n\nimport time \"fmt\"\n\nfunc f() { time.Println() }\n",
	} {
		_, _, ok := importInto(t, src)
		assert.False(t, ok, name)
	}
}
