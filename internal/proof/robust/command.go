// Package robust runs the suite over much code that nobody wrote for it: the standard library and all packages in the builds of public
// modules. Nothing may fail, and two runs in different order on different numbers of processors must give the same bytes.
package robust

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/conclint/conclint/internal/proof/modules"
	"github.com/conclint/conclint/internal/proof/units"
	"github.com/conclint/conclint/internal/report"
)

// Modules are analysed with all packages they depend on when none is named.
var Modules = append([]string{"golang.org/x/tools@v0.52.0"}, modules.Public...)

// analysed is what is counted for one module.
type analysed struct {
	packages, lines, broken   int
	internal, failed, differs int
	overBudget, funcs         int64
	scopes, overScopes        int64
	slicedScopes              int64 // followed only in parts, each within budget
	coarseScopes              int64 // followed with less detail, see explore.Result
	slowest                   time.Duration
	notes                     []string
}

// Command is `proof robust`.
func Command(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("robust", flag.ContinueOnError)
	bin := flags.String("conclint", "bin/conclint", "the `binary` under test")
	cacheDir := flags.String("cache", "", "`directory` for copies of modules (default conclint-corpus in the user's cache directory)")
	std := flags.Bool("std", true, "the standard library too")
	limit := flags.Duration("timeout", 5*time.Minute, "for one package")
	once := flags.Bool("once", false, "do not compare with a second run")
	if err := flags.Parse(args); err != nil {
		return err
	}
	tool, err := modules.Built(*bin)
	if err != nil {
		return err
	}
	cache, err := modules.Cache(*cacheDir)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(cache, "robust")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)

	names := flags.Args()
	if len(names) == 0 {
		names = Modules
	}
	c := comparison{tool: tool, scratch: scratch, limit: *limit, once: *once}
	all := map[string]analysed{}
	if *std {
		if all["std"], err = c.library(ctx); err != nil {
			return err
		}
		names = append([]string{"std"}, names...)
	}
	pair, err := c.pair("modules", func(p *units.Package) bool { return !p.Standard })
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, name := range names {
		if name == "std" {
			continue
		}
		dir, err := modules.Prepare(ctx, name, cache)
		if err != nil {
			return err
		}
		if all[name], err = pair.analyse(ctx, dir, seen, "all"); err != nil {
			return err
		}
	}
	return print(w, names, all, *once)
}

// comparison makes the pairs of runs.
type comparison struct {
	tool, scratch string
	limit         time.Duration
	once          bool
}

// pair is two runners that must agree.
type pair []*units.Runner

func (c comparison) pair(name string, isRoot func(*units.Package) bool) (pair, error) {
	var out pair
	for i, procs := range []int{runtime.NumCPU(), 1} {
		dir := filepath.Join(c.scratch, fmt.Sprint(name, i))
		if err := os.Mkdir(dir, 0o777); err != nil {
			return nil, err
		}
		out = append(out, &units.Runner{
			Tool: c.tool, Flags: []string{"-strict", "-debug.stats"}, Procs: procs, Workers: runtime.NumCPU(), Reverse: i == 1,
			Timeout: c.limit, Dir: dir, IsRoot: isRoot,
		})
		if c.once {
			break
		}
	}
	return out, nil
}

// library analyses the standard library; as a dependency it is only looked up in the table.
func (c comparison) library(ctx context.Context) (analysed, error) {
	p, err := c.pair("std", func(*units.Package) bool { return true })
	if err != nil {
		return analysed{}, err
	}
	return p.analyse(ctx, c.scratch, map[string]bool{}, "std")
}

// analyse runs both and counts the packages that were not seen before.
func (p pair) analyse(ctx context.Context, dir string, seen map[string]bool, pattern string) (analysed, error) {
	var a analysed
	packages, broken, err := units.List(ctx, dir, pattern)
	if err != nil {
		return a, err
	}
	a.broken = broken
	fmt.Fprintf(os.Stderr, "%s: %d packages\n", dir, len(packages))
	var runs [][]*units.Result
	for _, r := range p {
		results, err := r.Run(ctx, packages)
		if err != nil {
			return a, err
		}
		runs = append(runs, results)
	}
	for i, res := range runs[0] {
		if id := res.Package.ID(); !p[0].IsRoot(res.Package) || seen[id] {
			continue
		} else {
			seen[id] = true
		}
		if err := a.count(res); err != nil {
			return a, err
		}
		if len(runs) > 1 {
			a.compare(res, runs[1][i])
		}
	}
	for _, results := range runs { // kept until the end, for thousands of packages
		for _, res := range results {
			res.Output = nil
			if res.Facts != nil {
				res.Facts = []byte{}
			}
		}
	}
	return a, nil
}

func (a *analysed) count(res *units.Result) error {
	lines, err := res.Package.Lines()
	if err != nil {
		return err
	}
	a.packages++
	a.lines += lines
	a.slowest = max(a.slowest, res.CPU)
	if res.Failed != "" {
		a.failed++
		a.note(res, res.Failed)
	}
	for _, name := range slices.Sorted(maps.Keys(res.Diags)) {
		for _, d := range res.Diags[name] {
			switch d.Category {
			case report.CodeInternalError:
				a.internal++
				a.note(res, d.Message)
			case report.CodeStats:
				for _, c := range report.DecodeStats(d.Message) {
					switch c.Name {
					case "functions":
						a.funcs += c.Value
					case "functions-over-budget":
						a.overBudget += c.Value
					case "explorer-scopes":
						a.scopes += c.Value
					case "explorer-scopes-over-budget":
						a.overScopes += c.Value
					case "explorer-scopes-sliced":
						a.slicedScopes += c.Value
					case "explorer-scopes-coarse", "explorer-scopes-published":
						a.coarseScopes += c.Value
					}
				}
			}
		}
	}
	return nil
}

// compare holds the bytes of the second run against those of the first.
func (a *analysed) compare(first, second *units.Result) {
	switch {
	case first.Failed != second.Failed:
		a.differs++
		a.note(first, "one run fails, the other does not: "+second.Failed)
	case !bytes.Equal(report.WithoutTimes(first.Output), report.WithoutTimes(second.Output)):
		a.differs++
		a.note(first, "reports differ: "+difference(first.Output, second.Output))
	case !bytes.Equal(first.Facts, second.Facts):
		a.differs++
		a.note(first, fmt.Sprintf("facts differ: %d and %d bytes", len(first.Facts), len(second.Facts)))
	}
}

// difference returns the first lines that are not the same.
func difference(a, b []byte) string {
	x, y := bytes.Split(a, []byte("\n")), bytes.Split(b, []byte("\n"))
	for i := range min(len(x), len(y)) {
		if !bytes.Equal(x[i], y[i]) {
			return fmt.Sprintf("%q and %q", bytes.TrimSpace(x[i]), bytes.TrimSpace(y[i]))
		}
	}
	return "one is longer"
}

func (a *analysed) note(res *units.Result, text string) {
	text, _, _ = strings.Cut(text, "\n")
	a.notes = append(a.notes, res.Package.ID()+": "+text)
}

func print(w io.Writer, names []string, all map[string]analysed, once bool) error {
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tw, "builds of\tnew packages\tlines\tinternal errors\tfailed\tdiffer\tfunctions over budget\texplorer scopes over budget\tonly in slices\twith less detail\tslowest\tnot loaded")
	var sum analysed
	for _, name := range names {
		a := all[name]
		row(tw, name, a, once)
		sum.packages, sum.lines, sum.broken = sum.packages+a.packages, sum.lines+a.lines, sum.broken+a.broken
		sum.internal, sum.failed, sum.differs = sum.internal+a.internal, sum.failed+a.failed, sum.differs+a.differs
		sum.overBudget, sum.funcs = sum.overBudget+a.overBudget, sum.funcs+a.funcs
		sum.scopes, sum.overScopes = sum.scopes+a.scopes, sum.overScopes+a.overScopes
		sum.slicedScopes += a.slicedScopes
		sum.coarseScopes += a.coarseScopes
		sum.slowest = max(sum.slowest, a.slowest)
		sum.notes = append(sum.notes, a.notes...)
	}
	row(tw, "all", sum, once)
	if err := tw.Flush(); err != nil {
		return err
	}
	for _, n := range sum.notes {
		fmt.Fprintf(w, "  %s\n", n)
	}
	if sum.internal+sum.failed+sum.differs > 0 {
		return errors.New("something failed or differs")
	}
	return nil
}

func row(w io.Writer, name string, a analysed, once bool) {
	differs := fmt.Sprint(a.differs)
	if once {
		differs = "-"
	}
	fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%s\t%d of %d\t%d of %d\t%d\t%d\t%.1f s\t%d\n", name, a.packages, a.lines, a.internal, a.failed, differs,
		a.overBudget, a.funcs, a.overScopes, a.scopes, a.slicedScopes, a.coarseScopes, a.slowest.Seconds(), a.broken)
}
