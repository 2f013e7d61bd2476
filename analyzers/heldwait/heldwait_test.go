package heldwait_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/heldwait"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, heldwait.Analyzer) }
