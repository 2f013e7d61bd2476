package racycounter

import (
	_ "embed"
	"fmt"
	"go/token"
	"strings"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

//go:embed doc.go
var doc string

// Analyzer is racycounter on the default engine.
var Analyzer = New(engine.Analyzer, new(report.Options))

// New returns the analyzer on the given engine.
func New(eng *analysis.Analyzer, opts *report.Options) *analysis.Analyzer {
	return engine.Reporter(eng, opts, "racycounter", doc, run)
}

func run(in *engine.Info, r *report.Reporter) {
	for _, u := range in.Accesses().SplitUpdates() {
		r.Add(split(in, u))
	}
	copied := make(map[token.Pos]bool) // a copy of a struct reads all of its counters, which is one mistake
	for _, race := range in.Accesses().Races() {
		if race.Family != accesses.Counter {
			continue
		}
		c := choose(race)
		d := report.Diagnostic{Pos: c.X.Pos, Witness: in.Interleaving(c)}
		if c.X.Atomic != c.Y.Atomic {
			mixed(in, c, &d)
			if copied[d.Pos] {
				continue
			}
			copied[d.Pos] = true
		} else {
			lost(in, c, &d)
		}
		for _, other := range race.Conflicts {
			if other != c && other.X.Pos != c.X.Pos {
				d.Related = append(d.Related, analysis.RelatedInformation{Pos: other.X.Pos, Message: "also " + in.Verb(other.X) + " here without the lock"})
			}
		}
		if !elsewhere(race) {
			switch {
			case d.Code == "racycounter/mixed":
				d.Fixes = atomically(in, plainOf(c))
			default:
				if d.Fixes = fixes(in, race, c); d.Fixes == nil {
					d.Fixes = wrap(in, race, c)
				}
			}
		}
		r.Add(d)
	}
}

// elsewhere reports whether functions of other packages take part: they cannot be
// rewritten from here.
func elsewhere(race *accesses.Race) bool {
	for _, x := range race.Group.Accesses {
		if x.Foreign != nil {
			return true
		}
	}
	return false
}

// choose is the conflict that tells most: atomic against plain, else an update.
func choose(race *accesses.Race) *accesses.Conflict {
	for _, c := range race.Conflicts {
		if c.X.Atomic != c.Y.Atomic {
			return c
		}
	}
	for _, c := range race.Conflicts {
		if accesses.IsCounter(c.X) {
			return c
		}
	}
	return race.Conflicts[0]
}

// plainOf is the plain one of an atomic and a plain access.
func plainOf(c *accesses.Conflict) *accesses.Access {
	if c.X.Atomic {
		return c.Y
	}
	return c.X
}

// mixed describes a plain access next to an atomic one; it stands at the plain one.
func mixed(in *engine.Info, c *accesses.Conflict, d *report.Diagnostic) {
	plain, atomic := plainOf(c), c.X
	if !atomic.Atomic {
		atomic = c.Y
	}
	verb := "updated"
	if !atomic.Write() {
		verb = "read"
	}
	d.Code = "racycounter/mixed"
	d.Pos = plain.Pos
	d.Message = fmt.Sprintf("%s is %s plainly, but %s atomically at %s; the plain access is a data race",
		in.AccessName(plain), in.Verb(plain), verb, in.Prog.Place(atomic.Pos))
}

func lost(in *engine.Info, c *accesses.Conflict, d *report.Diagnostic) {
	what := "updates"
	switch c.X.Update {
	case model.IncDec:
		d.Code = "racycounter/incdec"
		verb, _, _ := strings.Cut(in.Verb(c.X), " ")
		what = strings.TrimSuffix(verb, "ed") + "s"
	case model.CheckSet:
		d.Code = "racycounter/checkset"
	default:
		d.Code = "racycounter/update"
	}
	end := what + " may be lost"
	if c.X.Update == model.CheckSet {
		end = "two may pass the test at once"
	}
	d.Message = in.Clash(c) + "; " + end
}
