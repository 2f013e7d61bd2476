package notimeout_test

import (
	"path/filepath"
	"testing"

	"golang.org/x/tools/go/analysis/analysistest"

	"github.com/conclint/conclint/analyzers/notimeout"
	"github.com/conclint/conclint/internal/api"
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

// TestRows: users say what their own functions wait for.
func TestRows(t *testing.T) {
	rows, err := api.ParseRows(`
		notimeout/rows/kv.(Client).Get        = block, kind=database, instead=kv.GetContext
		notimeout/rows/kv.(Client).GetContext = block, kind=database, ctx=0
		notimeout/rows/kv.Detach              = ctx-detach, ctx=0
	`)
	if err != nil {
		t.Fatal(err)
	}
	a := notimeout.New(engine.New(&engine.Config{Extra: rows}), new(report.Options))
	analysistest.Run(t, filepath.Join(linttest.Root(t), "testdata"), a, "notimeout/rows")
}
