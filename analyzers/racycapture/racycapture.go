package racycapture

import (
	_ "embed"
	"fmt"
	"go/types"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/engine/ssabuild"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is racycapture on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "racycapture", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	said := make(map[*ssa.Alloc]bool)
	for _, race := range in.Accesses().Races() {
		if race.Family != accesses.Capture {
			continue
		}
		c := strongest(in, race)
		if v := variable(c); v != nil {
			if said[v] {
				continue // the variable itself was reported; its contents follow from that
			}
			said[v] = true
		}
		r.Add(diagnose(in, race, c))
	}
}

// strongest is the first conflict of a race that no flag speaks against, or the first of all.
func strongest(in *engine.Info, race *accesses.Race) *accesses.Conflict {
	for _, c := range race.Conflicts {
		if !in.Accesses().Gated(c) {
			return c
		}
	}
	return race.Conflicts[0]
}

func diagnose(in *engine.Info, race *accesses.Race, c *accesses.Conflict) report.Diagnostic {
	d := report.Diagnostic{Code: code(in, c), Pos: c.X.Pos, Message: in.Clash(c), Witness: in.Interleaving(c)}
	if v := variable(c); v != nil {
		fn := ssabuild.FuncName(v.Parent())
		switch d.Code {
		case "racycapture/result":
			d.Message += "; it is the named result of " + fn
		case "racycapture/loopvar":
			loopVar(in, c, &d)
		case "racycapture/container":
		default:
			d.Message += "; the goroutine shares the variable of " + fn
		}
	}
	for _, other := range race.Conflicts {
		if other != c && other.X.Pos != c.X.Pos {
			d.Related = append(d.Related, analysis.RelatedInformation{Pos: other.X.Pos, Message: "also " + in.Verb(other.X) + " here"})
		}
	}
	d.Fixes = fixes(in, c)
	if d.Code == "racycapture/loopvar" {
		d.Fixes = ownCopy(in, c)
	}
	return d
}

// loopVar words the capture of a variable that all iterations share: the write is
// the loop's own, so the finding stands at the goroutine's use.
func loopVar(in *engine.Info, c *accesses.Conflict, d *report.Diagnostic) {
	use := c.Y
	if c.Meeting.B.Thread == nil {
		use = c.X
	}
	d.Pos = use.Pos
	d.Message = fmt.Sprintf("%s is used in a goroutine while the loop at %s goes on and changes it; below go1.22 all iterations share one variable",
		in.AccessName(use), in.Prog.Place(variable(c).Pos()))
}

// variable is the local variable that a conflict is about, nil if it has no name.
func variable(c *accesses.Conflict) *ssa.Alloc {
	v, _ := c.Path.RootPath().Root().Owner.(*ssa.Alloc)
	return v
}

// code sorts a conflict by what is captured.
func code(in *engine.Info, c *accesses.Conflict) string {
	v := variable(c)
	switch {
	case in.Accesses().Gated(c):
		return "racycapture/gated"
	case in.Accesses().IsLoopVar(c.Path):
		return "racycapture/loopvar"
	case c.X.Content || c.Path.Depth() > 0 || v == nil:
		return "racycapture/container"
	case isResult(v):
		return "racycapture/result"
	}
	elem := v.Type().Underlying().(*types.Pointer).Elem()
	switch {
	case types.Identical(elem, types.Universe.Lookup("error").Type()):
		return "racycapture/err"
	case isContainer(elem):
		return "racycapture/container"
	}
	return "racycapture/local"
}

func isContainer(t types.Type) bool {
	switch t.Underlying().(type) {
	case *types.Slice, *types.Map:
		return true
	}
	return false
}

// isResult reports whether a variable is a named result of its function.
func isResult(v *ssa.Alloc) bool {
	results := v.Parent().Signature.Results()
	for i := range results.Len() {
		if results.At(i).Pos() == v.Pos() && v.Pos().IsValid() {
			return true
		}
	}
	return false
}
