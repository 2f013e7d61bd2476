package house

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const module = "github.com/conclint/conclint"

// A room is a part of the tree with one-way doors. Names are paths below the module; a name ending in /... stands
// for everything below it as well.
type room struct {
	name string
	may  []string // rooms it may import, beside itself
	not  []string // packages of other modules that its layer does not know
}

// rooms holds the import directions of docs/design.md, most particular name first.
var rooms = []room{
	{name: "cmd/...", may: []string{"internal/driver", "internal/gopls", "internal/lsp", "analyzers", "internal/report"}},
	{name: "plugin/...", may: []string{"analyzers"}},
	{name: "analyzers", may: []string{"analyzers/...", "internal/engine", "internal/report", "internal/edit"}},
	{name: "analyzers/...", may: []string{"internal/engine/...", "internal/explore", "internal/report", "internal/edit", "internal/model", "internal/access", "internal/api", "internal/pattern"}},
	{name: "internal/driver/...", may: []string{"internal/report", "internal/edit", "internal/page", "internal/graph", "internal/pattern"}},
	{name: "internal/lsp/...", may: []string{"internal/driver", "internal/report", "internal/edit"}},
	{name: "internal/gopls", may: []string{"internal/driver", "internal/report", "internal/pattern"}},
	{name: "internal/page", may: []string{"internal/report"}},
	{name: "internal/graph"},
	{name: "internal/engine/...", may: []string{"internal/explore", "internal/model", "internal/flow", "internal/access", "internal/api", "internal/report", "internal/pattern"}},
	{name: "internal/explore", may: []string{"internal/model", "internal/flow"}},
	{name: "internal/report", may: []string{"internal/access", "internal/model", "internal/pattern"}},
	{name: "internal/edit", may: []string{"internal/access", "internal/model"}},
	{name: "internal/model", may: []string{"internal/access", "internal/api"}, not: []string{ssa, goAnalysis}},
	{name: "internal/access", not: []string{ssa, goAnalysis}},
	{name: "internal/api", not: []string{ssa, goAnalysis}},
	{name: "internal/flow", not: []string{"golang.org/x/tools/..."}},
	{name: "internal/pattern", not: []string{"golang.org/x/tools/..."}},
	{name: "internal/linttest"},
	{name: "internal/docgen", may: []string{"internal/report"}},
	{name: "internal/proof/...", may: []string{"internal/edit", "internal/report"}},
	{name: "internal/house"},
}

const (
	ssa        = "golang.org/x/tools/go/ssa/..."
	goAnalysis = "golang.org/x/tools/go/analysis/..."
)

// covers reports whether a pattern, a path or a path with /... behind it, names the path.
func covers(pattern, path string) bool {
	prefix, below := strings.CutSuffix(pattern, "/...")
	return path == prefix || below && strings.HasPrefix(path, prefix+"/")
}

func roomOf(path string) (room, bool) {
	i := slices.IndexFunc(rooms, func(r room) bool { return covers(r.name, path) })
	if i < 0 {
		return room{}, false
	}
	return rooms[i], true
}

// complaint says why the package at a path below the module may not import another one, of any module; or nothing.
func complaint(from, imported string) string {
	r, ok := roomOf(from)
	if !ok {
		return from + " belongs to no room: add it to the rooms of internal/house and of docs/design.md"
	}
	to, inside := strings.CutPrefix(imported, module+"/")
	own := inside && covers(r.name, to) && r.name != "analyzers/..." // one analyzer never imports another
	switch {
	case inside && covers("runtime/...", to):
		return from + " imports " + to + ": the linter knows the runtime by its path only"
	case inside && !own && !slices.ContainsFunc(r.may, func(p string) bool { return covers(p, to) }):
		return from + " imports " + to
	case slices.ContainsFunc(r.not, func(p string) bool { return covers(p, imported) }):
		return from + " imports " + imported + ", which its layer does not know"
	}
	return ""
}

// A pkg is what go list says about a package.
type pkg struct {
	ImportPath, Dir                    string
	Imports, TestImports, XTestImports []string
	GoFiles                            []string
}

func list(t *testing.T, dir string) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,Imports,TestImports,XTestImports,GoFiles", "./...")
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	require.NoError(t, err, "%s", stderr.String())
	var all []pkg
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return all
		}
		all = append(all, p)
	}
}

func below(path string) string { return strings.TrimPrefix(path, module+"/") }

func TestImportDirections(t *testing.T) {
	for _, p := range list(t, root) {
		for _, to := range p.Imports {
			if c := complaint(below(p.ImportPath), to); c != "" {
				t.Error(c)
			}
		}
		if len(p.Imports) == 0 {
			_, ok := roomOf(below(p.ImportPath))
			assert.True(t, ok, "%s belongs to no room", p.ImportPath)
		}
	}
}

// Tests may reach further, but for one thing: an analyzer is tested on its own.
func TestImportsOfTests(t *testing.T) {
	for _, p := range list(t, root) {
		for _, to := range append(p.TestImports, p.XTestImports...) {
			if from, to := below(p.ImportPath), below(to); covers("analyzers/...", from) && from != "analyzers" && from != to {
				assert.False(t, covers("analyzers/...", to) && to != "analyzers", "the test of %s imports %s", from, to)
			}
		}
	}
}

func TestComplaints(t *testing.T) {
	for _, test := range []struct {
		from, to string
		ok       bool
	}{
		{"cmd/conclint", module + "/internal/driver", true},
		{"cmd/conclint", module + "/internal/engine", false},
		{"analyzers", module + "/analyzers/relock", true},
		{"analyzers/relock", module + "/analyzers/lockorder", false},
		{"analyzers/relock", module + "/internal/engine/locks", true},
		{"analyzers/relock", "golang.org/x/tools/go/analysis", true},
		{"internal/engine/locks", module + "/internal/engine/ssabuild", true},
		{"internal/engine/locks", module + "/analyzers", false},
		{"internal/engine", module + "/internal/linttest", false},
		{"internal/model", "golang.org/x/tools/go/ssa", false},
		{"internal/model", "go/token", true},
		{"internal/flow", "golang.org/x/tools/container/intsets", false},
		{"internal/api", module + "/internal/model", false},
		{"internal/engine", module + "/runtime/lock", false},
		{"internal/engine", "runtime/debug", true},
		{"internal/unknown", "fmt", false},
	} {
		c := complaint(test.from, test.to)
		assert.Equal(t, test.ok, c == "", "%s -> %s: %s", test.from, test.to, c)
	}
}

// The runtime module stands alone and works for users of Go 1.24.
func TestRuntimeModule(t *testing.T) {
	dir := filepath.Join(root, "runtime")
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	require.NoError(t, err)
	assert.Equal(t, []string{"module " + module + "/runtime", "go 1.24"}, goMod(string(mod)), "no dependencies, go 1.24")
	for _, p := range list(t, dir) {
		for _, to := range append(append(p.Imports, p.TestImports...), p.XTestImports...) {
			assert.True(t, covers(module+"/runtime/...", to) || !strings.Contains(to, "."), "%s imports %s", p.ImportPath, to)
		}
	}
	cmd := exec.Command("go", "vet", "-stdversion", "./...")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	assert.NoError(t, err, "%s", out)
}

// goMod returns the lines of a go.mod that say something; a go directive without its patch.
func goMod(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "//")
		if line = strings.TrimSpace(line); line != "" {
			if strings.HasPrefix(line, "go ") {
				line = strings.TrimSuffix(line, ".0")
			}
			lines = append(lines, line)
		}
	}
	return lines
}

// go install refuses a module with a replace, and every direct requirement weighs on those who install.
func TestRootModule(t *testing.T) {
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	allowed := []string{"golang.org/x/tools", "golang.org/x/mod", "golang.org/x/sync", "github.com/stretchr/testify", "github.com/golangci/plugin-module-register", "go.yaml.in/yaml/v3"}
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(strings.TrimPrefix(line, "require "))
		assert.False(t, len(fields) > 0 && fields[0] == "replace", "go.mod: %s", line)
		if len(fields) >= 2 && strings.HasPrefix(fields[1], "v") && !strings.Contains(line, "// indirect") {
			assert.Contains(t, allowed, fields[0], "go.mod requires it")
		}
	}
}
