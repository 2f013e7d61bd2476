package racyfield

import (
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/accesses"
)

func fixes(in *engine.Info, g *accesses.Guard, s *accesses.Site) []analysis.SuggestedFix {
	return nil
}
