package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// Import returns the name under which a file can use a package at pos, and the
// edits that import it if it is not imported yet. ok is false if that name means
// something else at pos. scope is the file's package scope tree, info.Scopes[file].
func Import(file *ast.File, scope *types.Scope, pos token.Pos, path string) (name string, edits []analysis.TextEdit, ok bool) {
	for _, spec := range file.Imports {
		p, err := strconv.Unquote(spec.Path.Value)
		if err != nil || p != path || spec.Name != nil && (spec.Name.Name == "_" || spec.Name.Name == ".") {
			continue
		}
		name = base(path)
		if spec.Name != nil {
			name = spec.Name.Name
		}
		pkg, isPkg := lookup(scope, pos, name).(*types.PkgName)
		return name, nil, isPkg && pkg.Imported().Path() == path
	}
	name = base(path)
	if lookup(scope, pos, name) != nil {
		return "", nil, false
	}
	return name, []analysis.TextEdit{insertImport(file, path)}, true
}

func lookup(scope *types.Scope, pos token.Pos, name string) types.Object {
	if scope == nil {
		return nil
	}
	inner := scope.Innermost(pos)
	if inner == nil {
		inner = scope
	}
	_, obj := inner.LookupParent(name, pos)
	return obj
}

func base(path string) string {
	for i := len(path) - 1; i >= 0; i-- {
		if path[i] == '/' {
			return path[i+1:]
		}
	}
	return path
}

// insertImport adds an import to the first import declaration, or a declaration
// after the package clause. Packages of modules go to the group of their kind; the
// formatter sorts it.
func insertImport(file *ast.File, path string) analysis.TextEdit {
	quoted := strconv.Quote(path)
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		switch {
		case !gen.Lparen.IsValid():
			return insert(gen.Pos(), "import "+quoted+"\n")
		case !ofModule(path) || len(gen.Specs) == 0:
			return insert(gen.Lparen+1, "\n\t"+quoted)
		}
		for _, s := range gen.Specs {
			if spec := s.(*ast.ImportSpec); ofModule(strings.Trim(spec.Path.Value, "\"`")) && spec.Doc == nil {
				return insert(spec.Pos(), quoted+"\n\t")
			}
		}
		return insert(gen.Rparen, "\n\t"+quoted+"\n")
	}
	return insert(file.Name.End(), "\n\nimport "+quoted)
}

// A Span is the source between two positions.
type Span struct{ Pos, End token.Pos }

// Unimport removes the imports of a file whose uses all lie in what a fix cuts away.
func Unimport(file *ast.File, info *types.Info, cuts ...Span) []analysis.TextEdit {
	inside := map[types.Object]bool{}
	outside := map[types.Object]bool{}
	for id, obj := range info.Uses {
		if _, ok := obj.(*types.PkgName); !ok || id.Pos() < file.FileStart || file.FileEnd < id.Pos() {
			continue
		}
		where := outside
		for _, c := range cuts {
			if c.Pos <= id.Pos() && id.End() <= c.End {
				where = inside
			}
		}
		where[obj] = true
	}
	var edits []analysis.TextEdit
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		for _, s := range gen.Specs {
			if obj := info.PkgNameOf(s.(*ast.ImportSpec)); obj == nil || !inside[obj] || outside[obj] {
				continue
			}
			if len(gen.Specs) == 1 {
				edits = append(edits, Cut(gen.Pos(), gen.End()))
			} else {
				edits = append(edits, Cut(s.Pos(), s.End()))
			}
		}
	}
	return edits
}

// ofModule reports whether a path belongs to a module: the standard library has no dot in its first element.
func ofModule(path string) bool {
	first, _, _ := strings.Cut(path, "/")
	return strings.Contains(first, ".")
}

func insert(pos token.Pos, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: pos, End: pos, NewText: []byte(text)}
}

// Insert is an insertion at pos.
func Insert(pos token.Pos, text string) analysis.TextEdit { return insert(pos, text) }

// Cut is the removal of what lies between two positions.
func Cut(pos, end token.Pos) analysis.TextEdit { return analysis.TextEdit{Pos: pos, End: end} }

// Replace is the replacement of a node.
func Replace(n ast.Node, text string) analysis.TextEdit {
	return analysis.TextEdit{Pos: n.Pos(), End: n.End(), NewText: []byte(text)}
}
