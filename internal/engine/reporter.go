package engine

import (
	"fmt"
	"path"
	"runtime"
	"strings"
	"time"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/report"
)

// Reporter makes an analyzer that asks the engine and reports. name and
// docSource (the source of its doc.go) describe it; opts is read when the
// analyzer runs, so that flags can still change it.
//
// run is called only for packages in which something can matter, and never at
// the same time as another reporter of the same package. A panic in it is turned
// into a note of the engine, and this analyzer is then silent on the package.
func Reporter(eng *analysis.Analyzer, opts *report.Options, name, docSource string, run func(in *Info, r *report.Reporter)) *analysis.Analyzer {
	return &analysis.Analyzer{
		Name:     name,
		Doc:      report.Manual(docSource, name),
		URL:      report.PageOf(name),
		Requires: []*analysis.Analyzer{eng},
		Run: func(pass *analysis.Pass) (any, error) {
			in := pass.ResultOf[eng].(*Info)
			r := report.NewReporter(pass, *opts)
			if in.Relevant() {
				var spent time.Duration
				if err := in.serialised(func() {
					start := time.Now()
					defer func() { spent = time.Since(start) }()
					run(in, r)
				}); err != nil && (opts.Debug || in.stats) {
					pass.Report(analysis.Diagnostic{Pos: pass.Files[0].Package, Category: report.CodeInternalError, Message: fmt.Sprintf("%s: %v", name, err)})
				}
				if in.stats {
					counters := report.StatsMessage([]report.Counter{{Name: report.CounterSuiteTime, Value: spent.Microseconds()}})
					pass.Report(analysis.Diagnostic{Pos: pass.Files[0].Package, Category: report.CodeStats, Message: counters})
				}
			}
			r.Flush()
			return nil, nil
		},
	}
}

// serialised runs f under the package's lock and returns a panic as an error.
func (in *Info) serialised(f func()) (err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v at %s", r, panicPlace())
		}
	}()
	f()
	return nil
}

// panicPlace says where the panic that is being recovered began: the innermost functions of this module, each with its line.
func panicPlace() string {
	var pcs [64]uintptr
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs[:])])
	var places []string
	panicking := false
	for more := true; more && len(places) < 3; {
		var f runtime.Frame
		f, more = frames.Next()
		if !panicking {
			panicking = f.Function == "runtime.gopanic"
			continue
		}
		if !strings.HasPrefix(f.Function, "runtime.") {
			places = append(places, fmt.Sprintf("%s (%s:%d)", path.Base(f.Function), path.Base(f.File), f.Line))
		}
	}
	return strings.Join(places, " in ")
}
