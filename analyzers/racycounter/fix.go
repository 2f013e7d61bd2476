package racycounter

import (
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
)

func fixes(in *engine.Info, race *accesses.Race, c *accesses.Conflict) []analysis.SuggestedFix {
	return nil
}
