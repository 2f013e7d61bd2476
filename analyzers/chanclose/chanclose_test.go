package chanclose_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/chanclose"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) { linttest.Run(t, chanclose.Analyzer, "basic") }

func TestCopies(t *testing.T) { linttest.Run(t, chanclose.Analyzer, "copies") }

func TestRegistry(t *testing.T) { linttest.Run(t, chanclose.Analyzer, "registry") }

func TestStrict(t *testing.T) {
	linttest.RunStrict(t, chanclose.New(engine.New(nil), &report.Options{Strict: true}), "strict")
}
