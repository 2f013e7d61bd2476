package house

import (
	"go/parser"
	"go/scanner"
	"go/token"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var root = filepath.Join("..", "..")

// Limits that keep a room liveable.
const (
	maxFile     = 500 // lines of a file without tests
	maxAnalyzer = 250 // lines of an analyzer without fixes, documentation and tests
)

// files returns the files of the repository, slash-separated below its root: those under version control or about to be.
func files(t *testing.T) []string {
	t.Helper()
	cmd := exec.Command("git", "ls-files", "--cached", "--others", "--exclude-standard")
	cmd.Dir = root
	out, err := cmd.Output()
	require.NoError(t, err, "these rules need a git checkout")
	var all []string
	for line := range strings.Lines(string(out)) {
		name := strings.TrimSpace(line)
		if _, err := os.Stat(filepath.Join(root, name)); err == nil {
			all = append(all, name)
		}
	}
	require.NotEmpty(t, all)
	return all
}

func read(t *testing.T, name string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	require.NoError(t, err)
	return string(data)
}

// ordinary reports whether a file is Go code of the product: neither test nor testdata.
func ordinary(name string) bool {
	return strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") &&
		!strings.HasPrefix(name, "testdata/") && !strings.Contains(name, "/testdata/")
}

func TestSizes(t *testing.T) {
	analyzers := map[string]int{}
	for _, name := range files(t) {
		if !ordinary(name) {
			continue
		}
		lines := strings.Count(read(t, name), "\n")
		assert.LessOrEqual(t, lines, maxFile, "%s is too long for a file: split it by layer", name)
		dir, base := path.Split(name)
		if covers("analyzers/...", path.Clean(dir)) && path.Clean(dir) != "analyzers" && base != "doc.go" && !strings.HasSuffix(base, "fix.go") {
			analyzers[path.Clean(dir)] += lines
		}
	}
	for dir, lines := range analyzers {
		assert.LessOrEqual(t, lines, maxAnalyzer, "%s is no thin analyzer: move analysis into the engine", dir)
	}
}

// A rule about text. Patterns are put together from pieces so that this file does not break them itself.
var forbidden = []struct {
	pattern *regexp.Regexp
	why     string
}{
	{regexp.MustCompile(`/(` + `work|root|home/[a-z]+)/`), "a path of some machine"},
	{regexp.MustCompile(`/tmp/` + `(bash|brief|mods|build)`), "a path of some machine"},
	{regexp.MustCompile(`(?i)\bthis ` + `session\b|\bthe ` + `brief\b|\bas ` + `an ai\b|\blanguage ` + `model\b|chat` + `gpt|\bclau` + `de\b|anthro` + `pic`), "about how it was made, not about the product"},
	{regexp.MustCompile(`(?i)shared/` + `(design|style|lessons|integration|landscape)`), "a document that is not in the repository"},
}

func TestForbiddenText(t *testing.T) {
	for _, name := range files(t) {
		if strings.HasSuffix(name, ".sum") || strings.HasPrefix(name, "testdata/corpus/") && strings.HasSuffix(name, ".json") {
			continue
		}
		for i, line := range strings.Split(read(t, name), "\n") {
			for _, rule := range forbidden {
				if hit := rule.pattern.FindString(line); hit != "" {
					t.Errorf("%s:%d: %q: %s", name, i+1, hit, rule.why)
				}
			}
		}
	}
}

var unfinished = regexp.MustCompile(`\b(TO` + `DO\b[:( ]|FIX` + `ME|XX` + `X|HA` + `CK)\b|not ` + `implemented`)

// Comments of the product say what is, not what ought to be.
func TestNothingUnfinished(t *testing.T) {
	for _, name := range files(t) {
		if !strings.HasSuffix(name, ".go") || strings.Contains("/"+name, "/testdata/") {
			continue
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, filepath.Join(root, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if list, ok := err.(scanner.ErrorList); ok {
			t.Errorf("%v", list)
			continue
		}
		require.NoError(t, err)
		for _, group := range file.Comments {
			text := strings.ReplaceAll(group.Text(), "context.TO"+"DO", "")
			if hit := unfinished.FindString(text); hit != "" {
				t.Errorf("%s: %q in a comment", fset.Position(group.Pos()), hit)
			}
		}
	}
}

func TestFormatted(t *testing.T) {
	var names []string
	for _, name := range files(t) {
		if strings.HasSuffix(name, ".go") && !strings.Contains("/"+name, "/testdata/") {
			names = append(names, name)
		}
	}
	cmd := exec.Command("gofmt", append([]string{"-l"}, names...)...)
	cmd.Dir = root
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "%s", out)
	assert.Empty(t, string(out), "not formatted: run make fmt")
}

// Only labelled kernels may be named: the others are kept for evaluation.
func TestKernelsNamed(t *testing.T) {
	labels := read(t, "testdata/corpus/goker-dev.json")
	kernel := regexp.MustCompile(`goker/([a-z]+[0-9]+)(?:\.go)?`)
	for _, name := range files(t) {
		for _, m := range kernel.FindAllStringSubmatch(read(t, name), -1) {
			assert.Contains(t, labels, "goker/"+m[1]+".go", "%s names the kernel %s", name, m[1])
		}
	}
}

// The page that explains the house names every room.
func TestDesignNamesEveryRoom(t *testing.T) {
	page := read(t, "docs/design.md")
	for _, p := range list(t, root) {
		dir := below(p.ImportPath)
		if covers("analyzers/...", dir) && dir != "analyzers" {
			dir = "analyzers/<name>"
		}
		if r, ok := roomOf(dir); ok && r.name != "internal/engine/..." && r.name != "analyzers/..." {
			dir = strings.TrimSuffix(r.name, "/...")
		}
		assert.True(t, strings.Contains(page, "`"+dir), "docs/design.md does not say what %s is for", dir)
	}
}
