package edit

import (
	"go/ast"
	"go/token"
)

// cleanup are the names of functions that give back, end or announce something.
// Who leaves a function before they are called leaves others waiting.
var cleanup = map[string]bool{
	"close": true, "Close": true, "CloseWrite": true, "CloseWithError": true, "Shutdown": true, "Stop": true, "Kill": true,
	"Unlock": true, "RUnlock": true, "Done": true, "Release": true, "Signal": true, "Broadcast": true, "Set": true,
	"cancel": true, "Cancel": true, "Unsubscribe": true, "Unregister": true, "Remove": true, "RemoveAll": true, "Rollback": true,
	"Wait": true, "Join": true, "Flush": true,
}

// CleansUp reports whether the innermost function of a path has something to give
// back, to end or to await behind a position, other than in deferred calls: a return there would
// skip it. Channel operations count, for they may be signals and tokens.
func CleansUp(path []ast.Node, pos token.Pos) (found bool) {
	_, body := EnclosingFunc(path)
	if body == nil {
		return true
	}
	return CleansUpBetween(body, pos, body.End())
}

// CleansUpBetween is CleansUp for what begins between two positions of a function's body.
func CleansUpBetween(body *ast.BlockStmt, pos, end token.Pos) (found bool) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.DeferStmt:
			return false
		case *ast.ReturnStmt: // what it waits for is for its own result
			for _, e := range n.Results {
				if call, ok := e.(*ast.CallExpr); ok && n.Pos() > pos && n.Pos() < end && CalledName(call) != "Wait" {
					found = found || cleanup[CalledName(call)]
				}
			}
			return false
		case *ast.SendStmt:
			found = found || n.Pos() > pos && n.Pos() < end
		case *ast.UnaryExpr:
			found = found || n.Op == token.ARROW && n.Pos() > pos && n.Pos() < end
		case *ast.CallExpr:
			if n.Pos() > pos && n.Pos() < end {
				found = found || cleanup[CalledName(n)]
			}
		}
		return true
	})
	return found
}

// CalledName is the name by which a call names its function, without package or receiver.
func CalledName(call *ast.CallExpr) string {
	switch f := call.Fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	}
	return ""
}

// Statement reports whether the i-th node of a path is one of several statements that
// stand one after the other, and not the beginning of an if, a switch, or a loop.
func Statement(path []ast.Node, i int) bool {
	if i+1 >= len(path) {
		return false
	}
	switch parent := path[i+1].(type) {
	case *ast.BlockStmt, *ast.CaseClause, *ast.LabeledStmt:
		return true
	case *ast.CommClause:
		return parent.Comm != path[i]
	}
	return false
}
