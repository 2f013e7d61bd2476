package lsp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
)

// module says where the go command runs for a directory.
type module struct {
	dir string
	has bool // it has a go.mod
}

// moduleOf finds the module that a directory belongs to.
func moduleOf(dir string) module {
	for at := dir; ; {
		if info, err := os.Stat(filepath.Join(at, "go.mod")); err == nil && !info.IsDir() {
			return module{at, true}
		}
		parent := filepath.Dir(at)
		if parent == at {
			return module{dir, false}
		}
		at = parent
	}
}

// whole reports whether all packages of a root are looked at.
func (s *server) whole(r *root) bool {
	return s.options.Scope == scopeWorkspace && slices.Contains(s.folders, r.dir) && len(modulesIn(r.dir)) > 0
}

// wholeRootOf is the root in which all packages are looked at, that of a file
// among them; nil if there is none.
func (s *server) wholeRootOf(path string) *root {
	for _, dir := range s.folders {
		if r := (&root{dir: dir}); s.whole(r) && wholePart(dir).covers(path) {
			return s.root(module{dir, true})
		}
	}
	return nil
}

// modulesIn are the directories of the modules that the go command knows in a
// folder: those of its workspace, or its own.
func modulesIn(folder string) []string {
	if data, err := os.ReadFile(filepath.Join(folder, "go.work")); err == nil {
		// A file with mistakes names none; the go command will say so for any open file.
		work, err := modfile.ParseWork("go.work", data, nil)
		if err != nil {
			return nil
		}
		var dirs []string
		for _, use := range work.Use {
			dir := filepath.FromSlash(use.Path)
			if !filepath.IsAbs(dir) {
				dir = filepath.Join(folder, dir)
			}
			dirs = append(dirs, filepath.Clean(dir))
		}
		return dirs
	}
	if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
		return []string{folder}
	}
	return nil
}

// wholePart is all packages of the modules in a folder.
func wholePart(folder string) part {
	dirs := modulesIn(folder)
	p := part{whole: true, covers: func(file string) bool { return slices.Contains(dirs, moduleOf(filepath.Dir(file)).dir) }}
	for _, dir := range dirs {
		if rel, err := filepath.Rel(folder, dir); err == nil {
			p.patterns = append(p.patterns, pattern(rel, "..."))
		}
	}
	return p
}

// pattern is what the go command calls a package below its directory.
func pattern(elements ...string) string {
	p := filepath.ToSlash(filepath.Join(elements...))
	if strings.HasPrefix(p, "../") {
		return p
	}
	return "./" + p
}
