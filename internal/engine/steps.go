package engine

import (
	"github.com/conclint/conclint/internal/model"
	"github.com/conclint/conclint/internal/report"
)

// Steps renders a chain of calls as witness steps of one goroutine; the last hop does what end says.
func (in *Info) Steps(goroutine string, chain []model.Hop, end string) []report.Step {
	steps := make([]report.Step, len(chain))
	for i, h := range chain {
		text := end
		if i < len(chain)-1 {
			text = "calls " + chain[i+1].Func
		}
		steps[i] = report.Step{Goroutine: goroutine, Func: h.Func, Pos: h.Pos, Text: text}
		if !h.Pos.IsValid() {
			steps[i].At = h.At
		}
	}
	return steps
}
