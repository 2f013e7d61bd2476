package spinwait

import (
	_ "embed"
	"fmt"
	"go/ast"
	"go/token"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ast/astutil"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/polls"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is spinwait on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "spinwait", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, w := range polls.New(in.Prog, in.Timeouts.IsDone).Waits() {
		if in.Timeouts.InTests(w.Fn) && (w.Kind == polls.Busy || w.Kind == polls.Poll || w.Kind == polls.SleepSync) {
			continue // what a test polls has no event, its hot loops provoke races, and some of its sleeps show that nothing happens
		}
		r.Add(diagnose(in, w))
	}
}

func diagnose(in *engine.Info, w polls.Wait) report.Diagnostic {
	d := report.Diagnostic{Pos: w.Pos}
	loop := loopAt(in, w.Pos)
	if loop != nil && w.Kind <= polls.Default {
		d.Pos, d.End = loop.Pos(), loop.Pos()+token.Pos(len("for"))
	}
	switch w.Kind {
	case polls.Busy, polls.Poll:
		setter, at := setterOf(in, w)
		if w.Kind == polls.Busy {
			d.Code = "spinwait/busy"
			if w.Lockfree {
				d.Code = "spinwait/lockfree"
			}
			d.Message = fmt.Sprintf("this loop burns a processor until %s changes, which %s (%s) does", w.Name, setter, at)
		} else {
			d.Code = "spinwait/poll"
			d.Message = fmt.Sprintf("this loop polls %s, which %s (%s) sets: wait for an event instead of sleeping", w.Name, setter, at)
		}
		d.Fixes = fixFlag(in, loop)
		d.Witness = []report.Step{
			{Goroutine: "G1", Func: ssabuild.FuncName(w.Fn), Pos: d.Pos, Text: "looks at " + w.Name + " again and again"},
			{Goroutine: "G2", Func: setter, Pos: ssabuild.InstrPos(w.Setter), Text: "changes " + w.Name + " and wakes nobody"},
		}
	case polls.Default:
		d.Code = "spinwait/default"
		d.Message = "this loop spins: the select has a default that does nothing, so it never waits"
		d.Fixes = fixDefault(in, w, loop)
	case polls.Closed:
		d.Code = "spinwait/closed"
		d.Message = fmt.Sprintf("when %s is closed this loop spins: the receive returns at once and the branch for that leads back to it", w.Name)
		d.Fixes = fixBreak(in, w, loop)
	case polls.Ended:
		d.Code = "spinwait/closed"
		name := contextName(in, w.Pos)
		d.Message = fmt.Sprintf("when %s has ended this loop spins: %s.Done() is ready for ever and its case leads back to the select", name, name)
		d.Fixes = fixBreak(in, w, loop)
	case polls.SleepSync:
		d.Code = "spinwait/sleepsync"
		d.Fixes = fixSleep(in, w)
		d.Message = fmt.Sprintf("this sleep stands for waiting for the goroutine started at %s, whose %s is read after it; it may not have finished", in.Prog.Place(w.Go.Pos()), w.Name)
		d.Witness = []report.Step{
			{Goroutine: "G1", Func: ssabuild.FuncName(w.Fn), Pos: w.Go.Pos(), Text: "starts G2"},
			{Goroutine: "G1", Func: ssabuild.FuncName(w.Fn), Pos: w.Pos, Text: "sleeps, then reads " + w.Name},
			{Goroutine: "G2", Func: ssabuild.FuncName(w.Setter.Parent()), Pos: ssabuild.InstrPos(w.Setter), Text: "changes " + w.Name + ", perhaps later"},
		}
	}
	return d
}

func setterOf(in *engine.Info, w polls.Wait) (name, at string) {
	return ssabuild.FuncName(w.Setter.Parent()), in.Prog.Place(ssabuild.InstrPos(w.Setter))
}

// loopAt is the innermost loop statement around pos.
func loopAt(in *engine.Info, pos token.Pos) ast.Stmt {
	for _, n := range path(in, pos) {
		switch n := n.(type) {
		case *ast.ForStmt:
			return n
		case *ast.RangeStmt:
			return n
		case *ast.FuncLit, *ast.FuncDecl:
			return nil
		}
	}
	return nil
}

func path(in *engine.Info, pos token.Pos) []ast.Node {
	for _, f := range in.Prog.Files {
		if f.FileStart <= pos && pos <= f.FileEnd {
			nodes, _ := astutil.PathEnclosingInterval(f, pos, pos)
			return nodes
		}
	}
	return nil
}

// contextName is the context whose Done channel the receive at pos names.
func contextName(in *engine.Info, pos token.Pos) string {
	for _, n := range path(in, pos) {
		clause, ok := n.(*ast.CommClause)
		if !ok {
			continue
		}
		name := "the context"
		if clause.Comm != nil {
			ast.Inspect(clause.Comm, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				if eff, ok := in.Prog.EffectOfCall(call); ok && eff.Op == api.CtxDone {
					if sel, ok := call.Fun.(*ast.SelectorExpr); ok {
						name = exprString(sel.X)
					}
					return false
				}
				return true
			})
		}
		return name
	}
	return "the context"
}
