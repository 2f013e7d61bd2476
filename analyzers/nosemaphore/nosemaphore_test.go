package nosemaphore_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/nosemaphore"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.Run(t, nosemaphore.Analyzer, "basic", "real", "tasks", "silent")
}

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, nosemaphore.New(engine.Analyzer, &report.Options{Strict: true}), "strict")
}
