package engine

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/ast/astutil"
)

// Enclosing lists the syntax nodes around a position, innermost first; none if
// the position lies in no file of the package.
func (in *Info) Enclosing(pos token.Pos) []ast.Node {
	for _, f := range in.Prog.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			path, _ := astutil.PathEnclosingInterval(f, pos, pos)
			return path
		}
	}
	return nil
}
