package lostpanic

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is lostpanic on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "lostpanic", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	if !r.Emits("lostpanic/unprotected") {
		return
	}
	for _, b := range in.Owners().Bares() {
		pos := b.Spawn.Site.Pos()
		r.Add(report.Diagnostic{
			Code: "lostpanic/unprotected",
			Pos:  pos,
			Message: fmt.Sprintf("a panic of %s in this goroutine ends the process: unlike the one started at %s it has no recover",
				b.Calls, in.Prog.Place(b.Sibling.Site.Pos())),
			Fixes: fixes(in, b),
		})
	}
}
