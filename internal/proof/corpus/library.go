package corpus

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"strconv"
)

// withoutDriver returns the source of a kernel without the functions that its init registers, and without init: what a
// library would hold. Lines keep their numbers. Imports that nothing uses any more become blank.
func withoutDriver(src []byte) ([]byte, error) {
	fset := token.NewFileSet()
	file, err := parser.ParseFile(fset, "kernel.go", src, parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	at := func(p token.Pos) int { return fset.Position(p).Offset }
	drivers := registered(file)
	out := append([]byte(nil), src...)
	used := map[string]bool{}
	for _, decl := range file.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && (fn.Name.Name == "init" || drivers[fn.Name.Name]) {
			for i := at(fn.Pos()); i < at(fn.End()); i++ {
				if out[i] != '\n' {
					out[i] = ' '
				}
			}
			continue
		}
		ast.Inspect(decl, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok {
					used[x.Name] = true
				}
			}
			return true
		})
	}
	for i := len(file.Imports) - 1; i >= 0; i-- {
		imp := file.Imports[i]
		p, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return nil, err
		}
		if imp.Name == nil && !used[path.Base(p)] {
			pos := at(imp.Path.Pos())
			out = append(out[:pos:pos], append([]byte("_ "), out[pos:]...)...)
		}
	}
	return out, nil
}

// registered are the functions that a kernel's init hands to the program that runs it.
func registered(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, decl := range file.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok || fn.Recv != nil || fn.Name.Name != "init" {
			continue
		}
		ast.Inspect(fn, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok {
				for _, arg := range call.Args {
					if id, ok := arg.(*ast.Ident); ok {
						names[id.Name] = true
					}
				}
			}
			return true
		})
	}
	return names
}
