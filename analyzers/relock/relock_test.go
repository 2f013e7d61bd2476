package relock_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/relock"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, relock.Analyzer) }
