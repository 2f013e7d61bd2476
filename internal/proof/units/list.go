// Package units runs the binary under test on single packages, in the way go vet does, but with the order, the number of
// processors and the fact files under control. Nothing is compiled: a unit needs sources and the facts of what it imports.
package units

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// A Package is a unit of analysis, without test files.
type Package struct {
	ImportPath      string
	Dir             string
	Standard        bool
	DepOnly         bool // not named by the patterns it was listed for
	GoFiles         []string
	CompiledGoFiles []string
	IgnoredGoFiles  []string
	OtherFiles      []string `json:"-"`
	ImportMap       map[string]string
	Imports         []string
	Module          *struct {
		Path, Version, GoVersion string
		Main                     bool
	}
	DepsErrors []*struct{ Err string }
	Error      *struct{ Err string }

	key string // hash of what decides the result, but for the tool and its flags
}

// List returns the packages that the patterns name in the module of dir, and all they import, imports first. Packages that
// cannot be loaded are left out, together with those that import them, and counted.
func List(ctx context.Context, dir string, patterns ...string) (all []*Package, broken int, err error) {
	args := append([]string{"list", "-e", "-deps", "-compiled",
		"-json=ImportPath,Dir,Standard,DepOnly,GoFiles,CompiledGoFiles,IgnoredGoFiles,ImportMap,Imports,Module,DepsErrors,Error"}, patterns...)
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, 0, fmt.Errorf("go list in %s: %w\n%s", dir, err, stderr.String())
	}
	byPath := map[string]*Package{}
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		p := new(Package)
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			return all, broken, nil
		} else if err != nil {
			return nil, 0, err
		}
		if p.ImportPath == "unsafe" {
			continue
		}
		if p.Error != nil || len(p.DepsErrors) > 0 || len(p.files()) == 0 {
			broken++
			continue
		}
		p.key = p.hash(byPath)
		byPath[p.ImportPath] = p
		all = append(all, p)
	}
}

// files returns the absolute names of the Go files that the compiler sees.
func (p *Package) files() []string {
	files := p.CompiledGoFiles // with what cgo makes of its files
	if len(files) == 0 {
		files = p.GoFiles
	}
	var out []string
	for _, f := range files {
		if !filepath.IsAbs(f) {
			f = filepath.Join(p.Dir, f)
		}
		if strings.HasSuffix(f, ".go") || strings.Contains(f, "go-build") {
			out = append(out, f)
		}
	}
	return out
}

// deps returns the import paths of the packages that p imports.
func (p *Package) deps() []string {
	return slices.DeleteFunc(slices.Clone(p.Imports), func(path string) bool { return path == "C" || path == "unsafe" })
}

// hash identifies the sources of a package and of all below it: files of the module cache and of GOROOT by name, since they do not change.
func (p *Package) hash(byPath map[string]*Package) string {
	h := sha256.New()
	fmt.Fprintln(h, p.ImportPath, p.Dir)
	for _, d := range p.deps() {
		if dep := byPath[d]; dep != nil {
			fmt.Fprintln(h, d, dep.key)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)[:12])
}

// Lines returns how many lines the package's files have.
func (p *Package) Lines() (int, error) {
	lines := 0
	for _, f := range p.GoFiles {
		data, err := os.ReadFile(filepath.Join(p.Dir, f))
		if err != nil {
			return 0, err
		}
		lines += bytes.Count(data, []byte("\n"))
	}
	return lines, nil
}

// ID returns the import path with the version of the module.
func (p *Package) ID() string {
	if p.Module == nil || p.Module.Version == "" {
		return p.ImportPath
	}
	return p.ImportPath + "@" + p.Module.Version
}
