package analyzers_test

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/conclint/conclint/analyzers"
	"github.com/conclint/conclint/analyzers/chanclose"
	"github.com/conclint/conclint/analyzers/condmisuse"
	"github.com/conclint/conclint/analyzers/ctxignored"
	"github.com/conclint/conclint/analyzers/heldwait"
	"github.com/conclint/conclint/analyzers/lockorder"
	"github.com/conclint/conclint/analyzers/losterror"
	"github.com/conclint/conclint/analyzers/lostpanic"
	"github.com/conclint/conclint/analyzers/nosemaphore"
	"github.com/conclint/conclint/analyzers/notimeout"
	"github.com/conclint/conclint/analyzers/racycapture"
	"github.com/conclint/conclint/analyzers/racycounter"
	"github.com/conclint/conclint/analyzers/racyfield"
	"github.com/conclint/conclint/analyzers/relock"
	"github.com/conclint/conclint/analyzers/spinwait"
	"github.com/conclint/conclint/analyzers/stuckchan"
	"github.com/conclint/conclint/analyzers/unjoined"
	"github.com/conclint/conclint/analyzers/unreleased"
	"github.com/conclint/conclint/analyzers/wgmisuse"
)

// nogo of rules_go writes a main that imports the packages of its targets and
// takes the variable Analyzer of each, as this table does.
var nogo = map[string]*analysis.Analyzer{
	"chanclose":   chanclose.Analyzer,
	"condmisuse":  condmisuse.Analyzer,
	"ctxignored":  ctxignored.Analyzer,
	"heldwait":    heldwait.Analyzer,
	"lockorder":   lockorder.Analyzer,
	"losterror":   losterror.Analyzer,
	"lostpanic":   lostpanic.Analyzer,
	"nosemaphore": nosemaphore.Analyzer,
	"notimeout":   notimeout.Analyzer,
	"racycapture": racycapture.Analyzer,
	"racycounter": racycounter.Analyzer,
	"racyfield":   racyfield.Analyzer,
	"relock":      relock.Analyzer,
	"spinwait":    spinwait.Analyzer,
	"stuckchan":   stuckchan.Analyzer,
	"unjoined":    unjoined.Analyzer,
	"unreleased":  unreleased.Analyzer,
	"wgmisuse":    wgmisuse.Analyzer,
}

// The list for Bazel names every analyzer of the suite, in its order, and the
// package of each has the variable.
func TestNogoList(t *testing.T) {
	list, err := os.ReadFile("../bazel/conclint.bzl")
	require.NoError(t, err)
	var listed, suite []string
	for _, m := range regexp.MustCompile(`"@com_github_conclint_conclint//analyzers/(\w+)",`).FindAllSubmatch(list, -1) {
		listed = append(listed, string(m[1]))
	}
	for _, a := range analyzers.New(nil).Reporters {
		suite = append(suite, a.Name)
		if assert.NotNil(t, nogo[a.Name], "add %s to bazel/conclint.bzl and to this table", a.Name) {
			assert.Equal(t, a.Name, nogo[a.Name].Name)
		}
	}
	assert.Equal(t, suite, listed)
	assert.Len(t, nogo, len(suite))
}

// The variables work together in one process without the suite: they share one
// engine and its facts.
func TestNogoRuns(t *testing.T) {
	if testing.Short() {
		t.Skip("loads and analyses the standard library")
	}
	var all []*analysis.Analyzer
	for _, a := range analyzers.New(nil).Reporters {
		all = append(all, nogo[a.Name])
	}
	require.NoError(t, analysis.Validate(all))
	dir, err := filepath.Abs("../testdata/sample")
	require.NoError(t, err)
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax, Dir: dir, Env: append(os.Environ(), "GOWORK=off", "GOFLAGS=")}, "./...")
	require.NoError(t, err)
	require.Zero(t, packages.PrintErrors(pkgs))
	g, err := checker.Analyze(all, pkgs, &checker.Options{Sequential: true})
	require.NoError(t, err)
	codes := map[string]int{}
	for _, act := range g.Roots {
		require.NoError(t, act.Err)
		for _, d := range act.Diagnostics {
			codes[d.Category]++
		}
	}
	for _, code := range []string{"unreleased/return", "relock/call", "racycounter/incdec", "lockorder/cycle", "heldwait/deadlock", "stuckchan/send"} {
		assert.Positive(t, codes[code], "%s: %v", code, codes)
	}
}
