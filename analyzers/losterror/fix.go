package losterror

import (
	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/engine/errs"
)

// fixes are the edits that bring a lost error back where there is one obvious way.
func fixes(in *engine.Info, l *errs.Loss) []analysis.SuggestedFix {
	return nil
}
