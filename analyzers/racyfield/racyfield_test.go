package racyfield_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/racyfield"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, racyfield.Analyzer) }
