package stuckchan_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/stuckchan"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, stuckchan.Analyzer) }
