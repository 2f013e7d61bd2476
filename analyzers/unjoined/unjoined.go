package unjoined

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is unjoined on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "unjoined", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, o := range in.Owners().Orphans() {
		d := report.Diagnostic{Code: codes[o.Kind], Pos: o.Pos, End: o.End, Message: message(in, o), Witness: witness(in, o), Fixes: fixes(in, o)}
		if d.Fixes == nil {
			d.Fixes = joined(in, o)
		}
		r.Add(d)
	}
}

var codes = map[owners.Kind]string{
	owners.PathLeaves:   "unjoined/signal",
	owners.NeverAwaited: "unjoined/signal",
	owners.TestLeaves:   "unjoined/test",
	owners.MainLeaves:   "unjoined/main",
	owners.Unowned:      "unjoined/writes",
}

func message(in *engine.Info, o *owners.Orphan) string {
	switch o.Kind {
	case owners.PathLeaves:
		at := in.Prog.Place(ssabuild.InstrPos(o.Leaves))
		if o.Signal == model.SignalDone {
			return fmt.Sprintf("%s returns without waiting for this goroutine: %s counts it, but %s.Wait is not reached on that path", at, o.Name, o.Name)
		}
		return fmt.Sprintf("%s returns without waiting for this goroutine: it says on %s when it has ended, and what it writes may be cut short or come too late", at, o.Name)
	case owners.NeverAwaited:
		if o.Signal == model.SignalDone {
			waiter := o.Name
			if o.Class != "" {
				waiter = o.Class
			}
			return fmt.Sprintf("%s counts this goroutine, and nobody calls %s.Wait", o.Name, waiter)
		}
		return fmt.Sprintf("this goroutine closes %s when it has ended, and nobody receives from it", o.Name)
	case owners.TestLeaves:
		return "the test may return before this goroutine has reported: nothing waits for it"
	case owners.Unowned:
		return "nothing can wait for this goroutine, and it writes: what it does may be cut short by the end of the program"
	}
	return "main may return before this goroutine has done its work: nothing waits for it, and the program ends"
}

// witness tells how the starter leaves while the goroutine works.
func witness(in *engine.Info, o *owners.Orphan) []report.Step {
	if o.Kind != owners.PathLeaves {
		return nil
	}
	fn := ssabuild.FuncName(o.Spawn.Fn)
	return []report.Step{
		{Goroutine: "G1", Func: fn, Pos: o.Spawn.Site.Pos(), Text: "starts G2"},
		{Goroutine: "G1", Func: fn, Pos: ssabuild.InstrPos(o.Leaves), Text: "returns"},
		{Goroutine: "G2", Func: goroutineOf(o), Pos: o.Spawn.Site.Pos(), Text: "is still at work"},
	}
}

func goroutineOf(o *owners.Orphan) string {
	for _, t := range o.Spawn.Targets {
		if t.Fn != nil {
			return ssabuild.FuncName(t.Fn)
		}
	}
	return "the goroutine"
}
