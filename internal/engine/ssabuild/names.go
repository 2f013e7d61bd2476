package ssabuild

import (
	"fmt"
	"go/token"
	"go/types"
	"path/filepath"
	"strings"

	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
)

// FuncName is fn as a user writes it: "serve", "(*Store).Close", "func literal in serve".
func FuncName(fn *ssa.Function) string {
	outer := Outermost(fn)
	name := declName(outer)
	switch {
	case outer == fn:
		return name
	case outer.Synthetic != "" && outer.Object() == nil:
		return "func literal of a package variable"
	case IsRangeBody(fn):
		return FuncName(fn.Parent())
	}
	return "func literal in " + name
}

func declName(fn *ssa.Function) string {
	if obj, ok := fn.Object().(*types.Func); ok {
		return ObjName(obj)
	}
	return fn.Name()
}

// ObjName is a declared function or method as a user writes it, without its package.
func ObjName(fn *types.Func) string {
	recv := fn.Signature().Recv()
	if recv == nil {
		return fn.Name()
	}
	t := types.Unalias(recv.Type())
	star := ""
	if p, ok := t.(*types.Pointer); ok {
		t, star = types.Unalias(p.Elem()), "*"
	}
	name := "?"
	if n, ok := t.(*types.Named); ok {
		name = n.Obj().Name()
	}
	if star == "" {
		return name + "." + fn.Name()
	}
	return "(" + star + name + ")." + fn.Name()
}

// Place is a position as messages show it: "file.go:12".
func (p *Program) Place(pos token.Pos) string {
	if !pos.IsValid() {
		return "?"
	}
	at := p.Fset.Position(pos)
	return fmt.Sprintf("%s:%d", filepath.Base(at.Filename), at.Line)
}

// CellPath is the path of a local variable itself, even if it is known to hold one value.
func (p *Program) CellPath(a *ssa.Alloc) *access.Path { return p.cellRoot(a) }

// IsTestFunc reports whether fn is, or lies in, a function of a _test.go file.
func (p *Program) IsTestFunc(fn *ssa.Function) bool {
	return p.InTestFile(Outermost(fn).Pos())
}

// LooksLike reports whether the function's own name contains one of the words, in any case.
func LooksLike(fn *ssa.Function, words ...string) bool {
	name := strings.ToLower(Outermost(fn).Name())
	for _, w := range words {
		if strings.Contains(name, w) {
			return true
		}
	}
	return false
}
