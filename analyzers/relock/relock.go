package relock

import (
	_ "embed"
	"fmt"
	"strings"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is relock on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "relock", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	faulty := in.Locks.Faulty()
	var found report.Folded[string]
	for _, e := range in.Locks.Events() {
		if e.Kind != locks.Relock || e.Loop || unlikely(e) || faulty[e.Held.From] {
			continue
		}
		if _, isDefer := e.Site.(*ssa.Defer); isDefer && len(e.Take.Chain) == 1 && e.Held.Site != nil {
			continue // an Unlock was meant, says unreleased
		}
		d := diagnose(in, e)
		d.Fixes = fixes(in, e)
		// Callers that share the last two steps to the second acquisition share the cause.
		if n := len(e.Take.Chain); n > 1 {
			cause := string(e.Held.Path.Class()) + " " + e.Take.Chain[n-2].At + " " + e.Take.Chain[n-1].At
			found.AddCaused(d, cause, "the same happens from here")
		} else {
			found.Add(d)
		}
	}
	found.Report(r)
}

// unlikely filters evidence through calls that were only guessed: an interface
// or a field may hold something else than the one implementation in sight.
//
// A function that would run itself through others, under the lock that it takes
// itself, would hang whenever it does: something that a condition on the way asks
// for keeps it from that, such as a token among the arguments.
func unlikely(e *locks.Event) bool {
	again := e.Take.Chain[len(e.Take.Chain)-1].Func == ssabuild.FuncName(e.Fn)
	return again && (e.Take.Weak || len(e.Take.Chain) > 2 && e.Held.Site != nil && len(e.Held.Chain) == 1)
}

func diagnose(in *engine.Info, e *locks.Event) report.Diagnostic {
	name := e.Held.Path.String()
	since := "since " + in.Prog.Place(e.Since())
	if e.Contract.IsValid() {
		since = "by the caller (" + in.Prog.Place(e.Contract) + ")"
	}
	last := e.Take.Chain[len(e.Take.Chain)-1]
	d := report.Diagnostic{Pos: ssabuild.InstrPos(e.Site), Witness: witness(in, e)}
	direct := len(e.Take.Chain) == 1
	through := ""
	if !direct {
		through = fmt.Sprintf(" by %s (%s)", last.Func, last.At)
	}
	switch {
	case e.Take.Once:
		d.Code = "relock/once"
		d.Message = fmt.Sprintf("%s.Do is entered again%s from the function that it runs (%s); sync.Once waits for itself", name, through, since)
	case e.Held.Mode == api.Read && e.Op.Mode == api.Read:
		d.Code = "relock/rlock"
		d.Message = fmt.Sprintf("%s is read-locked again%s while it is read-locked %s; if a writer waits in between, both wait for ever", name, through, since)
	case e.Held.Mode == api.Read:
		d.Code = "relock/upgrade"
		d.Message = fmt.Sprintf("%s is locked for writing%s while this goroutine holds it for reading %s; it waits for itself", name, through, since)
	default:
		d.Code = "relock/lock"
		switch {
		case direct:
		case len(e.Take.Chain) > 1 && strings.HasPrefix(e.Take.Chain[1].Func, "func literal"):
			d.Code = "relock/callback"
		default:
			d.Code = "relock/call"
		}
		d.Message = fmt.Sprintf("%s is locked again%s; it is already held %s and is not re-entrant", name, through, since)
	}
	if e.Back {
		d.Message = fmt.Sprintf("%s is locked%s while %s is held %s; if both are one object, as the reference back suggests, the goroutine waits for itself", e.Op.Path, through, name, since)
	}
	if e.Held.Site == e.Site && direct && !e.Take.Once {
		d.Message = fmt.Sprintf("%s is locked again in the next iteration while it is still held; it is not re-entrant", name)
	}
	return d
}

// witness tells the one goroutine's way to the second acquisition, and for read
// locks the writer that comes in between.
func witness(in *engine.Info, e *locks.Event) []report.Step {
	name := e.Held.Path.String()
	verb, again := "locks ", "locks "
	if e.Held.Mode == api.Read {
		verb = "read-locks "
	}
	if e.Op.Mode == api.Read {
		again = "read-locks "
	}
	var steps []report.Step
	steps = append(steps, in.Steps("G1", e.Held.Chain, verb+name)...)
	if e.Held.Mode == api.Read && e.Op.Mode == api.Read {
		steps = append(steps, report.Step{Goroutine: "G2", Func: "any writer", Pos: ssabuild.InstrPos(e.Site), Text: "waits to lock " + name + " for writing, behind G1"})
	}
	end := again + name + " again and waits for ever"
	return append(steps, in.Steps("G1", e.Take.Chain, end)...)
}
