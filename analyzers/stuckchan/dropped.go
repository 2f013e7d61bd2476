package stuckchan

import (
	"fmt"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

// dropped reports result channels that are returned without room. The fix gives
// room for the one result: receivers see the same value, the sender just no
// longer depends on them.
func dropped(in *engine.Info, seen map[token.Pos]bool) []report.Diagnostic {
	var out []report.Diagnostic
	for _, rc := range in.Interleavings().ResultChannels() {
		pos := rc.Send.Pos()
		if seen[pos] {
			continue
		}
		o := in.Operations()
		name := o.Subject(explore.Pos(pos))
		d := report.Diagnostic{
			Code: "stuckchan/dropped", Pos: pos,
			Message: fmt.Sprintf("%s has no room for the result (made at %s) and is returned: if the caller of %s stops waiting, this send blocks for ever and the goroutine leaks",
				name, in.Prog.Place(rc.Make.Pos()), ssabuild.FuncName(rc.Fn)),
			Witness: []report.Step{
				{Goroutine: "G1", Func: ssabuild.FuncName(rc.Fn), Pos: rc.Make.Pos(), Text: "makes " + name + " without room and returns it"},
				{Goroutine: "G1", Func: "the caller", Pos: rc.Fn.Pos(), Text: "stops waiting, for a timeout or an error"},
				{Goroutine: "G2", Func: ssabuild.FuncName(rc.Send.Parent()), Pos: pos, Text: "sends on " + name + " and waits for ever"},
			},
		}
		if call, ok := o.Node(explore.Pos(rc.Make.Pos())).(*ast.CallExpr); ok && len(call.Args) == 1 {
			d.Fixes = []analysis.SuggestedFix{{
				Message:   "Give " + name + " a buffer of one",
				TextEdits: []analysis.TextEdit{{Pos: call.Rparen, End: call.Rparen, NewText: []byte(", 1")}},
			}}
		}
		out = append(out, d)
	}
	return out
}
