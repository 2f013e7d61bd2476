package unjoined_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/unjoined"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.Run(t, unjoined.Analyzer, "basic", "real", "silent", "maingo", "mainok")
}

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, unjoined.New(engine.Analyzer, &report.Options{Strict: true}), "strict")
}
