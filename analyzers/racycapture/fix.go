package racycapture

import (
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
)

func fixes(in *engine.Info, c *accesses.Conflict) []analysis.SuggestedFix {
	return nil
}
