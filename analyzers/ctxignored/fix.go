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
	return edit.Means(in.Prog.Types.Scope(), pos, hand.Name()) == hand.Object()
}

// fixWait lets a statement that waits end with the context. Offered only where
// what to return is plain: nothing, or the reason after zero values.
func fixWait(in *engine.Info, u timeouts.Unheeded) []analysis.SuggestedFix {
	b, ok := edit.BoundBy(in.Prog.Types, in.Prog.Info, spell(u.Ctx), u.Fn.Signature.Results())
	if !means(in, u.Ctx, u.Pos) || !ok {
		return nil
	}
	return b.Fixes(path(in, u.Pos))
}
