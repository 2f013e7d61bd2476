package driver

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
)

// fileGuard knows which files no fix may touch.
type fileGuard struct {
	goroot, modcache string
	cwd              string
	seen             map[string]string // file -> reason
}

// forbids says why a fix must not be applied, or "".
func (g *fileGuard) forbids(fix Fix) string {
	for _, e := range fix.Edits {
		reason, ok := g.seen[e.File]
		if !ok {
			reason = g.file(e.File)
			g.seen[e.File] = reason
		}
		if reason != "" {
			return display(g.cwd, e.File) + " " + reason
		}
	}
	return ""
}

func (g *fileGuard) file(name string) string {
	switch {
	case below(g.goroot, name):
		return "is part of the Go distribution"
	case below(g.modcache, name):
		return "is in the module cache"
	case strings.Contains(filepath.ToSlash(name), "/vendor/"):
		return "is vendored"
	}
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Sprintf("cannot be read: %v", err)
	}
	// The mode counts, not the permission: the superuser could write all.
	if info.Mode().Perm()&0o222 == 0 {
		return "is read-only"
	}
	src, err := os.ReadFile(name)
	if err != nil {
		return fmt.Sprintf("cannot be read: %v", err)
	}
	f, err := parser.ParseFile(token.NewFileSet(), name, src, parser.ParseComments|parser.ImportsOnly)
	if err != nil {
		return "does not parse"
	}
	if ast.IsGenerated(f) {
		return "is generated"
	}
	for _, imp := range f.Imports {
		if imp.Path.Value == `"C"` {
			return "is processed by cgo"
		}
	}
	return ""
}

func below(dir, name string) bool {
	if dir == "" {
		return false
	}
	rel, err := filepath.Rel(dir, name)
	return err == nil && filepath.IsLocal(rel)
}
