package chanclose_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/chanclose"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, chanclose.Analyzer) }
