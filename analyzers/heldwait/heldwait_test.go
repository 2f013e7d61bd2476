package heldwait_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/heldwait"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) { linttest.Run(t, heldwait.Analyzer, "basic", "chain/...", "real") }

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, heldwait.New(engine.Analyzer, &report.Options{Strict: true}), "strict/...")
}
