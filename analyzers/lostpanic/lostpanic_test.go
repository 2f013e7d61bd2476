package lostpanic_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/lostpanic"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.RunStrict(t, lostpanic.New(engine.Analyzer, &report.Options{Strict: true}))
}
