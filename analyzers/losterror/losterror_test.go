package losterror_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/losterror"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.Run(t, losterror.Analyzer, "basic", "real", "logging", "silent")
}

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, losterror.New(engine.Analyzer, &report.Options{Strict: true}), "strict")
}
