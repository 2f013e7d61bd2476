package unjoined_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/unjoined"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, unjoined.Analyzer) }
