package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"strconv"

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
// after the package clause. The formatter sorts the group.
func insertImport(file *ast.File, path string) analysis.TextEdit {
	quoted := strconv.Quote(path)
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		if gen.Lparen.IsValid() {
			return insert(gen.Lparen+1, "\n\t"+quoted)
		}
		return insert(gen.Pos(), "import "+quoted+"\n")
	}
	return insert(file.Name.End(), "\n\nimport "+quoted)
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
