package notimeout_test

import (
	"testing"

	"github.com/conclint/conclint/analyzers/notimeout"
	"github.com/conclint/conclint/internal/engine"
	"github.com/conclint/conclint/internal/linttest"
	"github.com/conclint/conclint/internal/report"
)

func Test(t *testing.T) {
	linttest.Run(t, notimeout.Analyzer, "client", "server", "dial", "query", "exec", "conn", "request", "chain/...")
}

func TestStrict(t *testing.T) {
	strict := &report.Options{Strict: true}
	linttest.RunStrict(t, notimeout.New(engine.New(nil), strict), "strict/...")
}
