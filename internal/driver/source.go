package driver

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// sources reads source files once each; changed texts stand for those on disk.
type sources struct {
	files   map[string]*sourceFile
	changed map[string][]byte
}

type sourceFile struct {
	data  []byte
	lines [][]byte // without line ends
	decls []declLines
	read  bool // decls is filled
}

// declLines is the extent of a top-level declaration.
type declLines struct {
	from, to int
	name     string
}

func newSources(changed map[string][]byte) *sources {
	return &sources{files: map[string]*sourceFile{}, changed: changed}
}

// file returns an empty file for one that cannot be read.
func (s *sources) file(name string) *sourceFile {
	f := s.files[name]
	if f == nil {
		f = &sourceFile{}
		if data, ok := s.changed[name]; ok {
			f.data = data
		} else if data, err := os.ReadFile(name); err == nil {
			f.data = data
		}
		for line := range bytes.Lines(f.data) {
			f.lines = append(f.lines, bytes.TrimRight(line, "\r\n"))
		}
		s.files[name] = f
	}
	return f
}

// line returns a line, counted from 1, and false if there is none.
func (s *sources) line(name string, n int) (string, bool) {
	f := s.file(name)
	if n < 1 || n > len(f.lines) {
		return "", false
	}
	return string(f.lines[n-1]), true
}

// runeColumn turns a byte column into one of Unicode code points.
func (s *sources) runeColumn(p Position) int {
	line, ok := s.line(p.File, p.Line)
	if !ok || p.Col < 1 || p.Col-1 > len(line) {
		return max(p.Col, 1)
	}
	return utf8.RuneCountInString(line[:p.Col-1]) + 1
}

// position turns a byte offset into a position.
func (s *sources) position(name string, offset int) Position {
	data := s.file(name).data
	offset = min(max(offset, 0), len(data))
	before := data[:offset]
	return Position{name, bytes.Count(before, []byte("\n")) + 1, offset - bytes.LastIndexByte(before, '\n')}
}

// enclosing names the top-level declaration around a position: "f", "T.m",
// the names of a var or type declaration; empty outside of any.
func (s *sources) enclosing(p Position) string {
	f := s.file(p.File)
	if !f.read {
		f.read = true
		f.decls = declarations(f.data)
	}
	for _, d := range f.decls {
		if d.from <= p.Line && p.Line <= d.to {
			return d.name
		}
	}
	return ""
}

func declarations(src []byte) []declLines {
	fset := token.NewFileSet()
	file, _ := parser.ParseFile(fset, "", src, parser.SkipObjectResolution) // what parses is enough
	if file == nil {
		return nil
	}
	var out []declLines
	for _, d := range file.Decls {
		// The positions of this file are its own: //line comments do not count here.
		from, to := fset.PositionFor(d.Pos(), false).Line, fset.PositionFor(d.End(), false).Line
		if name := declName(d); name != "" {
			out = append(out, declLines{from, to, name})
		}
	}
	return out
}

func declName(d ast.Decl) string {
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Recv != nil && len(d.Recv.List) == 1 {
			return receiverName(d.Recv.List[0].Type) + "." + d.Name.Name
		}
		return d.Name.Name
	case *ast.GenDecl:
		var names []string
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names = append(names, spec.Name.Name)
			case *ast.ValueSpec:
				for _, n := range spec.Names {
					names = append(names, n.Name)
				}
			}
		}
		return strings.Join(names, ",")
	}
	return ""
}

func receiverName(t ast.Expr) string {
	switch t := t.(type) {
	case *ast.StarExpr:
		return receiverName(t.X)
	case *ast.IndexExpr:
		return receiverName(t.X)
	case *ast.IndexListExpr:
		return receiverName(t.X)
	case *ast.ParenExpr:
		return receiverName(t.X)
	case *ast.Ident:
		return t.Name
	}
	return ""
}

// display is a file's name as a reader at dir wants it: relative if the file
// lies below dir, else as it is.
func display(dir, file string) string {
	if rel, err := filepath.Rel(dir, file); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return file
}
