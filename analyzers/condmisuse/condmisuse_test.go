package condmisuse_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/condmisuse"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, condmisuse.Analyzer) }
