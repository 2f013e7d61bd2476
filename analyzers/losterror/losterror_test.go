package losterror_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/losterror"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, losterror.Analyzer) }
