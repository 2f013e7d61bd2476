package ctxignored

import (
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/timeouts"
)

// fixRoot puts the context at hand in place of context.Background(). Only where
// the root is written in the call itself: a variable may have other users.
func fixRoot(in *engine.Info, f timeouts.Fresh) []analysis.SuggestedFix {
	call, root := callAt(in, f.Call), callAt(in, f.Root)
	if call == nil || root == nil || root.Pos() < call.Pos() || call.End() < root.End() || !means(in, f.Hand, root.Pos()) {
		return nil
	}
	file, _ := edit.Enclosing(in.Prog.Files, root.Pos())
	edits := []analysis.TextEdit{edit.Replace(root, spell(f.Hand))}
	edits = append(edits, edit.Unimport(file, in.Prog.Info, edit.Span{Pos: root.Pos(), End: root.End()})...)
	return []analysis.SuggestedFix{{Message: "Pass " + spell(f.Hand) + " on", TextEdits: edits}}
}

// means reports whether the parameter's name is the parameter at pos.
func means(in *engine.Info, hand *ssa.Parameter, pos token.Pos) bool {
	scope := in.Prog.Types.Scope().Innermost(pos)
	if scope == nil {
		return false
	}
	_, obj := scope.LookupParent(hand.Name(), pos)
	return obj == hand.Object()
}

// fixWait lets a statement that waits end with the context. Offered only where
// what to return is plain: nothing, or the reason after zero values.
func fixWait(in *engine.Info, u timeouts.Unheeded) []analysis.SuggestedFix {
	nodes := path(in, u.Pos)
	zeros, ok := edit.BeforeError(u.Fn.Signature.Results())
	if !means(in, u.Ctx, u.Pos) || !ok {
		return nil
	}
	b := edit.Bound{Pkg: in.Prog.Types, Info: in.Prog.Info, Ctx: spell(u.Ctx), Leave: func(err string) string {
		if u.Fn.Signature.Results().Len() == 0 {
			return "return"
		}
		return "return " + zeros + err
	}}
	var fixes []analysis.SuggestedFix
	if edits, ok := b.Select(nodes); ok {
		fixes = append(fixes, analysis.SuggestedFix{Message: "Select on " + b.Ctx + ".Done() too", TextEdits: edits})
	}
	if edits, function := b.Task(nodes); function != "" {
		fixes = append(fixes, analysis.SuggestedFix{Message: "Use task." + function + " with " + b.Ctx, TextEdits: edits})
	}
	return fixes
}
