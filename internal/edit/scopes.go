package edit

import (
	"go/ast"
	"go/token"
	"go/types"
	"go/version"
)

// Means is what a name stands for at pos, nil if nothing. scope is the file's.
func Means(scope *types.Scope, pos token.Pos, name string) types.Object {
	return lookup(scope, pos, name)
}

// Commented reports whether a comment stands between two positions, which a
// replacement of what lies there would lose.
func Commented(file *ast.File, pos, end token.Pos) bool {
	for _, g := range file.Comments {
		if pos < g.End() && g.Pos() < end {
			return true
		}
	}
	return false
}

// TypeName is how a file names a type at pos without further imports; ok is false
// if it cannot. pkg is the file's package, scope the file's scope.
func TypeName(pkg *types.Package, scope *types.Scope, pos token.Pos, t types.Type) (name string, ok bool) {
	ok = true
	name = types.TypeString(t, func(p *types.Package) string {
		if p == pkg {
			return ""
		}
		for _, n := range scope.Names() {
			if imported, isPkg := scope.Lookup(n).(*types.PkgName); isPkg && imported.Imported() == p && lookup(scope, pos, n) == types.Object(imported) {
				return n
			}
		}
		ok = false
		return p.Name()
	})
	return name, ok && sayable(pkg, scope, pos, t)
}

// sayable reports whether a type is made of names that are visible and mean what they say: no local types out of
// scope, no parameters, no unexported names of others.
func sayable(pkg *types.Package, scope *types.Scope, pos token.Pos, t types.Type) bool {
	switch t := t.(type) {
	case *types.Basic:
		return lookup(scope, pos, t.Name()) == types.Universe.Lookup(t.Name())
	case *types.Named, *types.Alias:
		obj := t.(interface{ Obj() *types.TypeName }).Obj()
		if n, ok := t.(*types.Named); ok && n.TypeArgs().Len() > 0 {
			return false
		}
		if obj.Pkg() != nil && obj.Pkg() != pkg {
			return obj.Exported()
		}
		return lookup(scope, pos, obj.Name()) == types.Object(obj)
	case *types.Pointer:
		return sayable(pkg, scope, pos, t.Elem())
	case *types.Slice:
		return sayable(pkg, scope, pos, t.Elem())
	case *types.Chan:
		return sayable(pkg, scope, pos, t.Elem())
	case *types.Map:
		return sayable(pkg, scope, pos, t.Key()) && sayable(pkg, scope, pos, t.Elem())
	}
	return false
}

// SetOnce reports whether a local variable gets a value where it is declared, and
// nowhere else: it is never assigned to again, and its address is not taken. Below
// go1.22 the variables of a loop get a value with each iteration.
func SetOnce(info *types.Info, files []*ast.File, v *types.Var) bool {
	file, path := Enclosing(files, v.Pos())
	if file == nil {
		return false
	}
	var around ast.Node = file
	for _, n := range path {
		if d, ok := n.(*ast.FuncDecl); ok {
			around = d
		}
	}
	once := true
	shared := version.Compare(info.FileVersions[file], "go1.22") < 0
	declares := func(e ast.Expr) bool {
		id, ok := e.(*ast.Ident)
		return ok && info.Defs[id] == types.Object(v)
	}
	is := func(e ast.Expr) bool {
		id, ok := ast.Unparen(e).(*ast.Ident)
		return ok && info.Uses[id] == types.Object(v)
	}
	ast.Inspect(around, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, l := range n.Lhs {
				once = once && !is(l)
			}
		case *ast.IncDecStmt:
			once = once && !is(n.X)
		case *ast.RangeStmt:
			once = once && (n.Key == nil || !is(n.Key)) && (n.Value == nil || !is(n.Value))
			once = once && (!shared || !declares(n.Key) && !declares(n.Value))
		case *ast.UnaryExpr:
			once = once && (n.Op != token.AND || !is(n.X))
		}
		return once
	})
	return once
}
