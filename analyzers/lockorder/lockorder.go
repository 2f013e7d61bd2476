package lockorder

import (
	_ "embed"
	"fmt"
	"go/ast"
	"strconv"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/api"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/locks"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is lockorder on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "lockorder", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, c := range in.Locks.Cycles(in.ImportedEdges) {
		if c.Import == "" {
			r.Add(diagnose(in, c))
		} else if spec := importSpec(in, c.Import); spec != nil {
			r.Add(meeting(in, c, spec))
		}
	}
	for _, e := range in.Locks.Pairs() {
		r.Add(pair(in, e))
	}
}

// pair reports two locks of one class whose order is the caller's choice.
func pair(in *engine.Info, e locks.Edge) report.Diagnostic {
	d := report.Diagnostic{Code: "lockorder/sameclass", Pos: ssabuild.InstrPos(e.Site)}
	d.Message = fmt.Sprintf("%s is locked while %s, of the same type, is held since %s; a caller with the two exchanged takes them in the other order, and the two may deadlock",
		e.ToName, e.FromName, e.Outer[0].At)
	d.Witness = append(in.Steps("G1", e.Outer, verb(e.FromMode)+e.FromName), in.Steps("G1", e.Inner, "waits to lock "+e.ToName)...)
	d.Witness = append(d.Witness, report.Step{Goroutine: "G2", Func: e.Func, Pos: d.Pos, Text: "with the two exchanged, holds " + e.ToName + " and waits to lock " + e.FromName})
	return d
}

// diagnose reports a cycle at the acquisition that closes it in this package.
func diagnose(in *engine.Info, c locks.Cycle) report.Diagnostic {
	here := c.Edges[0]
	d := report.Diagnostic{Code: "lockorder/cycle", Pos: ssabuild.InstrPos(here.Site), Key: c.Key()}
	if len(c.Edges) > 2 && !c.OneOwner() {
		d.Code = "lockorder/long" // each further class is a further guess that its instances are one
	}
	if c.Guess {
		d.Code = "lockorder/instances"
	}
	for _, e := range c.Same {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: ssabuild.InstrPos(e.Site), Message: fmt.Sprintf("%s is locked while holding %s here too", e.ToName, e.FromName)})
	}
	for _, e := range c.Also {
		d.Related = append(d.Related, analysis.RelatedInformation{Pos: ssabuild.InstrPos(e.Site), Message: fmt.Sprintf("%s, locked here while holding %s, is part of another circle through this one", e.ToName, e.FromName)})
	}
	var others []string
	for _, e := range c.Edges[1:] {
		others = append(others, fmt.Sprintf("%s locks %s while holding %s (%s)", e.Func, e.ToName, e.FromName, e.Inner[0].At))
	}
	d.Message = fmt.Sprintf("%s is locked while holding %s, but %s; the two may deadlock", here.ToName, here.FromName, strings.Join(others, ", and "))
	if c.NeedsWriter {
		d.Message += " if a writer waits"
	}
	d.Witness = witness(in, c)
	return d
}

// meeting reports a cycle whose halves are in packages that do not know each
// other: this is the first to bring them together, by its imports.
func meeting(in *engine.Info, c locks.Cycle, spec *ast.ImportSpec) report.Diagnostic {
	d := report.Diagnostic{Code: "lockorder/cycle", Pos: spec.Path.Pos(), Key: c.Key(), Witness: witness(in, c)}
	if len(c.Edges) > 2 && !c.OneOwner() {
		d.Code = "lockorder/long"
	}
	ways := make([]string, len(c.Edges))
	for i, e := range c.Edges {
		ways[i] = fmt.Sprintf("%s (%s) locks %s while holding %s", e.Func, e.Inner[0].At, e.To.Short(), e.From.Short())
	}
	d.Message = fmt.Sprintf("this import brings together two lock orders: %s; the two may deadlock", strings.Join(ways, ", but "))
	if c.NeedsWriter {
		d.Message += " if a writer waits"
	}
	return d
}

// importSpec is the import of a package in the first file that has it, tests last.
func importSpec(in *engine.Info, path string) *ast.ImportSpec {
	var inTest *ast.ImportSpec
	for _, f := range in.Prog.Files {
		for _, spec := range f.Imports {
			if p, err := strconv.Unquote(spec.Path.Value); err != nil || p != path {
				continue
			}
			if !in.Prog.InTestFile(spec.Pos()) {
				return spec
			}
			if inTest == nil {
				inTest = spec
			}
		}
	}
	return inTest
}

func witness(in *engine.Info, c locks.Cycle) (steps []report.Step) {
	// Each has its first lock before any waits: the order in which it happens.
	for i, e := range c.Edges {
		steps = append(steps, in.Steps(fmt.Sprintf("G%d", i+1), e.Outer, verb(e.FromMode)+e.FromName)...)
	}
	for i, e := range c.Edges {
		steps = append(steps, in.Steps(fmt.Sprintf("G%d", i+1), e.Inner, "waits to lock "+e.ToName)...)
	}
	return steps
}

func verb(m api.Mode) string {
	if m == api.Read {
		return "read-locks "
	}
	return "locks "
}
