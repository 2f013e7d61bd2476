// Package linttest proves an analyzer on its testdata. One call of [Run] in the analyzer's test checks that
//
//   - every `// want` comment is met and nothing else is reported, in process;
//   - every golden file is what the fixes produce, compiles, has lost the finding that was fixed, has no new one,
//     and offers nothing more to fix;
//   - analysing twice gives the same diagnostics and the same bytes of facts;
//   - the real `go vet -vettool=conclint` reports the same, where facts are scarcer than in process, and no analyzer
//     of the suite finds anything new in the fixed files.
//
// Testdata stands in testdata/src/<analyzer>/ of the repository. It is analysed as a copy, a module named after
// the analyzer, so the package in testdata/src/relock/basic is imported as "relock/basic". The module
// can import the standard library, golang.org/x/sync and the runtime module.
//
// Functions whose names begin with FN_ hold known misses and have no want; FP_ marks known false alarms, which have one.
//
// With -update, goldens are written instead of compared; read the difference before committing it.
package linttest

import (
	"flag"
	"fmt"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/packages"
)

var update = flag.Bool("update", false, "write the golden files of fixes instead of comparing them")

// Run checks the analyzer in the default tier on packages below its testdata, such as "basic" or "chain/..."; all of them
// when there are none. The real go vet is left out under -short.
func Run(t *testing.T, a *analysis.Analyzer, patterns ...string) {
	t.Helper()
	run(t, a, nil, patterns)
}

// RunStrict is Run for an analyzer that was built to report the strict tier too.
func RunStrict(t *testing.T, a *analysis.Analyzer, patterns ...string) {
	t.Helper()
	run(t, a, []string{"-strict"}, patterns)
}

// run does the work of Run; flags are those that make conclint, as a vettool, report what a reports in process.
func run(t *testing.T, a *analysis.Analyzer, flags, patterns []string) {
	m := newModule(t, a.Name, filepath.Join(Root(t), "testdata", "src", a.Name))
	relative := []string{"./..."}
	if len(patterns) > 0 {
		relative = nil
		for _, p := range patterns {
			relative = append(relative, "./"+path.Clean(p))
		}
	}
	if *update {
		m.updateGoldens(t, a, relative)
	}
	var results []*analysistest.Result
	var first []outcome
	ok := t.Run("wants", func(t *testing.T) {
		results = analysistest.RunWithSuggestedFixes(located{t, m}, m.dir, a, relative...)
		if len(results) == 0 {
			t.Fatalf("no packages match %v", relative)
		}
	})
	if len(results) == 0 {
		return
	}
	for _, r := range results {
		first = append(first, outcomeOf(r.Action))
	}
	pkgs := loaded(results)
	t.Run("deterministic", func(t *testing.T) { checkDeterministic(t, a, pkgs, first) })
	if !ok {
		return // what follows would repeat the same complaints
	}
	variants := m.variants(t, pkgs)
	t.Run("fixes", func(t *testing.T) { m.checkFixes(t, a, variants, relative, findingsOf(first)) })
	t.Run("vet", func(t *testing.T) {
		if testing.Short() {
			t.Skip("needs a build of the command")
		}
		m.checkVet(t, a.Name, flags, relative, variants)
	})
}

func loaded(results []*analysistest.Result) []*packages.Package {
	var pkgs []*packages.Package
	for _, r := range results {
		pkgs = append(pkgs, r.Action.Package)
	}
	return pkgs
}

// located reports to a test with the paths of the copy turned back into those of the repository.
type located struct {
	testing.TB
	m module
}

func (l located) Errorf(format string, args ...any) {
	l.Helper()
	l.Error(strings.ReplaceAll(fmt.Sprintf(format, args...), l.m.dir, l.m.src))
}
