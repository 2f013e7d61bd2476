package wgmisuse_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/wgmisuse"
	"github.com/conclint/conclint/internal/linttest"
)

func Test(t *testing.T) { linttest.Run(t, wgmisuse.Analyzer) }
