package condmisuse

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/ssabuild"
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
	for _, f := range in.Locks.UnlockedWaits() {
		pos := ssabuild.InstrPos(f.Site)
		if seen[pos] {
			continue
		}
		seen[pos] = true
		name := in.Operations().Subject(explore.Pos(pos)) // as it is written; a local variable has no name of its own
		if name == "" {
			name = f.Cond.String()
		}
		r.Add(report.Diagnostic{
			Code: "condmisuse/nolock", Pos: pos,
			Message: fmt.Sprintf("%s.Wait is called without %s, which it unlocks first; unlocking an unlocked mutex ends the process", name, f.Lock),
		})
	}
	for _, f := range in.Locks.UnlockedChanges() {
		r.Add(unlockedChange(in, f))
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

// unlockedChange reports a condition that changes between a waiter's test and its Wait.
func unlockedChange(in *engine.Info, f *locks.CondFault) report.Diagnostic {
	wait, signal := ssabuild.InstrPos(f.Wait), ssabuild.InstrPos(f.Signal)
	waiter := ssabuild.FuncName(f.Wait.Parent())
	fn := ssabuild.FuncName(f.Fn)
	d := report.Diagnostic{
		Code: "condmisuse/predicate", Pos: ssabuild.InstrPos(f.Site),
		Message: fmt.Sprintf("%s is changed without %s, under which %s tests it (%s); the wake-up at %s may come between its test and its Wait, and is lost",
			f.Field, f.Lock, waiter, in.Prog.Place(wait), in.Prog.Place(signal)),
	}
	d.Witness = []report.Step{
		{Goroutine: "G1", Func: waiter, Pos: wait, Text: "tests the condition, which does not hold yet"},
		{Goroutine: "G2", Func: fn, Pos: d.Pos, Text: "changes " + f.Field.String()},
		{Goroutine: "G2", Func: fn, Pos: signal, Text: "signals; nobody waits yet"},
		{Goroutine: "G1", Func: waiter, Pos: wait, Text: "waits for a signal that has passed"},
	}
	return d
}
