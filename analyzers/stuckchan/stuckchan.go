package stuckchan

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"
	"slices"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is stuckchan on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "stuckchan", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	seen := make(map[token.Pos]bool)
	found := in.Interleavings().Of(skeleton.ChanStuck)
	for i, f := range found {
		b := &f.Blocked[0]
		pos := engine.PlaceOf(b)
		if seen[pos] || b.Nil {
			continue // a nil channel that is not written as nil is mostly one filled elsewhere
		}
		seen[pos] = true
		d := report.Diagnostic{Code: "stuckchan/" + check(in, b, pos), Pos: pos, Message: message(in, f), Witness: in.Witness(f)}
		if f.Assumed() {
			d.Code = "stuckchan/assumed"
		}
		for i := 1; i < len(f.Blocked); i++ {
			o := &f.Blocked[i]
			d.Related = append(d.Related, analysis.RelatedInformation{
				Pos:     engine.PlaceOf(o),
				Message: fmt.Sprintf("%s waits here for ever as a consequence", in.Started(o, f)),
			})
		}
		for _, o := range found[i+1:] {
			// The other sends of one goroutine on one channel share cause and cure.
			if at := engine.PlaceOf(&o.Blocked[0]); !seen[at] && alike(f, o) {
				seen[at] = true
				d.Related = append(d.Related, analysis.RelatedInformation{Pos: at, Message: "so it may here"})
			}
		}
		for _, fix := range []func(*engine.Info, *skeleton.Finding) []analysis.SuggestedFix{fixes, giveUp, deferClose, closeByMaker, endWithTicker} {
			if d.Fixes == nil {
				d.Fixes = fix(in, f)
			}
		}
		r.Add(d)
	}
	for _, d := range nils(in, seen) {
		r.Add(d)
	}
	for _, d := range dropped(in, seen) {
		r.Add(d)
	}
}

// alike reports whether two findings are about one goroutine that waits for one
// channel, in two places.
func alike(f, o *skeleton.Finding) bool {
	a, b := &f.Blocked[0], &o.Blocked[0]
	return f.Root == o.Root && f.Assumed() == o.Assumed() && a.Instr.Op == b.Instr.Op && a.Spawned != 0 && a.Spawned == b.Spawned && slices.Equal(a.Sites, b.Sites)
}

func check(in *engine.Info, b *explore.Blocked, pos token.Pos) string {
	switch b.Instr.Op {
	case explore.OpSend:
		return "send"
	case explore.OpSelect:
		return "select"
	}
	if _, ok := in.Operations().Node(explore.Pos(pos)).(*ast.RangeStmt); ok {
		return "range"
	}
	return "recv"
}

func message(in *engine.Info, f *skeleton.Finding) string {
	b := &f.Blocked[0]
	who, lack := in.Started(b, f), "nobody is left to send or close"
	switch b.Instr.Op {
	case explore.OpSend:
		lack = "nobody is left to receive"
	case explore.OpSelect:
		lack = "none of its cases can come any more"
	default:
		if _, ok := in.Operations().Node(explore.Pos(engine.PlaceOf(b))).(*ast.RangeStmt); ok {
			lack = "nobody is left to close it"
		}
	}
	if b.PartnerStuck {
		lack = "the goroutine that could help waits for ever too"
		for i := 1; i < len(f.Blocked); i++ {
			lack += fmt.Sprintf(" (%s)", in.Prog.Place(engine.PlaceOf(&f.Blocked[i])))
			break
		}
	}
	if b.Stopped {
		lack = "a stopped ticker never fires, and its channel is not closed"
	}
	msg := fmt.Sprintf("%s %s and may wait for ever", who, in.What(b))
	if when := in.Decisive(f); when != "" {
		msg += " " + when
	}
	return msg + ": " + lack
}
