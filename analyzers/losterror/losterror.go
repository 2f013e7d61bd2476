package losterror

import (
	_ "embed"
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/errs"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is losterror on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "losterror", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, l := range in.Errs().Losses() {
		r.Add(diagnose(in, l))
	}
}

// codes are the checks of the kinds of losses.
var codes = map[errs.Kind]string{
	errs.Started:     "losterror/go",
	errs.Sole:        "losterror/go",
	errs.Unread:      "losterror/unread",
	errs.WaitDropped: "losterror/wait",
	errs.Callback:    "losterror/wait",
	errs.NoWait:      "losterror/nowait",
	errs.NoWaitPath:  "losterror/nowait",
	errs.Undrained:   "losterror/drain",
	errs.FewSlots:    "losterror/slots",
	errs.Raced:       "losterror/raced",
	errs.OuterCtx:    "losterror/outerctx",
	errs.Dropped:     "losterror/future",
	errs.Blank:       "losterror/blank",
	errs.Forgotten:   "losterror/forgotten",
}

func diagnose(in *engine.Info, l *errs.Loss) report.Diagnostic {
	d := report.Diagnostic{Code: codes[l.Kind], Pos: l.Pos, End: l.End, Message: message(in, l), Fixes: fixes(in, l)}
	d.Witness = witness(in, l)
	return d
}

func message(in *engine.Info, l *errs.Loss) string {
	at := in.Prog.Place(l.At)
	switch l.Kind {
	case errs.Started:
		return fmt.Sprintf("the error of %s is lost: nothing receives the results of a function started with go", l.Name)
	case errs.Sole:
		return fmt.Sprintf("the error of %s is lost: it is all that this goroutine does, and %s", l.Name, unaware(l, at))
	case errs.Unread:
		if l.Join == "" {
			return fmt.Sprintf("%s is assigned here and never read again, so the error is lost", l.Name)
		}
		return fmt.Sprintf("%s is assigned here and never read again: after %s (%s) nobody looks at it, so the error is lost", l.Name, l.Join, at)
	case errs.WaitDropped:
		return fmt.Sprintf("the error of %s is ignored, and with it that of the functions started at %s", l.Name, at)
	case errs.Callback:
		return fmt.Sprintf("the error of %s is returned from a callback, and %s (%s), which returns it, is called for nothing: its own error is ignored", l.Name, l.Other, at)
	case errs.NoWait:
		return fmt.Sprintf("nobody calls %s: the error of this function is lost", l.Name)
	case errs.NoWaitPath:
		return fmt.Sprintf("%s returns without %s: the error of this function is lost on that path", at, l.Name)
	case errs.Undrained:
		return fmt.Sprintf("errors sent on %s are lost: nothing receives from it", l.Name)
	case errs.FewSlots:
		return fmt.Sprintf("%s has %s and is received from once, but one goroutine per element of %s sends on it: the others block for ever and their errors are lost", l.Name, slots(l.Count), l.Size)
	case errs.Raced:
		return fmt.Sprintf("when %s is closed, an error may be waiting in %s (sent at %s); select takes either case, so the error is lost", l.Other, l.Name, at)
	case errs.OuterCtx:
		return fmt.Sprintf("%s is not the context of %s: this function goes on after another one has failed (%s, %s, would be cancelled)", l.Join, l.Name, l.Other, at)
	case errs.Dropped:
		return "the future is dropped, and with it the error of the task: nothing awaits it"
	case errs.Blank:
		return fmt.Sprintf("the error of %s is discarded in a goroutine: nobody else can see it", l.Name)
	}
	return fmt.Sprintf("the goroutine leaves when %s fails (%s) and tells nobody", l.Name, at)
}

// unaware says who cannot know of the error.
func unaware(l *errs.Loss, at string) string {
	if l.Join == "" {
		return "nobody else can see it"
	}
	return fmt.Sprintf("%s (%s) cannot tell whether it succeeded", l.Join, at)
}

func slots(n int) string {
	if n == 1 {
		return "1 slot"
	}
	return fmt.Sprintf("%d slots", n)
}

// witness tells the way of the error where more than one goroutine takes part in it.
func witness(in *engine.Info, l *errs.Loss) []report.Step {
	if l.Spawn == nil || l.Kind == errs.Started || l.Kind == errs.Dropped {
		return nil
	}
	fn := ssabuild.FuncName(l.Spawn.Fn)
	steps := []report.Step{
		{Goroutine: "G1", Func: fn, Pos: l.Spawn.Site.Pos(), Text: "starts G2"},
		{Goroutine: "G2", Func: ssabuild.FuncName(l.Fn), Pos: l.Pos, Text: "fails; the error stays here"},
	}
	if l.Join != "" && l.At.IsValid() {
		steps = append(steps, report.Step{Goroutine: "G1", Func: fn, Pos: l.At, Text: "goes on after " + l.Join + " as if G2 had succeeded"})
	}
	return steps
}
