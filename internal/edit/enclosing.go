package edit

import (
	"go/ast"
	"go/token"
	"go/types"

	"golang.org/x/tools/go/ast/astutil"
)

// Enclosing returns the file that holds a position and the nodes around it, innermost first.
func Enclosing(files []*ast.File, pos token.Pos) (*ast.File, []ast.Node) {
	for _, f := range files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			path, _ := astutil.PathEnclosingInterval(f, pos, pos)
			return f, path
		}
	}
	return nil, nil
}

// EnclosingFunc is the type of the innermost function around the first node of a
// path, and its body; nil outside of functions.
func EnclosingFunc(path []ast.Node) (*ast.FuncType, *ast.BlockStmt) {
	for _, n := range path {
		switch n := n.(type) {
		case *ast.FuncLit:
			return n.Type, n.Body
		case *ast.FuncDecl:
			return n.Type, n.Body
		}
	}
	return nil, nil
}

// Signature is the type of the innermost function around the first node of a path, nil outside of functions.
func Signature(info *types.Info, path []ast.Node) *types.Signature {
	for _, n := range path {
		switch n := n.(type) {
		case *ast.FuncLit:
			sig, _ := info.TypeOf(n).(*types.Signature)
			return sig
		case *ast.FuncDecl:
			if fn, ok := info.Defs[n.Name].(*types.Func); ok {
				return fn.Signature()
			}
			return nil
		}
	}
	return nil
}

// BeforeError are the zero values that a return says before the error that is the
// last of a function's results; ok is false if it has results and the last is no error.
func BeforeError(results *types.Tuple) (zeros string, ok bool) {
	n := results.Len()
	if n == 0 {
		return "", true
	}
	if !types.Identical(results.At(n-1).Type(), types.Universe.Lookup("error").Type()) {
		return "", false
	}
	for i := range n - 1 {
		z, ok := Zero(results.At(i).Type())
		if !ok {
			return "", false
		}
		zeros += z + ", "
	}
	return zeros, true
}

// Zero is the zero value of a type as a function can return it without naming
// types of other packages; ok is false if that needs more than a literal.
func Zero(t types.Type) (text string, ok bool) {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		switch {
		case u.Info()&types.IsBoolean != 0:
			return "false", true
		case u.Info()&types.IsNumeric != 0:
			return "0", true
		case u.Info()&types.IsString != 0:
			return `""`, true
		case u.Kind() == types.UnsafePointer:
			return "nil", true
		}
	case *types.Pointer, *types.Slice, *types.Map, *types.Chan, *types.Signature:
		return "nil", true
	case *types.Interface:
		_, isParam := types.Unalias(t).(*types.TypeParam)
		return "nil", !isParam
	}
	return "", false
}
