package fixcheck

import (
	"context"
	"go/ast"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/unitchecker"
)

// The test binary plays three parts: itself, the recorder, and the tool under test.
const envToy = "CONCLINT_FIXCHECK_TOY"

func TestMain(m *testing.M) {
	switch {
	case IsRecorder():
		os.Exit(Recorder(os.Args[1:]))
	case os.Getenv(envToy) != "":
		unitchecker.Main(toy())
	}
	os.Exit(m.Run())
}

// toy reports calls of functions whose names begin with Bad. What its fix does is told by the argument.
func toy() *analysis.Analyzer {
	a := &analysis.Analyzer{Name: "conclint", Doc: "conclint: a toy", Run: func(pass *analysis.Pass) (any, error) {
		for _, f := range pass.Files {
			ast.Inspect(f, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok || len(call.Args) != 1 {
					return true
				}
				id, ok := call.Fun.(*ast.Ident)
				if !ok || !strings.HasPrefix(id.Name, "Bad") {
					return true
				}
				text, _ := strconv.Unquote(call.Args[0].(*ast.BasicLit).Value)
				edits := []analysis.TextEdit{{Pos: call.Pos(), End: call.End(), NewText: []byte(text)}}
				if decl, ok := strings.CutPrefix(text, "decl "); ok { // the first declaration is replaced too
					edits[0].NewText = []byte("good()")
					edits = append(edits, analysis.TextEdit{Pos: f.Decls[0].Pos(), End: f.Decls[0].End(), NewText: []byte(decl)})
				}
				pass.Report(analysis.Diagnostic{Pos: call.Pos(), Category: "toy/" + strings.ToLower(id.Name), Message: id.Name + " is called",
					SuggestedFixes: []analysis.SuggestedFix{{Message: "Fix", TextEdits: edits}}})
				return true
			})
		}
		return nil, nil
	}}
	a.Flags.Bool("all", false, "")
	return a
}

func outcomesOf(t *testing.T, files map[string]string) ([]outcome, *recording) {
	t.Helper()
	t.Setenv(envToy, "1")
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	src := filepath.Join(dir, "src")
	files["go.mod"] = "module example.com/m\n\ngo 1.26\n"
	for name, text := range files {
		name = filepath.Join(src, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
	self, err := os.Executable()
	require.NoError(t, err)
	r, err := record(context.Background(), self, filepath.Join(dir, "scratch"), target{
		name: "test", dir: src, env: []string{"GOFLAGS=", "GOWORK=off"}, patterns: []string{"./..."}})
	require.NoError(t, err)
	res := &results{byAnalyzer: map[string]*score{}}
	outcomes, err := r.tryAll(context.Background(), settings{code: "*/*"}.trials(r, res), 2)
	require.NoError(t, err)
	return outcomes, r
}

const declarations = `func Bad(string) {}

func BadToo(string) {}

func good() {}
`

func TestJudge(t *testing.T) {
	for _, test := range []struct {
		fix                      string
		compiled, removed, clean bool
	}{
		{`good()`, true, true, true},
		{`undefined()`, false, false, false},
		{`Bad("good()")`, true, false, false},
		{`BadToo("good()")`, true, true, false},
	} {
		outcomes, _ := outcomesOf(t, map[string]string{"a.go": "package m\n\n" + declarations + "\nfunc f() { Bad(" + strconv.Quote(test.fix) + ") }\n"})
		require.Len(t, outcomes, 1)
		o := outcomes[0]
		assert.Equal(t, []bool{test.compiled, test.removed, test.clean}, []bool{o.compiled, o.removed, o.clean}, "%s: %s", test.fix, o.why)
	}
}

// An edit of a declaration is judged with the package's users, in its tests and elsewhere; one in a body is not.
func TestJudgeSeesImporters(t *testing.T) {
	files := func(where string) map[string]string {
		return map[string]string{
			"a/a.go":      "package a\n\nvar V int\n\n" + declarations + "\nfunc f() { Bad(`decl var V string`) }\n",
			"a/a_test.go": "package a\n",
			where:         "package b\n\nimport \"example.com/m/a\"\n\nvar W int = a.V\n",
		}
	}
	outcomes, _ := outcomesOf(t, files("b/b.go"))
	require.Len(t, outcomes, 1)
	assert.False(t, outcomes[0].compiled)
	assert.Contains(t, outcomes[0].why, "b.go:5:13: cannot use a.V")
}

func TestTogether(t *testing.T) {
	text := "package m\n\n" + declarations + "\nfunc f() { Bad(`good()`); Bad(`good()`) }\n\nfunc g() { BadToo(`good()`) }\n"
	outcomes, r := outcomesOf(t, map[string]string{"a.go": text})
	require.Len(t, outcomes, 3)
	complaints, n, err := r.together(context.Background(), outcomes)
	require.NoError(t, err)
	assert.Equal(t, 2, n, "one in each function")
	assert.Empty(t, complaints)

	// One changes the function that what is left of the other calls.
	text = "package m\n\n" + declarations + "\nfunc f() { Bad(`good()`); Bad(`good()`) }\n\nfunc g() { BadToo(`decl func Bad(string, int) {}`) }\n"
	outcomes, r = outcomesOf(t, map[string]string{"a.go": text})
	for i := range outcomes {
		outcomes[i].clean = true
	}
	complaints, n, err = r.together(context.Background(), outcomes)
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	assert.NotEmpty(t, complaints)
}

func TestEdited(t *testing.T) {
	out, err := edited([]byte("package p\n\nvar a, b = 1, 2\n"), []edit{{"f", 22, 23, "10"}, {"f", 0, 0, "// P\n"}, {"f", 22, 23, "10"}})
	require.NoError(t, err)
	assert.Equal(t, "// P\npackage p\n\nvar a, b = 10, 2\n", string(out))
	for _, edits := range [][]edit{{{"f", 0, 3, ""}, {"f", 2, 4, ""}}, {{"f", 5, 900, ""}}, {{"f", 3, 2, ""}}} {
		_, err := edited([]byte("package p\n"), edits)
		assert.Error(t, err)
	}
}

func TestLocal(t *testing.T) {
	const text = "package p\n\nimport \"os\"\n\nvar v = os.Args\n\nfunc f() {\n\treturn\n}\n"
	file := filepath.Join(t.TempDir(), "p.go")
	require.NoError(t, os.WriteFile(file, []byte(text), 0o666))
	at := func(s string) edit {
		i := strings.Index(text, s)
		return edit{Filename: file, Start: i, End: i + len(s)}
	}
	assert.True(t, local([]edit{at("return"), at("\"os\"")}))
	assert.True(t, local([]edit{{Filename: file, Start: 9, End: 9, New: "\n\nimport \"time\""}}), "a new import declaration")
	assert.False(t, local([]edit{at("return"), at("os.Args")}))
	assert.False(t, local([]edit{at("func f()")}))
}

func TestCompare(t *testing.T) {
	d := func(code, message string) diagnostic { return diagnostic{Category: code, Message: message} }
	missing, extra := compare(
		[]diagnostic{d("a/b", "held since x.go:10"), d("a/b", "held since x.go:20"), d("c/d", "same")},
		[]diagnostic{d("a/b", "held since x.go:11"), d("c/d", "same"), d("e/f", "new")})
	assert.Equal(t, []string{"a/b: held since x.go:N"}, missing)
	assert.Equal(t, []string{"e/f: new"}, extra)
}

func TestReworded(t *testing.T) {
	assert.Equal(t, []string{"a/b: third", "c/d: one"}, reworded([]string{"a/b: first", "e/f: gone"}, []string{"a/b: second", "a/b: third", "c/d: one"}))
}

func TestQuota(t *testing.T) {
	var b strings.Builder
	r := &results{byAnalyzer: map[string]*score{"relock": {reported: 10, offered: 2, tried: 3, compiled: 3, removed: 3, good: 2}}}
	r.print(&b)
	assert.Regexp(t, `relock +2/10 +- +20 % +below 30 % +- +3 +3 +3 +66 %`, b.String())
}
