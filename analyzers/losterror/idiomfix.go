package losterror

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"strconv"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
)

// logging is a statement that logs the variable err at pos the way the function
// around it does, or another method of its receiver, or the file; "" if none of them logs.
func logging(in *engine.Info, path []ast.Node, pos token.Pos, what string) string {
	file, _ := path[len(path)-1].(*ast.File)
	if file == nil {
		return ""
	}
	i := &idiom{in: in, file: file, pos: pos, what: what}
	var decl *ast.FuncDecl
	for _, n := range path {
		if d, ok := n.(*ast.FuncDecl); ok {
			decl = d
		}
	}
	if decl == nil {
		return ""
	}
	if s := i.nearest(decl); s != "" {
		return s
	}
	for _, f := range in.Prog.Files {
		for _, d := range f.Decls {
			if other, ok := d.(*ast.FuncDecl); ok && other != decl && sameReceiver(decl, other) {
				if s := i.nearest(other); s != "" {
					return s
				}
			}
		}
	}
	return i.standard()
}

// mentionsLog reports whether a condition is about a logger.
func mentionsLog(e ast.Expr) (found bool) {
	ast.Inspect(e, func(n ast.Node) bool {
		id, ok := n.(*ast.Ident)
		found = found || ok && strings.Contains(strings.ToLower(id.Name), "log")
		return true
	})
	return found
}

func sameReceiver(a, b *ast.FuncDecl) bool {
	if a.Recv == nil || b.Recv == nil || len(a.Recv.List[0].Names) == 0 || len(b.Recv.List[0].Names) == 0 {
		return false
	}
	return a.Recv.List[0].Names[0].Name == b.Recv.List[0].Names[0].Name && types.ExprString(a.Recv.List[0].Type) == types.ExprString(b.Recv.List[0].Type)
}

// An idiom writes a call of a logger at a place.
type idiom struct {
	in   *engine.Info
	file *ast.File
	pos  token.Pos
	what string
}

// nearest copies the call of a logger in a function that is next to the place.
func (i *idiom) nearest(decl *ast.FuncDecl) string {
	best, found := token.Pos(0), ""
	ast.Inspect(decl, func(n ast.Node) bool {
		if test, ok := n.(*ast.IfStmt); ok && strings.Contains(types.ExprString(test.Cond), "nil") && mentionsLog(test.Cond) {
			return false // a logger that may be nil
		}
		if call, ok := n.(*ast.CallExpr); ok {
			distance := max(call.Pos()-i.pos, i.pos-call.Pos())
			if found == "" || distance < best {
				if s := i.like(call); s != "" {
					best, found = distance, s
				}
			}
		}
		return true
	})
	return found
}

// like is a statement that logs err like a call does; "" if the call is not one of a logger that is at hand.
func (i *idiom) like(call *ast.CallExpr) string {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !i.atHand(sel.X) {
		return ""
	}
	fn, ok := i.in.Prog.Info.Uses[sel.Sel].(*types.Func)
	if !ok || fn.Pkg() == nil || fn.Pkg().Path() == "fmt" || fn.Pkg().Path() == "testing" {
		return ""
	}
	find := func(names ...string) string { return i.method(sel.X, fn, names) }
	logger := types.ExprString(sel.X)
	switch styleOf(fn) {
	case printf, print:
		if m := find("Errorf", "Warnf", "Warningf", "Printf", "Logf"); m != "" {
			return fmt.Sprintf("%s.%s(%s, err)", logger, m, strconv.Quote(i.what+": %v"))
		}
	case pairs:
		if m := find("Error", "Warn"); m != "" {
			return fmt.Sprintf("%s.%s(%s, %q, err)", logger, m, strconv.Quote(i.what+" failed"), errorKey(call))
		}
	case fields:
		if m := find("Warn", "Error"); m != "" {
			for _, name := range i.in.Prog.Info.Scopes[i.file].Names() {
				if p, ok := edit.Means(i.in.Prog.Info.Scopes[i.file], i.pos, name).(*types.PkgName); ok && p.Imported().Path() == zapPath {
					return fmt.Sprintf("%s.%s(%s, %s.Error(err))", logger, m, strconv.Quote(i.what+" failed"), name)
				}
			}
		}
	}
	return ""
}

// errorKey is the key under which a call logs its error.
func errorKey(call *ast.CallExpr) string {
	for _, a := range call.Args {
		if lit, ok := a.(*ast.BasicLit); ok && lit.Value == `"error"` {
			return "error"
		}
	}
	return "err"
}

// atHand reports whether a logger, written as a chain of names and of getters of a logger, is the same at the place.
func (i *idiom) atHand(e ast.Expr) bool {
	switch e := e.(type) {
	case *ast.Ident:
		here := edit.Means(i.in.Prog.Info.Scopes[i.file], i.pos, e.Name)
		there := i.in.Prog.Info.Uses[e]
		if here == nil || there == nil {
			return false
		}
		return here == there || here.Name() == there.Name() && types.Identical(here.Type(), there.Type()) && here.Parent() != there.Parent() && isReceiver(here) && isReceiver(there)
	case *ast.SelectorExpr:
		return i.atHand(e.X)
	case *ast.CallExpr:
		sel, ok := e.Fun.(*ast.SelectorExpr)
		return ok && len(e.Args) == 0 && strings.Contains(strings.ToLower(sel.Sel.Name), "log") && i.atHand(sel.X)
	}
	return false
}

// isReceiver holds for the receivers of methods: those of two methods of a type are as good as one.
func isReceiver(obj types.Object) bool {
	v, ok := obj.(*types.Var)
	return ok && v.Kind() == types.RecvVar
}

// method is the first of the names that the logger has as a method, or as a function of the package, in fn's style of arguments.
func (i *idiom) method(logger ast.Expr, fn *types.Func, names []string) string {
	id, _ := logger.(*ast.Ident)
	var pkg *types.Package
	if id != nil {
		if p, ok := i.in.Prog.Info.Uses[id].(*types.PkgName); ok {
			pkg = p.Imported()
		}
	}
	for _, name := range names {
		var obj types.Object
		if pkg != nil {
			obj = pkg.Scope().Lookup(name)
		} else {
			obj, _, _ = types.LookupFieldOrMethod(i.in.Prog.Info.TypeOf(logger), true, i.in.Prog.Types, name)
		}
		m, ok := obj.(*types.Func)
		if !ok {
			continue
		}
		want := styleOf(fn)
		if want == print {
			want = printf
		}
		if styleOf(m) == want {
			return name
		}
	}
	return ""
}

// style says how a logger takes what it logs.
type style uint8

const (
	none   style = iota
	printf       // a format and its arguments
	print        // arguments
	pairs        // a message, then keys and values
	fields       // a message, then zap's fields
)

const zapPath = "go.uber.org/zap"

// levels are the words that name a logger's functions.
var levels = []string{"Error", "Warn", "Warning", "Info", "Debug", "Notice", "Print", "Log"}

func styleOf(fn *types.Func) style {
	sig := fn.Signature()
	if sig.Results().Len() > 0 || !sig.Variadic() {
		return none
	}
	name := fn.Name()
	known := false
	for _, l := range levels {
		known = known || strings.TrimSuffix(strings.TrimSuffix(name, "f"), "ln") == l
	}
	elem := sig.Params().At(sig.Params().Len() - 1).Type().(*types.Slice).Elem()
	iface, _ := elem.Underlying().(*types.Interface)
	switch n := sig.Params().Len(); {
	case !known:
		return none
	case n == 1 && iface != nil && iface.Empty():
		return print
	case n != 2 || !isString(sig.Params().At(0).Type()):
		return none
	case iface != nil && iface.Empty() && strings.HasSuffix(name, "f"):
		return printf
	case iface != nil && iface.Empty():
		return pairs
	}
	if named, ok := types.Unalias(elem).(*types.Named); ok && named.Obj().Pkg() != nil && named.Obj().Pkg().Path() == zapPath+"/zapcore" {
		return fields
	}
	return none
}

func isString(t types.Type) bool {
	b, ok := t.Underlying().(*types.Basic)
	return ok && b.Kind() == types.String
}

// standard logs through the standard library if the file does so anyway.
func (i *idiom) standard() string {
	scope := i.in.Prog.Info.Scopes[i.file]
	for _, name := range scope.Names() {
		p, ok := edit.Means(scope, i.pos, name).(*types.PkgName)
		if !ok {
			continue
		}
		switch p.Imported().Path() {
		case "log":
			return fmt.Sprintf("%s.Printf(%s, err)", name, strconv.Quote(i.what+": %v"))
		case "log/slog":
			return fmt.Sprintf("%s.Error(%s, \"err\", err)", name, strconv.Quote(i.what+" failed"))
		}
	}
	return ""
}
