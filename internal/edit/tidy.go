package edit

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"strconv"

	"golang.org/x/tools/go/ast/astutil"
)

// Tidy completes the edits of a file: it is formatted if it was formatted before,
// and imports whose last use the edits took away are gone. Each fix sees to its own
// imports; only together may two of them take away the last two uses. A file that
// does not parse stays as it is.
func Tidy(before, after []byte) []byte {
	after = dropUnused(before, after)
	if was, err := format.Source(before); err != nil || !bytes.Equal(was, before) {
		return after
	}
	if now, err := format.Source(after); err == nil {
		return now
	}
	return after
}

// dropUnused removes the imports that are used before the edits and not after
// them, each with its line, or its whole declaration if it holds nothing else.
func dropUnused(before, after []byte) []byte {
	fset := token.NewFileSet()
	old, err := parser.ParseFile(fset, "", before, 0)
	if err != nil {
		return after
	}
	file, err := parser.ParseFile(fset, "", after, parser.ParseComments)
	if err != nil {
		return after
	}
	var cuts []Text
	for _, d := range file.Decls {
		gen, ok := d.(*ast.GenDecl)
		if !ok || gen.Tok != token.IMPORT {
			continue
		}
		var unused []ast.Spec
		for _, spec := range gen.Specs {
			if path, err := strconv.Unquote(spec.(*ast.ImportSpec).Path.Value); err == nil && imports(old, spec.(*ast.ImportSpec)) &&
				astutil.UsesImport(old, path) && !astutil.UsesImport(file, path) {
				unused = append(unused, spec)
			}
		}
		if len(unused) == len(gen.Specs) {
			unused = []ast.Spec{&ast.ImportSpec{Path: &ast.BasicLit{ValuePos: gen.Pos()}, EndPos: gen.End()}}
		}
		for _, spec := range unused {
			cuts = append(cuts, line(fset, after, spec.Pos(), spec.End()))
		}
	}
	out, err := Apply(after, cuts)
	if err != nil {
		return after
	}
	return out
}

// imports reports whether a file has the same import.
func imports(f *ast.File, spec *ast.ImportSpec) bool {
	for _, s := range f.Imports {
		if s.Path.Value == spec.Path.Value && (s.Name == nil) == (spec.Name == nil) && (s.Name == nil || s.Name.Name == spec.Name.Name) {
			return true
		}
	}
	return false
}

// line is the removal of the lines from pos to end, if nothing else stands on
// them but a comment; else of just what lies between.
func line(fset *token.FileSet, src []byte, pos, end token.Pos) Text {
	from, to := fset.Position(pos).Offset, fset.Position(end).Offset
	start := bytes.LastIndexByte(src[:from], '\n') + 1
	stop := len(src)
	if i := bytes.IndexByte(src[to:], '\n'); i >= 0 {
		stop = to + i + 1
	}
	lead, rest := bytes.TrimSpace(src[start:from]), bytes.TrimSpace(src[to:stop])
	if len(lead) == 0 && (len(rest) == 0 || bytes.HasPrefix(rest, []byte("//"))) {
		from, to = start, stop
	}
	return Text{Start: from, End: to}
}
