// Package growth measures how time and facts grow with the size of the code: over public modules of very different size, and over
// generated programs that grow in one direction only.
package growth

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/conclint/conclint/internal/proof/modules"
	"github.com/conclint/conclint/internal/proof/units"
	"github.com/conclint/conclint/internal/report"
)

// Modules are measured when none is named, small ones first. "std" is the standard library, "std cmd" with the go command and the tools.
var Modules = []string{
	"github.com/hashicorp/raft@v1.8.0",
	"github.com/valyala/fasthttp@v1.68.0",
	"go.etcd.io/etcd/server/v3@v3.7.3",
	"github.com/caddyserver/caddy/v2@v2.11.9",
	"google.golang.org/grpc@v1.85.0",
	"github.com/prometheus/prometheus@v0.316.0",
	"std",
	"std cmd",
}

// shapes of generated programs, with their sizes. Those of one function end in a budget.
var shapes = []struct {
	name  string
	sizes []int
	once  bool // one function: it must come to an end, and how its cost grows says nothing
}{
	{"chain", []int{200, 400, 800, 1600, 3200}, false},
	{"fan", []int{200, 400, 800, 1600, 3200}, false},
	{"goroutines", []int{200, 400, 800, 1600}, false},
	{"blocks", []int{1000, 10000}, true},
	{"locks", []int{30, 1000}, true},
	{"nest", []int{100, 400}, true},
}

// Goal is the largest exponent that counts as growing with the code.
const Goal = 1.15

// A measurement is one program of a series.
type measurement struct {
	name     string
	size     float64 // lines, or what the shape counts
	cpu      time.Duration
	slowest  time.Duration
	peak     int64
	facts    int
	overs    int64 // functions and scopes given up
	packages int
	failed   string
}

// Command is `proof growth`.
func Command(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("growth", flag.ContinueOnError)
	bin := flags.String("conclint", "bin/conclint", "the `binary` under test")
	cacheDir := flags.String("cache", "", "`directory` for copies of modules (default conclint-corpus in the user's cache directory)")
	generator := flags.String("generator", "./testdata/growth", "`package` of the generator")
	only := flags.String("only", "", "modules or shapes, for one half")
	rounds := flags.Int("n", 3, "`rounds` on generated programs; the cheapest counts")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *only != "" && *only != "modules" && *only != "shapes" || *rounds < 1 {
		return errors.New("usage: proof growth [-only modules|shapes] [-n rounds] [module@version ...]")
	}
	tool, err := modules.Built(*bin)
	if err != nil {
		return err
	}
	cache, err := modules.Cache(*cacheDir)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(cache, "growth")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	m := meter{tool: tool, scratch: scratch, cache: cache, rounds: *rounds}
	var failed []error
	if *only != "shapes" {
		names := flags.Args()
		if len(names) == 0 {
			names = Modules
		}
		failed = append(failed, m.modules(ctx, w, names))
	}
	if *only != "modules" {
		failed = append(failed, m.shapes(ctx, w, *generator))
	}
	return errors.Join(failed...)
}

// meter measures programs.
type meter struct {
	tool, scratch, cache string
	rounds               int
}

// modules prints a table of modules, and the exponent of the cost of their own packages.
func (m meter) modules(ctx context.Context, w io.Writer, names []string) error {
	var series []measurement
	for _, name := range names {
		fmt.Fprintln(os.Stderr, name)
		dir, patterns := m.scratch, strings.Fields(name)
		if !strings.HasPrefix(name, "std") {
			var err error
			if dir, err = modules.Prepare(ctx, name, m.cache); err != nil {
				return err
			}
			patterns = []string{"./..."}
		}
		got, err := m.measure(ctx, dir, patterns, 1)
		if err != nil {
			return err
		}
		got.name = name
		series = append(series, got)
	}
	return print(w, "own code of", "lines", series, true)
}

// shapes prints a table of generated programs for each shape.
func (m meter) shapes(ctx context.Context, w io.Writer, generator string) error {
	exe := filepath.Join(m.scratch, "generate")
	build := exec.CommandContext(ctx, "go", "build", "-o", exe, generator)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("generator: %w\n%s", err, out)
	}
	var failed []error
	for _, shape := range shapes {
		var series []measurement
		for _, n := range shape.sizes {
			dir := filepath.Join(m.scratch, shape.name+strconv.Itoa(n))
			if out, err := exec.CommandContext(ctx, exe, "-shape", shape.name, "-n", strconv.Itoa(n), "-o", dir).CombinedOutput(); err != nil {
				return fmt.Errorf("generator: %w\n%s", err, out)
			}
			got, err := m.measure(ctx, dir, []string{"./..."}, m.rounds)
			if err != nil {
				return err
			}
			got.name, got.size = shape.name, float64(n)
			series = append(series, got)
		}
		failed = append(failed, print(w, "generated", "n", series, !shape.once))
	}
	return errors.Join(failed...)
}

// measure analyses the packages that patterns name. What they import is analysed before, for its facts, and does not count.
func (m meter) measure(ctx context.Context, dir string, patterns []string, rounds int) (measurement, error) {
	var best measurement
	packages, _, err := units.List(ctx, dir, patterns...)
	if err != nil {
		return best, err
	}
	for round := range rounds {
		facts, err := os.MkdirTemp(m.scratch, "facts")
		if err != nil {
			return best, err
		}
		r := &units.Runner{Tool: m.tool, Flags: []string{"-debug.stats"}, Procs: 1, Workers: 1, Timeout: 10 * time.Minute, Dir: facts,
			IsRoot: func(p *units.Package) bool { return !p.DepOnly }}
		results, err := r.Run(ctx, packages)
		if err := errors.Join(err, os.RemoveAll(facts)); err != nil {
			return best, err
		}
		got, err := sum(results)
		if err != nil {
			return best, err
		}
		if round == 0 || got.cpu < best.cpu {
			best = got
		}
	}
	return best, nil
}

func sum(results []*units.Result) (measurement, error) {
	var m measurement
	for _, res := range results {
		if res.Package.DepOnly {
			continue
		}
		lines, err := res.Package.Lines()
		if err != nil {
			return m, err
		}
		m.packages++
		m.size += float64(lines)
		m.cpu += res.CPU
		m.slowest, m.peak = max(m.slowest, res.CPU), max(m.peak, res.Peak)
		m.facts += len(res.Facts)
		if res.Failed != "" && (m.failed == "" || strings.Contains(m.failed, ": import of ")) { // the cause rather than what follows
			m.failed = res.Package.ImportPath + ": " + res.Failed
		}
		for _, diags := range res.Diags {
			for _, d := range diags {
				switch d.Category {
				case report.CodeBudget:
					m.overs++
				case report.CodeInternalError:
					m.failed = res.Package.ImportPath + ": " + d.Message
				}
			}
		}
	}
	return m, nil
}

// print writes a series and judges it.
func print(w io.Writer, title, unit string, series []measurement, judge bool) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tw, "%s\t%s\tpackages\tCPU s\tms per 1000\tfacts KB\tbytes per 1000\tslowest s\tpeak MB\tgiven up\n", title, unit)
	for _, m := range series {
		fmt.Fprintf(tw, "%s\t%.0f\t%d\t%.2f\t%.1f\t%.1f\t%.0f\t%.2f\t%.0f\t%d\n", m.name, m.size, m.packages, m.cpu.Seconds(), m.cpu.Seconds()*1e6/m.size,
			float64(m.facts)/1e3, float64(m.facts)*1e3/m.size, m.slowest.Seconds(), float64(m.peak)/1e6, m.overs)
	}
	if err := tw.Flush(); err != nil {
		return err
	}
	var failed []error
	if judge {
		for _, q := range []struct {
			name string
			of   func(measurement) float64
		}{
			{"CPU", func(m measurement) float64 { return m.cpu.Seconds() }},
			{"facts", func(m measurement) float64 { return float64(m.facts) }},
		} {
			e, ok := exponent(series, q.of)
			if !ok {
				continue
			}
			verdict := "pass"
			if e > Goal {
				verdict = "MISS"
				failed = append(failed, fmt.Errorf("%s: %s grows with exponent %.2f", series[0].name, q.name, e))
			}
			fmt.Fprintf(w, "%s ~ %s^%.2f, goal %.2f: %s\n", q.name, unit, e, Goal, verdict)
		}
	}
	fmt.Fprintln(w)
	for _, m := range series {
		if m.failed != "" {
			failed = append(failed, errors.New(m.failed))
		}
	}
	return errors.Join(failed...)
}

// exponent fits quantity = c * size^e by least squares on the logarithms.
func exponent(series []measurement, of func(measurement) float64) (e float64, ok bool) {
	var n, sx, sy, sxx, sxy float64
	for _, m := range series {
		if m.size <= 0 || of(m) <= 0 {
			continue
		}
		x, y := math.Log(m.size), math.Log(of(m))
		n, sx, sy, sxx, sxy = n+1, sx+x, sy+y, sxx+x*x, sxy+x*y
	}
	d := n*sxx - sx*sx
	if n < 2 || d < 1e-9 {
		return 0, false
	}
	return (n*sxy - sx*sy) / d, true
}
