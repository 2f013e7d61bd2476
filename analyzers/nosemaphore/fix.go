package nosemaphore

import (
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/bounds"
)

// fixes are the ways of giving a fan-out a limit.
func fixes(in *engine.Info, f *bounds.Fanout) []analysis.SuggestedFix {
	return nil
}
