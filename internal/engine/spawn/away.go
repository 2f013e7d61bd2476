package spawn

import (
	"golang.org/x/tools/go/ssa"

	"github.com/conclint/conclint/internal/model"
)

// Away lists where code runs that the function called at a site has started in a
// goroutine of its own, as summaries of other packages tell. Signals are those of
// the goroutine in the caller's terms.
func (a *Analysis) Away(site ssa.CallInstruction, signals []model.Signal) []*Footprint {
	fn := site.Parent()
	s := &Spawn{Site: site, Fn: fn, Signals: signals, InLoop: inLoop(site) && !runsOnce(site), Nested: true}
	return a.AwayIn(s)
}

// AwayIn is Away for code that a spawn starts.
func (a *Analysis) AwayIn(s *Spawn) []*Footprint {
	return a.climb(&Footprint{Fn: s.Fn, At: s.Site, Async: true, Spawn: s, Thread: s, signals: s.Signals})
}
