package access

import (
	"go/types"
	"strings"
)

// FieldClass is the class of field f selected from a value of type t, whose own
// location has class holder. Named types give "pkg.Type.field", by their generic
// origin; a field of an anonymous struct extends the holder's class.
func FieldClass(t types.Type, f *types.Var, holder Class) Class {
	if n := NamedOf(t); n != nil {
		return TypeClass(n) + Class("."+f.Name())
	}
	if holder != "" {
		return holder + Class("."+f.Name())
	}
	return ""
}

// Name is the last name in the class: of the field or variable.
func (c Class) Name() string { return string(c[strings.LastIndexByte(string(c), '.')+1:]) }

// TypeClass is "pkgpath.Type" of a named type, by its generic origin.
func TypeClass(n *types.Named) Class {
	o := n.Origin().Obj()
	if o.Pkg() == nil {
		return Class(o.Name())
	}
	return Class(o.Pkg().Path() + "." + o.Name())
}

// GlobalKey is the stable key of a package-level variable.
func GlobalKey(v types.Object) string {
	if v.Pkg() == nil {
		return v.Name()
	}
	return v.Pkg().Path() + "." + v.Name()
}

// NamedOf is the named type behind t, looking through one pointer and aliases; nil if there is none.
func NamedOf(t types.Type) *types.Named {
	t = types.Unalias(t)
	if p, ok := t.(*types.Pointer); ok {
		t = types.Unalias(p.Elem())
	}
	n, _ := t.(*types.Named)
	return n
}

// ElemClass is the class of an element of a container of the given class.
func ElemClass(container Class) Class {
	if container == "" {
		return ""
	}
	return container + Elem
}
