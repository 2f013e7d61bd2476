package unjoined

import (
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/owners"
)

// fixes make a function wait for its goroutine on every path.
func fixes(in *engine.Info, o *owners.Orphan) []analysis.SuggestedFix {
	return nil
}
