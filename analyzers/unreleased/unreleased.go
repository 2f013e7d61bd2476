package unreleased

import (
	_ "embed"
	"fmt"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/annotations"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is unreleased on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "unreleased", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	loops := make(map[ssa.Instruction]bool)
	relocked := make(map[lockIn]bool)
	for _, e := range in.Locks.Events() {
		if e.Kind == locks.Relock && len(e.Take.Chain) == 1 && !isDefer(e.Site) {
			relocked[lockIn{e.Fn, e.Op.Path}] = true
		}
		if e.Kind == locks.Relock && e.Loop {
			loops[e.Held.Site] = true
			r.Add(loop(in, e))
		}
	}
	for _, e := range in.Locks.Leaks() {
		switch {
		case loops[e.Held.Site]: // the iteration is the cause, the exit only shows it
		case e.Held.Mode == api.Token || e.Leak.Handed != nil || !isCall(e.Held.Site):
			r.Add(lostSlot(in, e))
		case e.Leak.Loop:
			r.Add(iteration(in, e))
		default:
			d := leak(in, e)
			d.Fixes = fixes(in, e)
			r.Add(d)
		}
	}
	for _, e := range in.Locks.Panicked() {
		d := panicked(in, e)
		d.Fixes = onlyDeferred(in, e)
		r.Add(d)
	}
	for _, e := range in.Locks.Events() {
		if relocked[lockIn{e.Fn, e.Op.Path}] {
			continue // the goroutine never comes here: it waits for itself before
		}
		switch e.Kind {
		case locks.WrongMode:
			r.Add(wrongMode(in, e))
		case locks.DoubleUnlock:
			if in.Prog.IsTestFunc(e.Fn) {
				continue // a failed assertion between the two ends the test, which is not always visible
			}
			r.Add(report.Diagnostic{Code: "unreleased/notheld", Pos: ssabuild.InstrPos(e.Site), Fixes: dropUnlock(in, e),
				Message: fmt.Sprintf("%s is unlocked here although it was released before; unlocking an unlocked mutex ends the process", e.Op.Path)})
		case locks.Broken:
			r.Add(broken(in, e))
		case locks.DeferredLock:
			r.Add(report.Diagnostic{Code: "unreleased/deferlock", Pos: ssabuild.InstrPos(e.Site), Fixes: rename(in, e.Site, unlockName(e.Held.Mode)),
				Message: fmt.Sprintf("the deferred call locks %s, which is held since %s, where it should unlock it", e.Op.Path, place(in, e.Held.Site))})
		}
	}
}

// lockIn is a lock in a function.
type lockIn struct {
	fn   *ssa.Function
	lock *access.Path
}

func isDefer(site ssa.Instruction) bool {
	_, ok := site.(*ssa.Defer)
	return ok
}

func leak(in *engine.Info, e *locks.Event) report.Diagnostic {
	name, since := e.Held.Path.String(), place(in, e.Held.Site)
	d := report.Diagnostic{Code: "unreleased/return", Pos: exitPos(e.Leak.Exit)}
	verb := "locked"
	if e.Held.Mode == api.Read {
		verb = "read-locked"
	}
	d.Message = fmt.Sprintf("this path returns with %s still %s since %s; the next goroutine that locks it waits for ever", name, verb, since)
	if !e.Leak.Balanced {
		d.Message = fmt.Sprintf("%s is %s at %s and never released, by %s or anybody else; the next goroutine that locks it waits for ever", name, verb, since, ssabuild.FuncName(e.Fn))
	}
	d.Witness = append(in.Steps("G1", e.Held.Chain, "locks "+name),
		report.Step{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: "returns without releasing " + name},
		report.Step{Goroutine: "G2", Func: "any other user", Pos: ssabuild.InstrPos(e.Held.Site), Text: "locks " + name + " and waits for ever"})
	return d
}

// panicked reports a panic from which somebody recovers with the lock still held.
func panicked(in *engine.Info, e *locks.Event) report.Diagnostic {
	name, since, p := e.Held.Path.String(), place(in, e.Held.Site), e.Leak.Panic
	d := report.Diagnostic{Code: "unreleased/panic", Pos: ssabuild.InstrPos(e.Site)}
	who := "net/http"
	by := report.Step{Goroutine: "G1", Func: "net/http", Pos: d.Pos, Text: "recovers from the panic of the handler and serves on"}
	if p.Recover != nil {
		who = fmt.Sprintf("%s (%s)", ssabuild.FuncName(p.By), place(in, p.Recover))
		by = report.Step{Goroutine: "G1", Func: ssabuild.FuncName(p.By), Pos: ssabuild.InstrPos(p.Recover), Text: "recovers from the panic and goes on"}
	}
	what := "this panic leaves"
	switch {
	case p.Raised == nil:
		what = "a panic in this call leaves"
	case p.Raised != e.Site:
		what = "this call may panic (" + place(in, p.Raised) + ") and leave"
	}
	d.Message = fmt.Sprintf("%s %s locked since %s, while %s recovers; the next goroutine that locks it waits for ever", what, name, since, who)
	d.Witness = append(in.Steps("G1", e.Held.Chain, "locks "+name),
		report.Step{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: "panics; no deferred call releases " + name}, by,
		report.Step{Goroutine: "G2", Func: "any other user", Pos: ssabuild.InstrPos(e.Held.Site), Text: "locks " + name + " and waits for ever"})
	return d
}

// loop reports an iteration that ends with the lock held that the next one takes.
func loop(in *engine.Info, e *locks.Event) report.Diagnostic {
	name, since := e.Held.Path.String(), place(in, e.Held.Site)
	d := report.Diagnostic{Code: "unreleased/loop", Pos: ssabuild.InstrPos(e.Site)}
	if exit := in.Locks.LoopExit(e); exit != nil {
		d.Pos = exitPos(exit)
		d.Fixes = beforeContinue(in, e, exit)
	}
	d.Message = fmt.Sprintf("this iteration may end with %s still locked since %s; the next one locks it again and waits for itself", name, since)
	d.Witness = []report.Step{
		{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: ssabuild.InstrPos(e.Held.Site), Text: "locks " + name},
		{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: "ends the iteration without releasing " + name},
		{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: ssabuild.InstrPos(e.Site), Text: "locks " + name + " again and waits for ever"},
	}
	return d
}

// iteration reports an iteration that leaves the lock of its own object held.
func iteration(in *engine.Info, e *locks.Event) report.Diagnostic {
	name, since := e.Held.Path.String(), place(in, e.Held.Site)
	d := report.Diagnostic{Code: "unreleased/loop", Pos: exitPos(e.Leak.Exit), Fixes: beforeContinue(in, e, e.Leak.Exit)}
	d.Message = fmt.Sprintf("this iteration may end with %s still locked since %s; the next goroutine that locks it waits for ever", name, since)
	d.Witness = []report.Step{
		{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: ssabuild.InstrPos(e.Held.Site), Text: "locks " + name},
		{Goroutine: "G1", Func: ssabuild.FuncName(e.Fn), Pos: d.Pos, Text: "goes on to the next element without releasing " + name},
		{Goroutine: "G2", Func: "any other user", Pos: ssabuild.InstrPos(e.Held.Site), Text: "locks " + name + " and waits for ever"},
	}
	return d
}

// exitPos is where the path leaves: the return statement, or the function's end.
func exitPos(exit ssa.Instruction) token.Pos { return ssabuild.InstrPos(exit) }

func wrongMode(in *engine.Info, e *locks.Event) report.Diagnostic {
	taken, called, right := "Lock", "RUnlock", "Unlock"
	if e.Held.Mode == api.Read {
		taken, called, right = "RLock", "Unlock", "RUnlock"
	}
	return report.Diagnostic{Code: "unreleased/mode", Pos: ssabuild.InstrPos(e.Site), Fixes: rename(in, e.Site, right),
		Message: fmt.Sprintf("%s was taken by %s at %s but is released by %s, not %s; the process ends with a fatal error", e.Op.Path, taken, place(in, e.Held.Site), called, right)}
}

// broken reports an exit that does not leave a lock as the annotation says.
func broken(in *engine.Info, e *locks.Event) report.Diagnostic {
	stated := in.Prog.Place(e.Contract)
	d := report.Diagnostic{Code: "unreleased/contract", Pos: exitPos(e.Site), Fixes: keepContract(in, e)}
	switch e.Promise {
	case annotations.Acquires:
		d.Message = fmt.Sprintf("this path returns without %s, which the annotation at %s says is then held; callers will unlock what is not locked", e.Op.Path, stated)
	case annotations.Releases:
		d.Message = fmt.Sprintf("this path returns with %s still held, which the annotation at %s says is then released; the next goroutine that locks it waits for ever", e.Op.Path, stated)
	default:
		d.Message = fmt.Sprintf("this path returns with %s released, which the annotation at %s says is held on return; callers will unlock it again", e.Op.Path, stated)
	}
	return d
}

func place(in *engine.Info, i ssa.Instruction) string { return in.Prog.Place(ssabuild.InstrPos(i)) }
