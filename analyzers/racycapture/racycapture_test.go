package racycapture_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/racycapture"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, racycapture.Analyzer) }
