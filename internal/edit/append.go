package edit

import (
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"
)

// Append is an insertion of a statement at the end of a block, on a line of its own,
// also where the whole block is on one line.
func Append(fset *token.FileSet, body *ast.BlockStmt, stmt string) analysis.TextEdit {
	line := func(pos token.Pos) int { return fset.PositionFor(pos, false).Line }
	if n := len(body.List); n > 0 && line(body.List[n-1].End()) == line(body.Rbrace) {
		stmt = "\n" + stmt
	}
	return insert(body.Rbrace, stmt+"\n")
}
