package fixcheck

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/conclint/conclint/internal/proof/modules"
)

// settings are the flags of the command.
type settings struct {
	bin, cache, records, code string
	testdata                  bool
	modules                   string // "all", "none", or parts of their paths
	most                      int    // trials per analyzer and target, 0 for all
	workers                   int
	verbose                   bool
}

func parse(args []string) (settings, error) {
	var s settings
	flags := flag.NewFlagSet("fixcheck", flag.ContinueOnError)
	flags.StringVar(&s.bin, "conclint", "bin/conclint", "the `binary` under test")
	flags.StringVar(&s.cache, "cache", "", "`directory` for copies of modules (default conclint-corpus in the user's cache directory)")
	flags.StringVar(&s.records, "records", "testdata/corpus/audit", "`directory` of the judged reports, which name the public modules")
	flags.StringVar(&s.code, "code", "*/*", "only codes that match the `pattern`, such as relock/*")
	flags.BoolVar(&s.testdata, "testdata", true, "try the fixes in the testdata")
	flags.StringVar(&s.modules, "modules", "public", "try the fixes in these modules: public for the six whose reports are all read, all that have judged reports, none, or a list of `parts` of their paths")
	flags.IntVar(&s.most, "n", 0, "try at most `this many` fixes of each analyzer in the testdata and in each module; 0 means all")
	flags.IntVar(&s.workers, "workers", runtime.GOMAXPROCS(0), "how `many` fixes are judged at a time")
	flags.BoolVar(&s.verbose, "v", false, "list the reports of the default tier that come without a fix")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if flags.NArg() > 0 || s.most < 0 || s.workers < 1 {
		return s, errors.New("usage: proof fixcheck [flags], without arguments; -n is at least 0, -workers at least 1")
	}
	_, err := path.Match(s.code, "")
	return s, err
}

// Command is `proof fixcheck`. It fails unless every fix that was tried is clean.
func Command(ctx context.Context, args []string, w io.Writer) error {
	s, err := parse(args)
	if err != nil {
		return err
	}
	root, err := repository()
	if err != nil {
		return err
	}
	if s.bin, err = modules.Built(s.bin); err != nil {
		return err
	}
	tiers, err := readTiers(ctx, s.bin)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "conclint-fixcheck-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if scratch, err = filepath.EvalSymlinks(scratch); err != nil {
		return err
	}
	results := &results{tiers: tiers, byAnalyzer: map[string]*score{}}
	if s.testdata {
		t, err := testdata(ctx, root, scratch)
		if err != nil {
			return err
		}
		if err := s.check(ctx, t, filepath.Join(scratch, "of-testdata"), results); err != nil {
			return err
		}
	}
	names, err := s.selected()
	if err != nil {
		return err
	}
	cache, err := modules.Cache(s.cache)
	if err != nil {
		return err
	}
	var missed []error // the other modules are measured all the same
	for i, name := range names {
		dir := filepath.Join(scratch, fmt.Sprint("module", i))
		if err := s.module(ctx, name, cache, dir, root, results); err != nil {
			missed = append(missed, fmt.Errorf("%s was not measured: %w", name, err))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := os.RemoveAll(dir); err != nil {
			return err
		}
	}
	results.print(w)
	if s.verbose {
		for _, line := range results.bare {
			fmt.Fprintln(w, line)
		}
	}
	if n := results.unclean(); n > 0 {
		missed = append(missed, fmt.Errorf("%d fixes are not clean", n))
	}
	return errors.Join(missed...)
}

// module tries the fixes in a copy of a public module, in dir.
func (s settings) module(ctx context.Context, name, cache, dir, root string, all *results) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	t, err := publicModule(ctx, name, cache, dir, root)
	if err != nil {
		return err
	}
	return s.check(ctx, t, dir, all)
}

// selected are the public modules that -modules names.
func (s settings) selected() ([]string, error) {
	switch s.modules {
	case "none":
		return nil, nil
	case "public":
		return modules.Public, nil
	}
	all, err := pinned(s.records)
	if err != nil || s.modules == "all" {
		return all, err
	}
	parts := strings.Split(s.modules, ",")
	some := slices.DeleteFunc(all, func(m string) bool {
		return !slices.ContainsFunc(parts, func(p string) bool { return strings.Contains(m, p) })
	})
	if len(some) == 0 {
		return nil, fmt.Errorf("no pinned module has a path with %s in it", s.modules)
	}
	return some, nil
}

// check records a target and tries its fixes, one by one and then together.
func (s settings) check(ctx context.Context, t target, scratch string, all *results) error {
	fmt.Fprintf(os.Stderr, "%s\n", t.name)
	r, err := record(ctx, s.bin, scratch, t)
	if err != nil {
		return err
	}
	trials := s.trials(r, all)
	outcomes, err := r.tryAll(ctx, trials, s.workers)
	if err != nil {
		return err
	}
	for _, o := range outcomes {
		all.add(r, o)
	}
	complaints, n, err := r.together(ctx, outcomes)
	if err != nil {
		return err
	}
	all.together(t, n, complaints)
	return r.play(ctx, outcomes, all)
}

// trials lists the fixes of the target's findings, and counts what is reported and offered.
func (s settings) trials(r *recording, all *results) []trial {
	var trials []trial
	seen := map[string]bool{} // a file may belong to two variants
	taken := map[string]int{}
	for _, u := range r.units {
		if u.VetxOnly || !r.owns(u) {
			continue
		}
		for _, d := range u.findings {
			if ok, err := path.Match(s.code, d.Category); err != nil || !ok || strings.HasPrefix(d.Category, "engine/") || seen[d.Posn+kind(d)] {
				continue
			}
			seen[d.Posn+kind(d)] = true
			all.report(r, d)
			analyzer, _, _ := strings.Cut(d.Category, "/")
			for i, f := range d.Fixes {
				if s.most > 0 && taken[analyzer] >= s.most {
					break
				}
				taken[analyzer]++
				trials = append(trials, trial{unit: u, diagnostic: d, fix: f, n: i})
			}
		}
	}
	return trials
}

// tryAll judges the trials, several at a time; the outcomes are in the order of the trials.
func (r *recording) tryAll(ctx context.Context, trials []trial, workers int) ([]outcome, error) {
	outcomes := make([]outcome, len(trials))
	errs := make([]error, len(trials))
	next := make(chan int, len(trials))
	for i := range trials {
		next <- i
	}
	close(next)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := range next {
				outcomes[i], errs[i] = r.tryOne(ctx, trials[i], i)
			}
		})
	}
	wg.Wait()
	return outcomes, errors.Join(errs...)
}

func (r *recording) tryOne(ctx context.Context, t trial, i int) (outcome, error) {
	dir := filepath.Join(r.scratch, fmt.Sprint("trial", i))
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return outcome{}, err
	}
	o, err := r.judge(ctx, t, dir)
	return o, errors.Join(err, os.RemoveAll(dir))
}
