package house

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/analyzers"
	"github.com/conclint/conclint/internal/report"
)

// Every analyzer brings its manual, its page, its tests and its place in the tables.
func TestAnalyzersAreComplete(t *testing.T) {
	claims := read(t, "testdata/corpus/categories.tsv")
	for _, a := range analyzers.New(nil).Reporters {
		t.Run(a.Name, func(t *testing.T) { complete(t, a, claims) })
	}
}

func complete(t *testing.T, a *analysis.Analyzer, claims string) {
	name := a.Name
	assert.Equal(t, report.PageOf(name), a.URL)
	assert.True(t, strings.HasPrefix(a.Doc, name+": "), "Doc begins with the name and a title: %.40q", a.Doc)
	title, _, _ := strings.Cut(a.Doc, "\n")
	assert.LessOrEqual(t, len(strings.TrimPrefix(title, name+": ")), 80, "title %q is long", title)
	assert.FileExists(t, filepath.Join(root, "analyzers", name, "doc.go"))
	assert.FileExists(t, filepath.Join(root, "docs", "analyzers", name+".md"), "run make docs")
	assert.True(t, strings.Contains("\n"+claims, "\n"+name+"\t"), "no line in testdata/corpus/categories.tsv")
	assert.FileExists(t, filepath.Join(root, "testdata", "canary", name+".go"), "a bug that %s must find under any driver", name)

	wants, functions := testdataOf(t, name)
	assert.Positive(t, wants, "no want in its testdata")
	assert.Greater(t, functions, wants/2, "as many silent functions as reports, at least")
	assert.NotEmpty(t, report.CodesOf(name), "no code in the registry")
	assert.Empty(t, a.FactTypes, "the engine owns all facts")
	assert.NotEmpty(t, a.Requires, "does not require the engine")
}

// An analyzer that is not in the suite is never run, and neither is a code whose analyzer does not exist.
func TestNothingIsLeftOutOfTheSuite(t *testing.T) {
	suite := analyzers.New(nil)
	var names []string
	for _, a := range suite.Reporters {
		names = append(names, a.Name)
	}
	assert.Equal(t, report.PageOf("engine"), suite.Engine.URL)
	assert.True(t, slices.IsSorted(names), "analyzers stand in the order of their names")
	entries, err := os.ReadDir(filepath.Join(root, "analyzers"))
	require.NoError(t, err)
	for _, e := range entries {
		if e.IsDir() {
			assert.Contains(t, names, e.Name())
		}
	}
	for _, c := range report.Codes() {
		assert.Contains(t, append(names, "engine"), c.Analyzer, "code %s", c.Code)
	}
	for _, name := range []string{"src", "canary"} {
		entries, err := os.ReadDir(filepath.Join(root, "testdata", name))
		require.NoError(t, err)
		for _, e := range entries {
			analyzer := strings.TrimSuffix(e.Name(), ".go")
			assert.Contains(t, append(names, "engine", "go.mod", "repaired"), analyzer, "testdata/%s/%s belongs to no analyzer", name, e.Name())
		}
	}
}

var (
	wantComment = regexp.MustCompile("// want [`\"+]")
	declaration = regexp.MustCompile(`(?m)^func `)
)

// testdataOf counts wants and functions in an analyzer's testdata.
func testdataOf(t *testing.T, name string) (wants, functions int) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join(root, "testdata", "src", name), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		data, err := os.ReadFile(path)
		wants += len(wantComment.FindAll(data, -1))
		functions += len(declaration.FindAll(data, -1))
		return err
	})
	require.NoError(t, err)
	return wants, functions
}
