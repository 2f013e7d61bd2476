package racyfield

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/access"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
	"github.com/conclint/conclint/internal/report"
)

// A finding is a report and the sites that it is about, in functions of their own; the first is the one it stands at.
type finding struct {
	report.Diagnostic
	guard *accesses.Guard
	sites []*accesses.Site
}

// findings has one for each rule.
type findings struct {
	list  []*finding
	first map[rule]*finding
}

// A rule is what several functions may break: that a field has its lock.
type rule struct {
	field access.Class
	code  string
}

// add adds a finding, or what it is about to an earlier one if it may share that.
func (fs *findings) add(in *engine.Info, f *finding, shares bool) {
	if shares {
		same := rule{f.guard.Field, f.Code}
		if fs.first[same] != nil {
			fs.first[same].also(in, f)
			return
		}
		if fs.first == nil {
			fs.first = make(map[rule]*finding)
		}
		fs.first[same] = f
	}
	fs.list = append(fs.list, f)
}

// also adds what another function does to the same field. The fix then takes the lock in all of them, or there is none.
func (f *finding) also(in *engine.Info, other *finding) {
	s := other.sites[0]
	f.sites = append(f.sites, s)
	f.Related = append(f.Related, analysis.RelatedInformation{Pos: s.Pos, Message: "also " + in.Verb(s.Access) + " here without the lock"})
	f.Fixes = together(in, f.guard, f.sites)
}

// together is one fix for the sites of several functions: those of all of them, none if one has none.
func together(in *engine.Info, g *accesses.Guard, sites []*accesses.Site) []analysis.SuggestedFix {
	var edits []analysis.TextEdit
	for _, s := range sites {
		one := fixes(in, g, s)
		if len(one) == 0 {
			return nil
		}
		edits = append(edits, one[0].TextEdits...)
	}
	where := "both"
	if len(sites) > 2 {
		where = fmt.Sprintf("all %d", len(sites))
	}
	all := analysis.SuggestedFix{Message: fmt.Sprintf("Hold %s in %s functions", g.Lock.Short(), where), TextEdits: edits}
	return withContract(in, g, sites, []analysis.SuggestedFix{all})
}
