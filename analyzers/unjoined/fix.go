package unjoined

import (
	"go/ast"
	"go/token"
	"go/types"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
)

// fixes make a function wait for its goroutine on every path. They are offered
// only for goroutines that certainly end by themselves, or that the function waits
// for further down without having done anything more for them: waiting for one that needs
// something that its starter does later would block for ever.
func fixes(in *engine.Info, o *owners.Orphan) []analysis.SuggestedFix {
	if o.Class != "" || o.Kind > owners.NeverAwaited || !in.Owners().EndsByItself(o.Spawn) && !awaitedAlike(in, o) {
		return nil
	}
	if o.Kind == owners.PathLeaves {
		return waitBefore(in, o)
	}
	return deferWait(in, o)
}

// awaitedAlike reports whether the path that leaves could wait as well as the one
// that does wait: nothing is sent, closed, cancelled or unlocked between the return and
// the wait. What the goroutine needs to end it then has at the return already.
func awaitedAlike(in *engine.Info, o *owners.Orphan) bool {
	wait := waitText(o)
	if o.Kind != owners.PathLeaves || wait == "" {
		return false
	}
	_, path := edit.Enclosing(in.Prog.Files, o.Pos)
	_, body := edit.EnclosingFunc(path)
	leaves := ssabuild.InstrPos(o.Leaves)
	if body == nil || leaves < body.Pos() || body.End() < leaves {
		return false
	}
	wait = strings.TrimSuffix(wait, "()")
	var at token.Pos
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.FuncLit, *ast.DeferStmt:
			return false
		case *ast.CallExpr:
			if !at.IsValid() && n.Pos() > leaves && types.ExprString(n.Fun) == wait {
				at = n.Pos()
			}
		case *ast.UnaryExpr:
			if !at.IsValid() && n.Pos() > leaves && types.ExprString(n) == wait {
				at = n.Pos()
			}
		}
		return true
	})
	return at.IsValid() && !edit.CleansUpBetween(body, leaves, at)
}

// waitText is the statement that waits for the goroutine's signal, "" if it would throw a result away.
func waitText(o *owners.Orphan) string {
	switch o.Signal {
	case model.SignalDone:
		return o.Name + ".Wait()"
	case model.SignalClose:
		return "<-" + o.Name
	}
	return ""
}

// waitBefore waits before the return that leaves. The results are evaluated after
// the goroutine has ended instead of beside it; nothing else changes.
func waitBefore(in *engine.Info, o *owners.Orphan) []analysis.SuggestedFix {
	file, path := edit.Enclosing(in.Prog.Files, ssabuild.InstrPos(o.Leaves))
	text := waitText(o)
	if file == nil || text == "" {
		return nil
	}
	for _, n := range path {
		switch n := n.(type) {
		case *ast.ReturnStmt:
			if !visible(in, file, o, n) {
				return nil
			}
			return []analysis.SuggestedFix{{Message: "Wait for the goroutine before returning", TextEdits: []analysis.TextEdit{edit.Insert(n.Pos(), text+"\n")}}}
		case *ast.FuncLit, *ast.FuncDecl:
			return nil // the end of the function, which has no statement
		}
	}
	return nil
}

// visible reports whether the signal's name means the same at the return as at the start.
func visible(in *engine.Info, file *ast.File, o *owners.Orphan, ret ast.Node) bool {
	scope := in.Prog.Info.Scopes[file]
	obj := edit.Means(scope, ret.Pos(), o.Name)
	return obj != nil && obj == edit.Means(scope, o.Pos, o.Name)
}

// deferWait makes the function wait when it returns, right after the declaration
// of the wait group. Wait returns at once where nothing was started.
func deferWait(in *engine.Info, o *owners.Orphan) []analysis.SuggestedFix {
	if o.Signal != model.SignalDone {
		return nil
	}
	file, _ := edit.Enclosing(in.Prog.Files, o.Pos)
	if file == nil {
		return nil
	}
	obj := edit.Means(in.Prog.Info.Scopes[file], o.Pos, o.Name)
	if obj == nil {
		return nil
	}
	_, path := edit.Enclosing(in.Prog.Files, obj.Pos())
	_, body := edit.EnclosingFunc(path)
	if body == nil {
		return nil
	}
	for _, stmt := range body.List {
		switch stmt.(type) {
		case *ast.DeclStmt, *ast.AssignStmt:
			if stmt.Pos() <= obj.Pos() && obj.Pos() < stmt.End() {
				return []analysis.SuggestedFix{{Message: "Wait when the function returns", TextEdits: []analysis.TextEdit{edit.Insert(stmt.End(), "\ndefer "+o.Name+".Wait()")}}}
			}
		}
	}
	return nil // declared in a loop or branch
}
