package spinwait_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/spinwait"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.Run(t, spinwait.Analyzer, "busy", "poll", "defaults", "closed", "sleepsync")
}

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, spinwait.New(engine.New(nil), &report.Options{Strict: true}), "strict/...")
}
