package stuckchan

import (
	"go/token"

	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/report"
)

// dropped reports result channels that are returned without room.
func dropped(in *engine.Info, seen map[token.Pos]bool) []report.Diagnostic {
	return nil
}
