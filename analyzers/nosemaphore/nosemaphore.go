package nosemaphore

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/bounds"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is nosemaphore on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "nosemaphore", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, f := range in.Bounds().Fanouts() {
		r.Add(report.Diagnostic{Code: code(f.Kind), Pos: f.Pos, End: f.End, Message: message(in, f), Fixes: fixes(in, f)})
	}
}

func code(k bounds.Kind) string {
	switch k {
	case bounds.PerElement, bounds.FollowsSize:
		return "nosemaphore/perelement"
	case bounds.PerMessage:
		return "nosemaphore/permessage"
	case bounds.Configured:
		return "nosemaphore/configured"
	}
	return "nosemaphore/size"
}

func message(in *engine.Info, f *bounds.Fanout) string {
	switch f.Kind {
	case bounds.FollowsSize:
		return fmt.Sprintf("the limit follows the size of %s: it limits nothing", f.Source)
	case bounds.ZeroLimit:
		return fmt.Sprintf("a limit of 0 lets no goroutine run: %s.Go blocks for ever", f.Group)
	case bounds.BadOption:
		return fmt.Sprintf("task.Limit(%d) panics: a limit must be at least 1", f.Count)
	case bounds.NoUnits:
		return fmt.Sprintf("a semaphore of %d units can never be acquired", f.Count)
	case bounds.TooMany:
		return fmt.Sprintf("%d units are asked of a semaphore that has %d (%s): Acquire waits until ctx ends", f.Count, f.Have, in.Prog.Place(f.At))
	case bounds.NoTokens:
		return fmt.Sprintf("a semaphore channel of capacity 0 admits nobody: the send waits for the goroutine that is started after it (%s)", in.Prog.Place(f.At))
	}
	return fmt.Sprintf("one goroutine per %s %s%s, with no limit%s", f.Unit, source(f), helper(in, f), group(f))
}

func source(f *bounds.Fanout) string {
	if f.Kind == bounds.PerMessage {
		return f.Source
	}
	return "of " + f.Source
}

func helper(in *engine.Info, f *bounds.Fanout) string {
	switch {
	case f.Helper == "":
		return ""
	case f.At.IsValid():
		return fmt.Sprintf(" (started by %s, %s)", f.Helper, in.Prog.Place(f.At))
	}
	return fmt.Sprintf(" (started by %s, %s)", f.Helper, f.Place)
}

func group(f *bounds.Fanout) string {
	switch {
	case f.Group == "":
		return ""
	case f.Task:
		return fmt.Sprintf(": %s has no Limit", f.Group)
	}
	return fmt.Sprintf(": %s has no SetLimit", f.Group)
}
