package linttest

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/packages"
)

const (
	rootModule    = "github.com/conclint/conclint"
	runtimeModule = rootModule + "/runtime"
)

// A module is a copy of an analyzer's testdata with a go.mod of its own.
type module struct {
	name string
	src  string // the original
	dir  string // the copy
}

func newModule(t testing.TB, name, src string) module {
	t.Helper()
	m := module{name: name, src: src}
	m.dir = m.copy(t)
	return m
}

// Root returns the root directory of the repository.
func Root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		data, err := os.ReadFile(filepath.Join(dir, "go.mod"))
		if err == nil && strings.HasPrefix(string(data), "module "+rootModule+"\n") {
			return dir
		}
		if dir == filepath.Dir(dir) {
			t.Fatal("no go.mod of the root module above the test's directory")
		}
		dir = filepath.Dir(dir)
	}
}

// copy makes one more copy of the testdata and returns its directory.
func (m module) copy(t testing.TB) string {
	t.Helper()
	if _, err := os.Stat(m.src); err != nil {
		t.Fatalf("analyzer %s has no testdata: %v", m.name, err)
	}
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.CopyFS(dir, os.DirFS(m.src)); err != nil {
		t.Fatal(err)
	}
	WriteModule(t, dir, m.name)
	return dir
}

// WriteModule writes a go.mod and a go.sum to dir that let its packages import the runtime module of this
// repository and golang.org/x/sync. A go.mod that is there already is kept.
func WriteModule(t testing.TB, dir, name string) {
	t.Helper()
	root := Root(t)
	file := filepath.Join(dir, "go.mod")
	if _, err := os.Stat(file); err == nil {
		return
	}
	mod := fmt.Sprintf("module %s\n\ngo 1.26.0\n\nrequire (\n\t%s v0.0.0\n\tgolang.org/x/sync %s\n)\n\nreplace %[2]s => %[4]q\n",
		name, runtimeModule, required(t, root, "golang.org/x/sync"), filepath.Join(root, "runtime"))
	if err := os.WriteFile(file, []byte(mod), 0o666); err != nil {
		t.Fatal(err)
	}
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "go.sum"), sum, 0o666); err != nil {
		t.Fatal(err)
	}
}

// required returns the version of a module in the root go.mod: the one that is in the module cache for certain.
func required(t testing.TB, root, path string) string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(data)) {
		if fields := strings.Fields(line); len(fields) >= 2 && fields[0] == path {
			return fields[1]
		}
	}
	t.Fatalf("%s is not required by the root module", path)
	return ""
}

// environment is what commands run with in a copy: nothing but the module cache and no workspace.
func environment() []string { return append(os.Environ(), "GOPROXY=off", "GOWORK=off", "GOFLAGS=") }

// load loads packages of the copy with some files replaced.
func (m module) load(t testing.TB, overlay map[string][]byte, patterns []string) []*packages.Package {
	t.Helper()
	pkgs, err := packages.Load(&packages.Config{
		Mode:    packages.LoadAllSyntax | packages.NeedModule,
		Dir:     m.dir,
		Tests:   true,
		Env:     environment(),
		Overlay: overlay,
	}, patterns...)
	if err != nil {
		t.Fatal(err)
	}
	return pkgs
}

// goldens returns the golden files of the copy, in order.
func (m module) goldens(t testing.TB) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(m.dir, func(name string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(name, ".go.golden") {
			files = append(files, name)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
