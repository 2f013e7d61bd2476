package spinwait_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/spinwait"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, spinwait.Analyzer) }
