package ctxignored_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/ctxignored"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) { linttest.Run(t, ctxignored.Analyzer, "background", "blocks", "loop") }

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, ctxignored.New(engine.New(nil), &report.Options{Strict: true}), "strict/...")
}
