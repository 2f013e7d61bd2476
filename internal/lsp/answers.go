package lsp

import (
	"bytes"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/lsp/jsonrpc"
	"github.com/conclint/conclint/internal/lsp/text"
)

const quickFix = "quickfix"

func sortedFiles[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// at are the findings of a file that a range touches.
func (s *server) at(uri string, r text.Range) []*item {
	path, ok := pathOf(uri)
	if !ok {
		return nil
	}
	var out []*item
	for _, it := range s.shown[path] {
		if it.diagnostic.Range.Touches(r) {
			out = append(out, it)
		}
	}
	return out
}

func (s *server) hover(m *jsonrpc.Message) (any, error) {
	var p hoverParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	items := s.at(p.TextDocument.URI, text.Range{Start: p.Position, End: p.Position})
	if len(items) == 0 {
		return nil, nil
	}
	var texts []string
	for _, it := range items {
		texts = append(texts, it.markdown())
	}
	return hover{markup{"markdown", strings.Join(texts, "\n---\n\n")}, items[0].diagnostic.Range}, nil
}

func (s *server) codeAction(m *jsonrpc.Message) (any, error) {
	var p codeActionParams
	if err := m.Decode(&p); err != nil {
		return nil, err
	}
	actions := []codeAction{} // not null, which some clients do not take
	if !wanted(p.Context.Only) {
		return actions, nil
	}
	for _, it := range s.at(p.TextDocument.URI, p.Range) {
		for i, f := range it.fixes {
			if !s.holds(f) {
				continue // the next run will have it anew
			}
			actions = append(actions, codeAction{
				Title: f.title, Kind: quickFix, Diagnostics: []diagnostic{it.diagnostic},
				Preferred: i == 0, Edit: s.workspaceEdit(f),
			})
		}
	}
	return actions, nil
}

// wanted reports whether the kinds that a client asks for include quick fixes.
func wanted(only []string) bool {
	return len(only) == 0 || slices.ContainsFunc(only, func(kind string) bool { return kind == "" || kind == quickFix })
}

// holds reports whether the texts are still those that the fix is for.
func (s *server) holds(f fix) bool {
	for file, analysed := range f.texts {
		now := []byte(nil)
		if d := s.docs[file]; d != nil {
			now = d.text
		} else if disk, err := os.ReadFile(file); err == nil {
			now = disk
		}
		if !bytes.Equal(now, analysed) {
			return false
		}
	}
	return true
}

func (s *server) workspaceEdit(f fix) workspaceEdit {
	if !s.caps.Workspace.WorkspaceEdit.DocumentChanges {
		edits := map[string][]textEdit{}
		for file, es := range f.edits {
			edits[s.uri(file)] = es
		}
		return workspaceEdit{Changes: edits}
	}
	var out workspaceEdit
	for _, file := range sortedFiles(f.edits) {
		var e documentEdit
		e.TextDocument.URI, e.Edits = s.uri(file), f.edits[file]
		if d := s.docs[file]; d != nil {
			e.TextDocument.Version = &d.version
		}
		out.DocumentChanges = append(out.DocumentChanges, e)
	}
	return out
}

// uri names a file as the client does.
func (s *server) uri(file string) string {
	if d := s.docs[file]; d != nil {
		return d.uri
	}
	return uriOf(file)
}
