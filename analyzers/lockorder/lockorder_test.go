package lockorder_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/lockorder"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, lockorder.Analyzer) }
