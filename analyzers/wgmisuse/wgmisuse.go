package wgmisuse

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
	"github.com/conclint/conclint/internal/engine/skeleton"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/explore"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is wgmisuse on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "wgmisuse", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	seen := make(map[token.Pos]bool)
	for _, f := range in.Interleavings().Of(skeleton.WaitGroup) {
		b := &f.Blocked[0]
		pos := engine.PlaceOf(b)
		if seen[pos] {
			continue
		}
		seen[pos] = true
		d := report.Diagnostic{Pos: pos, Witness: in.Witness(f)}
		name := in.Operations().Subject(explore.Pos(pos))
		if name == "" {
			name = "the wait group"
		}
		who := in.Started(b, f)
		when := in.Decisive(f)
		if when != "" {
			when = " " + when
		}
		switch f.Kind {
		case explore.NegativeCounter:
			d.Code = "wgmisuse/negative"
			d.Message = fmt.Sprintf("%s may bring %s below zero here%s, which panics", who, name, when)
		case explore.AddRacesWait:
			wait := in.Prog.Place(engine.PlaceOf(&f.Blocked[1]))
			d.Code = "wgmisuse/addafterwait"
			d.Message = fmt.Sprintf("%s adds to %s while Wait (%s) may already have seen zero and returned", who, name, wait)
			if b.Gor != 0 {
				d.Code = "wgmisuse/addinside"
				d.Message = fmt.Sprintf("%s adds to %s itself, so Wait (%s) may return before it is counted", who, name, wait)
			}
		default:
			d.Code, d.Message = stuck(in, f, who, name, when)
		}
		if f.Assumed() {
			d.Code = "wgmisuse/assumed"
		}
		d.Fixes = fixes(in, f, d.Code)
		r.Add(d)
	}
	for _, sk := range in.Owners().SkippedDones() {
		if pos := sk.Done.Pos(); !seen[pos] {
			seen[pos] = true
			r.Add(skipped(in, sk))
		}
	}
	for _, v := range in.Interleavings().CopiedGroups() {
		r.Add(report.Diagnostic{
			Code: "wgmisuse/copied", Pos: v.Pos(),
			Message: fmt.Sprintf("%s is a copy of the caller's wait group: Done here does not end the caller's Wait; pass a pointer", v.Name()),
		})
	}
}

// skipped words a Done that a recovered panic skips.
func skipped(in *engine.Info, sk owners.SkippedDone) report.Diagnostic {
	helper := in.Prog.Place(sk.Spawn.Site.Pos())
	fn := ssabuild.FuncName(sk.Done.Parent())
	return report.Diagnostic{
		Code: "wgmisuse/notdeferred", Pos: sk.Done.Pos(),
		Message: fmt.Sprintf("%s.Done is skipped if the call at %s panics: whoever runs this goroutine (%s) recovers, and %s.Wait waits for ever",
			sk.Name, in.Prog.Place(sk.Calls.Pos()), helper, sk.Name),
		Witness: []report.Step{
			{Goroutine: "G1", Func: ssabuild.FuncName(sk.Spawn.Fn), Pos: sk.Spawn.Site.Pos(), Text: "starts G2, whose panics are recovered"},
			{Goroutine: "G2", Func: fn, Pos: sk.Calls.Pos(), Text: "panics, is recovered, and ends"},
			{Goroutine: "G1", Func: ssabuild.FuncName(sk.Spawn.Fn), Pos: sk.Spawn.Site.Pos(), Text: "waits for " + sk.Name + " for ever"},
		},
		Fixes: deferHere(in, sk),
	}
}

// stuck words a Wait that never returns.
func stuck(in *engine.Info, f *skeleton.Finding, who, name, when string) (code, msg string) {
	switch {
	case f.Blocked[0].Gor != 0 && len(f.Blocked) > 1 && f.Blocked[1].Instr.Op == explore.OpWait:
		return "wgmisuse/selfwait", fmt.Sprintf("%s waits for %s, which counts it: its own Done can never run", who, name)
	case f.Evidence&explore.EvPanics != 0:
		return "wgmisuse/notdeferred", fmt.Sprintf("%s waits for %s for ever if a callback panics: the panic is recovered, but Done is skipped", who, name)
	}
	return "wgmisuse/missingdone", fmt.Sprintf("%s may wait for %s for ever%s: nobody is left to call Done", who, name, when)
}
