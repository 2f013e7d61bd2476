package heldwait

import (
	_ "embed"
	"fmt"
	"go/token"

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

// Analyzer is heldwait on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "heldwait", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	reported := make(map[ssa.Instruction]bool)
	known := make(map[token.Pos]bool)
	var found report.Folded[cause]
	for _, e := range in.Locks.Events() {
		if e.Kind != locks.Blocked || e.Held.Once || reported[e.Site] || in.Prog.IsTestFunc(e.Fn) {
			continue
		}
		d, ok := diagnose(in, e)
		if !ok {
			continue
		}
		reported[e.Site] = true
		if d.Code == "heldwait/deadlock" {
			known[d.Pos] = true
		}
		if c, ok := e.Cause(); ok {
			found.AddCaused(d, cause{d.Code, c}, "the same happens here")
		} else {
			found.Add(d)
		}
	}
	found.Report(r)
	for _, d := range explored(in, known) {
		r.Add(d)
	}
}

// A cause is that of events which are reported alike.
type cause struct {
	code string
	locks.Cause
}

func diagnose(in *engine.Info, e *locks.Event) (report.Diagnostic, bool) {
	if partners := in.Locks.Partners(e); len(partners) > 0 && roomless(in, e) {
		return deadlock(in, e, partners), true
	}
	return hazard(in, e)
}

// roomless reports whether a send can find its channel full: not one with
// constant room, whose filling up is another matter, nor one that the function
// has just made, as pools of tokens are filled.
func roomless(in *engine.Info, e *locks.Event) bool {
	send, isSend := e.Site.(*ssa.Send)
	return !isSend || in.Locks.ChanCapacity(e.Block.Path) <= 0 && !in.Locks.MadeHere(send)
}

func deadlock(in *engine.Info, e *locks.Event, partners []locks.Partner) report.Diagnostic {
	name, since := e.Held.Path.String(), in.Prog.Place(ssabuild.InstrPos(e.Held.Site))
	p := partners[0]
	signal := in.Prog.Place(ssabuild.InstrPos(p.Signal))
	d := report.Diagnostic{
		Code: "heldwait/deadlock", Pos: ssabuild.InstrPos(e.Site),
		Message: fmt.Sprintf("%s waits while %s is held since %s, but %s (%s), which would end the wait, locks it first; both may wait for ever",
			e.Block.What, name, since, ssabuild.FuncName(p.Fn), signal),
	}
	d.Witness = in.Steps("G1", e.Held.Chain, "locks "+name)
	if len(e.Chain) > 0 {
		d.Witness = append(d.Witness, in.Steps("G1", e.Chain, e.Block.What+", and waits")...)
	} else {
		d.Witness = append(d.Witness, report.Step{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: e.Block.What + ", and waits"})
	}
	d.Witness = append(d.Witness, report.Step{Goroutine: "G2", Func: ssabuild.FuncName(p.Fn), Pos: ssabuild.InstrPos(p.Signal),
		Text: "would end the wait here, but waits to lock " + name + " before"})
	return d
}

// hazard reports waits that are long rather than endless.
func hazard(in *engine.Info, e *locks.Event) (report.Diagnostic, bool) {
	name, since := e.Held.Path.String(), in.Prog.Place(ssabuild.InstrPos(e.Held.Site))
	d := report.Diagnostic{Pos: ssabuild.InstrPos(e.Site)}
	what := e.Block.What
	if len(e.Chain) > 0 {
		what = fmt.Sprintf("%s (in %s, %s)", what, e.Block.Hop.Func, e.Block.Hop.At)
	}
	consequence := "everybody who needs the lock waits as long"
	if e.Callback {
		d.Code = "heldwait/callback"
		d.Message = fmt.Sprintf("%s is called while %s is held since %s; it may take long, or need the lock itself", what, name, since)
		return d, true
	}
	switch e.Block.Op {
	case api.Sleep:
		d.Code = "heldwait/sleep"
	case api.Block:
		if e.Block.Kind == api.Network && e.Block.Bound == api.ByReceiver {
			return d, false // a connection under the lock that serialises its use, bounded by its deadlines
		}
		switch e.Block.Kind {
		case api.Client, api.Process, api.Database, api.Network:
			d.Code = "heldwait/io"
		case api.FileIO:
			d.Code = "heldwait/file"
		default:
			return d, false
		}
	case api.WgWait, api.GroupWait:
		d.Code, consequence = "heldwait/wait", "everybody who needs the lock waits for all of it"
	case api.NoOp:
		d.Code, consequence = "heldwait/chan", "everybody who needs the lock waits for the other side"
	default:
		return d, false
	}
	d.Message = fmt.Sprintf("%s waits while %s is held since %s; %s", what, name, since, consequence)
	d.Witness = append(in.Steps("G1", e.Held.Chain, "locks "+name),
		report.Step{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: what + ", and waits"},
		report.Step{Goroutine: "G2", Func: "any other user", Pos: ssabuild.InstrPos(e.Held.Site), Text: "locks " + name + " and waits as long"})
	return d, true
}
