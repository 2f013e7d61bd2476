package racycounter_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/racycounter"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, racycounter.Analyzer) }
