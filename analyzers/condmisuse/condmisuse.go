package condmisuse

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is condmisuse on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "condmisuse", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	seen := make(map[token.Pos]bool)
	for _, f := range in.Interleavings().Of(skeleton.Cond) {
		b := &f.Blocked[0]
		pos := engine.PlaceOf(b)
		if seen[pos] || f.Assumed() {
			continue
		}
		seen[pos] = true
		name := in.Operations().Subject(explore.Pos(pos))
		if name == "" {
			name = "the condition variable"
		}
		when := in.Decisive(f)
		if when != "" {
			when = " " + when
		}
		r.Add(report.Diagnostic{
			Code: "condmisuse/nosignal", Pos: pos, Witness: in.Witness(f),
			Message: fmt.Sprintf("%s may wait on %s for ever%s: nobody is left to signal", in.Started(b, f), name, when),
		})
	}
	for _, call := range in.Interleavings().LoneWaits() {
		pos := call.Pos()
		if seen[pos] {
			continue
		}
		seen[pos] = true
		name := in.Operations().Subject(explore.Pos(pos))
		r.Add(report.Diagnostic{
			Code: "condmisuse/noloop", Pos: pos,
			Message: fmt.Sprintf("%s.Wait is not in a loop: after it returns the condition may be false again, and a signal sent before it is lost", name),
		})
	}
}
