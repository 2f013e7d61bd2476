package bench

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"text/tabwriter"

	"github.com/conclint/conclint/internal/proof/modules"
)

// DefaultModule is what is measured when no module is named.
const DefaultModule = "github.com/caddyserver/caddy/v2@v2.11.9"

// phases of a round, in order.
var phases = []string{"cold", "warm", "edit of a leaf", "edit of the core"}

// results holds the runs of each tool in each phase.
type results map[string]map[string][]usage

// Command is `proof bench`: it measures all tools on a module and prints times, memory and ratios.
func Command(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	bin := flags.String("conclint", "bin/conclint", "the `binary` under test")
	cacheDir := flags.String("cache", "", "`directory` for copies of modules and other tools (default conclint-corpus in the user's cache directory)")
	rounds := flags.Int("n", 1, "`rounds`; the median is printed")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *rounds < 1 || flags.NArg() > 1 {
		return errors.New("usage: proof bench [-n rounds] [path@version], with at least one round")
	}
	conclint, err := modules.Built(*bin)
	if err != nil {
		return err
	}
	cache, err := modules.Cache(*cacheDir)
	if err != nil {
		return err
	}
	module := cmp.Or(flags.Arg(0), DefaultModule)
	dir, err := modules.Prepare(ctx, module, cache)
	if err != nil {
		return err
	}
	note := func(format string, args ...any) { fmt.Fprintf(os.Stderr, format+"\n", args...) }
	all, err := tools(ctx, conclint, cache, note)
	if err != nil {
		return err
	}
	packages, err := listPackages(ctx, dir)
	if err != nil {
		return err
	}
	leaf, core, err := leafAndCore(packages)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp(cache, "bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	// Kept for the next time: compiling takes longer than all that is measured.
	compiled := filepath.Join(cache, "compiled", filepath.FromSlash(module))
	note("compiling %s and its tests", module)
	if err := compile(ctx, dir, compiled); err != nil {
		return err
	}
	got := results{}
	for range *rounds {
		for _, t := range all {
			note("%s", t.name)
			if err := round(ctx, t, dir, compiled, filepath.Join(scratch, "round"), leaf, core, got); err != nil {
				return err
			}
		}
	}
	fmt.Fprintf(w, "%s, %d packages; %s, %d processors, %s; leaf %s, core %s; median of %d\n\n",
		module, len(packages), runtime.Version(), runtime.NumCPU(), runtime.GOOS+"/"+runtime.GOARCH, leaf.pkg, core.pkg, *rounds)
	print(w, all, got)
	return nil
}

// compile fills a build cache with all that any of the tools needs compiled, so that compiling is not measured. The one
// check that go vet runs here is not cached for a run of all checks.
func compile(ctx context.Context, dir, cache string) error {
	env := goCache(cache)
	if _, err := measure(ctx, dir, env, 0, "go", "list", "-e", "-export", "-deps", "-test", "./..."); err != nil {
		return err
	}
	_, err := measure(ctx, dir, env, 1, "go", "vet", "-atomic", "./...")
	return err
}

// round measures one tool in all phases, with a fresh copy of the build cache.
func round(ctx context.Context, t tool, dir, compiled, cache string, leaf, core edit, got results) (err error) {
	if err := os.RemoveAll(cache); err != nil {
		return err
	}
	if err := os.CopyFS(filepath.Join(cache, "go"), os.DirFS(filepath.Join(compiled, "go"))); err != nil {
		return err
	}
	run := func(phase string) error {
		u, err := measure(ctx, dir, append(t.env(cache), "GOWORK=off"), t.accept, t.args...)
		if got[t.name] == nil {
			got[t.name] = map[string][]usage{}
		}
		got[t.name][phase] = append(got[t.name][phase], u)
		return err
	}
	if err := run(phases[0]); err != nil {
		return err
	}
	if err := run(phases[1]); err != nil {
		return err
	}
	for i, e := range []edit{leaf, core} {
		if err := e.apply(); err != nil {
			return err
		}
		err := run(phases[2+i])
		if err := errors.Join(err, e.revert()); err != nil {
			return err
		}
	}
	return nil
}

// print writes one table per quantity. Ratios are to staticcheck, but for warm runs, which are compared with go vet.
func print(w io.Writer, all []tool, got results) {
	quantities := []struct {
		name string
		of   func(usage) float64
	}{
		{"CPU seconds", func(u usage) float64 { return u.CPU.Seconds() }},
		{"wall seconds", func(u usage) float64 { return u.Wall.Seconds() }},
		{"peak MB of one process", func(u usage) float64 { return float64(u.Peak) / 1e6 }},
	}
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, q := range quantities {
		fmt.Fprint(tw, q.name)
		for _, t := range all {
			fmt.Fprintf(tw, "\t%s", t.name)
		}
		fmt.Fprintln(tw, "\tconclint beside")
		for _, phase := range phases {
			fmt.Fprint(tw, phase)
			for _, t := range all {
				fmt.Fprintf(tw, "\t%.1f", q.of(median(got[t.name][phase])))
			}
			fmt.Fprintf(tw, "\t%s\n", ratio(phase, all, got, q.of))
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
}

// ratio compares conclint with the tool that a phase is held against.
func ratio(phase string, all []tool, got results, of func(usage) float64) string {
	peer := "staticcheck"
	if phase == "warm" || !slices.ContainsFunc(all, func(t tool) bool { return t.name == peer }) {
		peer = "go vet"
	}
	base := of(median(got[peer][phase]))
	if base == 0 {
		return "-"
	}
	return fmt.Sprintf("%.2f x %s", of(median(got["conclint"][phase]))/base, peer)
}
