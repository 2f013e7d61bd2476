package lsp

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/conclint/conclint/internal/lsp/jsonrpc"
	"github.com/conclint/conclint/internal/lsp/text"
)

// document is an open file as the client has it.
type document struct {
	uri     string
	path    string
	version int
	text    []byte
}

// settle is the time in which notifications that belong together arrive:
// saving all files, opening those of the last time.
const settle = 50 * time.Millisecond

func (s *server) didOpen(m *jsonrpc.Message) (any, error) {
	var p didOpenParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	path, ok := pathOf(p.TextDocument.URI)
	if !ok {
		return nil, nil
	}
	s.docs[path] = &document{p.TextDocument.URI, path, p.TextDocument.Version, []byte(p.TextDocument.Text)}
	s.schedule(path, settle)
	return nil, nil
}

// document returns an open one, or nil.
func (s *server) document(uri string) *document {
	path, ok := pathOf(uri)
	if !ok {
		return nil
	}
	return s.docs[path]
}

func (s *server) didChange(m *jsonrpc.Message) (any, error) {
	var p didChangeParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	d := s.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	for _, c := range p.Changes {
		if c.Range == nil {
			d.text = []byte(c.Text)
		} else {
			d.text = text.NewMap(d.text).Replace(*c.Range, c.Text)
		}
	}
	d.version = p.TextDocument.Version
	s.schedule(d.path, s.debounce())
	return nil, nil
}

func (s *server) didSave(m *jsonrpc.Message) (any, error) {
	var p documentParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	if path, ok := pathOf(p.TextDocument.URI); ok {
		s.changedOnDisk(path)
	}
	return nil, nil
}

func (s *server) didClose(m *jsonrpc.Message) (any, error) {
	var p documentParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	d := s.document(p.TextDocument.URI)
	if d == nil {
		return nil, nil
	}
	delete(s.docs, d.path)
	dir := filepath.Dir(d.path)
	if s.wholeRootOf(d.path) == nil && !slices.Contains(s.openDirs(s.rootOf(d.path)), dir) {
		s.clear(func(file string) bool { return filepath.Dir(file) == dir })
	}
	s.schedule(d.path, settle) // what was not saved is gone
	return nil, nil
}

// changedOnDisk runs what depends on a file again.
func (s *server) changedOnDisk(path string) {
	if filepath.Ext(path) == ".go" {
		s.schedule(path, settle)
		if r := s.wholeRootOf(path); r != nil {
			s.scheduleRoot(r, settle) // what imports it
		}
		return
	}
	s.scheduleAll(settle) // a configuration, a module: they hold for all below
}

func (s *server) didChangeWatched(m *jsonrpc.Message) (any, error) {
	var p watchedParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	for _, c := range p.Changes {
		if path, ok := pathOf(c.URI); ok && s.docs[path] == nil { // of open ones the client speaks itself
			s.changedOnDisk(path)
		}
	}
	return nil, nil
}

func (s *server) didChangeFolders(m *jsonrpc.Message) (any, error) {
	var p foldersParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	for _, f := range p.Event.Removed {
		path, ok := pathOf(f.URI)
		if !ok {
			continue
		}
		s.folders = slices.DeleteFunc(s.folders, func(f string) bool { return f == path })
		s.clear(func(file string) bool { return below(path, file) && s.docs[file] == nil })
	}
	s.addFolders(p.Event.Added)
	s.scheduleAll(settle)
	return nil, nil
}

func (s *server) addFolders(folders []workspaceFolder) {
	for _, f := range folders {
		if path, ok := pathOf(f.URI); ok && !slices.Contains(s.folders, path) {
			s.folders = append(s.folders, path)
		}
	}
}

func below(dir, file string) bool {
	rel, err := filepath.Rel(dir, file)
	return err == nil && filepath.IsLocal(rel)
}

// ours reports whether a file is Go code that its user writes.
func (s *server) ours(path string) bool {
	return filepath.Ext(path) == ".go" && !s.session.Foreign(path) && !strings.Contains(filepath.ToSlash(path), "/vendor/")
}

// openDirs are the directories of a root with open files of ours, in order.
func (s *server) openDirs(r *root) []string {
	var dirs []string
	for _, d := range s.docs {
		if s.ours(d.path) && moduleOf(filepath.Dir(d.path)) == r.key() {
			dirs = append(dirs, filepath.Dir(d.path))
		}
	}
	slices.Sort(dirs)
	return slices.Compact(dirs)
}

// unsaved are the texts that differ from those on disk, by file.
func (s *server) unsaved() map[string][]byte {
	out := map[string][]byte{}
	for _, d := range s.docs {
		if disk, err := os.ReadFile(d.path); s.ours(d.path) && (err != nil || string(disk) != string(d.text)) {
			out[d.path] = d.text
		}
	}
	return out
}
