package nosemaphore_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/nosemaphore"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, nosemaphore.Analyzer) }
