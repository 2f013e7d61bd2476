package unreleased_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/unreleased"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, unreleased.Analyzer) }
