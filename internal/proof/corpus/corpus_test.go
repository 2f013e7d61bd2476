package corpus

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/conclint/conclint/internal/proof/finding"
)

var testClaims = Claims{"relock": {"relock"}, "stuckchan": {"chan-leak", "unjoined"}}

func TestLabelsOfTheRepository(t *testing.T) {
	labels, err := LoadLabels(filepath.Join("..", "..", "..", "testdata", "corpus"))
	require.NoError(t, err)
	assert.Len(t, labels.Kernels, 35)
	assert.Len(t, labels.Bugs, 124)
	ids := map[string]bool{}
	for _, b := range labels.Bugs {
		assert.False(t, ids[b.ID], "label %s stands twice", b.ID)
		ids[b.ID] = true
		assert.NotEmpty(t, b.Lines, b.ID)
		assert.NotEmpty(t, b.FixedLines, b.ID)
	}
}

func TestLabelsThatCannotBeRead(t *testing.T) {
	_, err := LoadLabels(t.TempDir())
	assert.ErrorIs(t, err, os.ErrNotExist)

	name := filepath.Join(t.TempDir(), "categories.tsv")
	require.NoError(t, os.WriteFile(name, []byte("# comment\nrelock relock\n"), 0o666))
	_, err = loadClaims(name)
	assert.ErrorContains(t, err, "categories.tsv:2")

	_, _, err = Bug{ID: "x-1", AlsoLines: []string{"a.go"}}.places()
	assert.ErrorContains(t, err, "x-1")
}

const kernel = `package main

func (s *store_o1234[T]) Get() {
	_ = 1
	func() {
		_ = 2
	}()
}

func other() {
	_ = 3
}
`

func TestKernelCountsInsideItsFunctions(t *testing.T) {
	k := Kernel{ID: "k", Category: "relock", AltCategories: []string{"unjoined"}, Functions: []string{"(*Store).Get"}}
	for _, test := range []struct {
		name          string
		finding       finding.Finding
		found, strict bool
	}{
		{"in the function", finding.Finding{Code: "relock/again", Line: 4}, true, true},
		{"in a literal of the function", finding.Finding{Code: "relock/again", Line: 6}, true, true},
		{"alternative category", finding.Finding{Code: "stuckchan/send", Line: 3}, true, true},
		{"strict", finding.Finding{Code: "relock/again", Line: 4, Tier: finding.Strict}, false, true},
		{"another function", finding.Finding{Code: "relock/again", Line: 11}, false, false},
		{"between functions", finding.Finding{Code: "relock/again", Line: 9}, false, false},
		{"another category", finding.Finding{Code: "lockorder/cycle", Line: 4}, false, false},
	} {
		r, err := judgeKernel(k, testClaims, []byte(kernel), []finding.Finding{test.finding})
		require.NoError(t, err)
		assert.Equal(t, Verdict{Found: test.found}, r.Default, test.name)
		assert.Equal(t, Verdict{Found: test.strict}, r.Strict, test.name)
		assert.Equal(t, test.strict, len(r.Evidence) == 1, test.name)
	}
}

func TestBugCountsWithinOneLine(t *testing.T) {
	b := Bug{File: "a/x.go", Lines: []int{10, 20}, AlsoLines: []string{"a/y.go:5"}, FixedLines: []int{30},
		Category: "relock", AltCategories: []string{"unjoined"}}
	at := func(code, file string, line int) finding.Finding {
		return finding.Finding{Code: code, File: file, Line: line}
	}
	for _, test := range []struct {
		name         string
		buggy, fixed finding.Finding
		want         Verdict
	}{
		{"on the line", at("relock/a", "a/x.go", 10), finding.Finding{}, Verdict{Found: true}},
		{"one line off", at("relock/a", "a/x.go", 21), finding.Finding{}, Verdict{Found: true}},
		{"two lines off", at("relock/a", "a/x.go", 22), finding.Finding{}, Verdict{}},
		{"another file", at("relock/a", "b/x.go", 10), finding.Finding{}, Verdict{}},
		{"further place", at("relock/a", "a/y.go", 5), finding.Finding{}, Verdict{Found: true}},
		{"alternative category", at("stuckchan/a", "a/x.go", 10), finding.Finding{}, Verdict{Found: true}},
		{"fixed version flagged", finding.Finding{}, at("relock/a", "a/x.go", 30), Verdict{False: true}},
		{"fixed version, one line off", finding.Finding{}, at("relock/a", "a/x.go", 31), Verdict{}},
		{"fixed version, other category", finding.Finding{}, at("stuckchan/a", "a/x.go", 30), Verdict{}},
	} {
		r, err := judgeBug(b, testClaims, []finding.Finding{test.buggy}, []finding.Finding{test.fixed})
		require.NoError(t, err)
		assert.Equal(t, test.want, r.Default, test.name)
	}
}

func TestTable(t *testing.T) {
	var out strings.Builder
	Print(&out, "cases", []Result{
		{ID: "a", Category: "relock", High: true, HasFixed: true, Default: Verdict{Found: true}, Strict: Verdict{Found: true}},
		{ID: "b", Category: "relock", HasFixed: true, Default: Verdict{False: true}, Strict: Verdict{Found: true, False: true}, Evidence: []string{"fixed: here"}},
		{ID: "c", Category: "chan-leak", HasFixed: true, Trouble: "no such package\nmore"},
	}, false)
	var rows [][]string
	for line := range strings.Lines(out.String()) {
		rows = append(rows, strings.Fields(line))
	}
	assert.Equal(t, []string{"chan-leak", "-", "-", "-", "-", "-", "1"}, rows[1])
	assert.Equal(t, []string{"relock", "1/2", "1/1", "2/2", "1/2", "1/2", "0"}, rows[2])
	assert.Equal(t, []string{"all", "1/2", "1/1", "2/2", "1/2", "1/2", "1"}, rows[3])
	assert.Contains(t, out.String(), "relock b: FALSE ALARM")
	assert.Contains(t, out.String(), "fixed: here")
	assert.Contains(t, out.String(), "chan-leak c: not loaded")
	assert.NotContains(t, out.String(), "relock a")
}

// git runs a command in a repository of the test.
func git(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	return strings.TrimSpace(string(out))
}

func writeFiles(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		name = filepath.Join(dir, filepath.FromSlash(name))
		require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o777))
		require.NoError(t, os.WriteFile(name, []byte(text), 0o666))
	}
}

func TestCheckout(t *testing.T) {
	repos, work := t.TempDir(), t.TempDir()
	origin := filepath.Join(repos, "o", "n")
	require.NoError(t, os.MkdirAll(origin, 0o777))
	git(t, origin, "init", "-q")
	writeFiles(t, origin, map[string]string{"x.go": "package x // 1\n", "x_test.go": "package x\n", "gone.go": "package x\n"})
	git(t, origin, "add", ".")
	git(t, origin, "commit", "-q", "-m", "one")
	one := git(t, origin, "rev-parse", "HEAD")
	writeFiles(t, origin, map[string]string{"x.go": "package x // 2\n"})
	git(t, origin, "rm", "-q", "gone.go")
	git(t, origin, "commit", "-q", "-a", "-m", "two")
	two := git(t, origin, "rev-parse", "HEAD")

	source := Source(filepath.Join(repos, "{owner}", "{name}"))
	tree, err := source.open(t.Context(), "o/n", work)
	require.NoError(t, err)
	require.NoError(t, tree.checkout(t.Context(), one))
	assert.FileExists(t, filepath.Join(tree.dir, "gone.go"))
	assert.NoFileExists(t, filepath.Join(tree.dir, "x_test.go"))
	writeFiles(t, tree.dir, map[string]string{"go.mod": "module left over\n"})
	require.NoError(t, tree.checkout(t.Context(), two))
	assert.NoFileExists(t, filepath.Join(tree.dir, "gone.go"))
	assert.NoFileExists(t, filepath.Join(tree.dir, "go.mod"))
	data, err := os.ReadFile(filepath.Join(tree.dir, "x.go"))
	require.NoError(t, err)
	assert.Equal(t, "package x // 2\n", string(data))

	assert.Error(t, tree.checkout(t.Context(), strings.Repeat("0", 40)))
	_, err = source.open(t.Context(), "o/missing", work)
	assert.ErrorContains(t, err, "not a git repository")
}

func TestModuleOfTreesBeforeModules(t *testing.T) {
	root := t.TempDir()
	writeFiles(t, root, map[string]string{
		"pkg/a/a.go":                        "package a\n\nimport _ \"github.com/o/n/pkg/b\"\nimport _ \"github.com/v/w/x\"\n",
		"pkg/b/b.go":                        "package b\n",
		"vendor/github.com/v/w/x/x.go":      "package x\n",
		"vendor/github.com/v/w/x/deep/d.go": "package deep\n",
	})
	dir, flags, err := moduleOf(root, "pkg/a")
	require.NoError(t, err)
	assert.Equal(t, ".", dir)
	assert.Equal(t, "-mod=vendor", flags)
	cmd := exec.Command("go", "build", "./pkg/a")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "GOWORK=off", "GOFLAGS="+flags)
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%s", out)

	writeFiles(t, root, map[string]string{"pkg/go.mod": "module m\n"})
	dir, flags, err = moduleOf(root, "pkg/a")
	require.NoError(t, err)
	assert.Equal(t, "pkg", dir)
	assert.Empty(t, flags)

	_, _, err = moduleOf(t.TempDir(), "a")
	assert.Error(t, err)
}

func TestLockOfAnEndedProcess(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "tree")
	cmd := exec.Command("go", "version")
	require.NoError(t, cmd.Run())
	require.NoError(t, os.WriteFile(dir+".lock", []byte(strconv.Itoa(cmd.Process.Pid)), 0o666))
	release, err := lock(t.Context(), dir)
	require.NoError(t, err)
	release()
	assert.NoFileExists(t, dir+".lock")
}

func TestSelection(t *testing.T) {
	bugs := []Bug{{ID: "a", Category: "relock", Repo: "o/n", Confidence: "high"}, {ID: "b", Category: "other", Repo: "o/m", Confidence: "medium"}}
	assert.Len(t, Selection{}.Bugs(bugs), 2)
	assert.Equal(t, "a", Selection{high: true}.Bugs(bugs)[0].ID)
	assert.Equal(t, "b", Selection{repositories: "o/x,o/m"}.Bugs(bugs)[0].ID)
	assert.Empty(t, Selection{cases: "a", categories: "other"}.Bugs(bugs))
	assert.Empty(t, Selection{repositories: "o/n"}.Kernels([]Kernel{{ID: "k"}}))
}

func TestWithoutDriver(t *testing.T) {
	src := `package main

import (
	"os"
	"sync"
)

func init() {
	register("Bug1", Bug1)
}

type store struct{ mu sync.Mutex }

func Bug1() {
	os.Exit(0)
}

func (s *store) get() { s.mu.Lock() }
`
	got, err := withoutDriver([]byte(src))
	require.NoError(t, err)
	text := string(got)
	assert.NotContains(t, text, "func Bug1")
	assert.NotContains(t, text, "register")
	assert.Contains(t, text, `_ "os"`)
	assert.Contains(t, text, "\t\"sync\"")
	assert.Equal(t, strings.Count(src, "\n"), strings.Count(text, "\n"), "lines keep their numbers")
	assert.Equal(t, strings.Split(src, "\n")[17], strings.Split(text, "\n")[17])
}
