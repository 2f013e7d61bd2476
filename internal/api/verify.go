package api

import (
	"errors"
	"fmt"
	"go/types"
)

// ErrNoSuchFunc is wrapped by the error of [Verify] when the package does not
// declare what the key names.
var ErrNoSuchFunc = errors.New("no such function")

// Verify checks a row against the type-checked package that its key names: the
// function exists under that very key, and the arguments of the effect have the
// types that the effect needs.
func Verify(pkg *types.Package, k Key, e Effect) error {
	fn := find(pkg, k)
	if fn == nil {
		return fmt.Errorf("%s: %w", k, ErrNoSuchFunc)
	}
	if got := KeyOf(fn); got != k {
		return fmt.Errorf("%s: %w: it is promoted from %s", k, ErrNoSuchFunc, got)
	}
	params := fn.Signature().Params()
	checks := []struct {
		what string
		arg  int
		ok   func(types.Type) bool
	}{
		{"context", e.Ctx, isContext},
		{"function", e.Func, isCallable},
		{"size", e.Arg, isSize},
	}
	for _, c := range checks {
		if c.arg == None {
			continue
		}
		if c.arg < 0 || c.arg >= params.Len() {
			return fmt.Errorf("%s: %s argument %d of %d", k, c.what, c.arg, params.Len())
		}
		if t := params.At(c.arg).Type(); !c.ok(t) {
			return fmt.Errorf("%s: argument %d is no %s but %s", k, c.arg, c.what, t)
		}
	}
	if e.Package && fn.Signature().Recv() != nil {
		return fmt.Errorf("%s: a method, yet its subject is said to be argument 0", k)
	}
	if e.Package && params.Len() == 0 {
		return fmt.Errorf("%s: has no argument 0", k)
	}
	return nil
}

// find is the function or method that k names in pkg, promoted ones included.
func find(pkg *types.Package, k Key) *types.Func {
	if k.Recv == "" {
		fn, _ := pkg.Scope().Lookup(k.Name).(*types.Func)
		return fn
	}
	tn, ok := pkg.Scope().Lookup(k.Recv).(*types.TypeName)
	if !ok {
		return nil
	}
	obj, _, _ := types.LookupFieldOrMethod(tn.Type(), true, pkg, k.Name)
	fn, _ := obj.(*types.Func)
	return fn
}

func isContext(t types.Type) bool {
	n, ok := types.Unalias(t).(*types.Named)
	return ok && n.Obj().Pkg() != nil && n.Obj().Pkg().Path() == "context" && n.Obj().Name() == "Context"
}

// isCallable accepts functions and what is called through methods: handlers, receivers of RPCs.
func isCallable(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Signature, *types.Interface:
		return true
	case *types.Slice: // variadic
		_, ok := u.Elem().Underlying().(*types.Signature)
		return ok
	}
	return false
}

// isSize accepts counts, durations, instants and requests.
func isSize(t types.Type) bool {
	switch u := t.Underlying().(type) {
	case *types.Basic:
		return u.Info()&types.IsInteger != 0
	case *types.Struct: // time.Time
		return true
	case *types.Pointer: // *http.Request
		_, ok := u.Elem().Underlying().(*types.Struct)
		return ok
	}
	return false
}
