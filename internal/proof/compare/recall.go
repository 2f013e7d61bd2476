package compare

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/conclint/conclint/internal/proof/corpus"
	"github.com/conclint/conclint/internal/proof/finding"
	"github.com/conclint/conclint/internal/proof/modules"
)

// Recall is `proof recall`: how many of the labelled bugs conclint and other tools find. A finding of conclint counts when its analyzer
// may claim the bug's category; of another tool, whatever a rule about concurrency says in the labelled function or at the
// labelled lines.
func Recall(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("recall", flag.ContinueOnError)
	bin := flags.String("conclint", "bin/conclint", "the `binary` under test")
	dir := flags.String("labels", "testdata/corpus", "`directory` of the label files")
	repos := flags.String("repos", os.Getenv("CORPUS_REPO"), "repositories of the real bugs: a path `template` with {owner} and {name}, or clone; empty: kernels only")
	cacheDir := flags.String("cache", "", "`directory` for work trees and other tools (default conclint-corpus in the user's cache directory)")
	names := flags.String("tools", "go vet,staticcheck,gosec,checklocks", "the other tools: names separated by commas")
	var only corpus.Selection
	only.Register(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	labels, err := corpus.LoadLabels(*dir)
	if err != nil {
		return err
	}
	conclint, err := modules.Built(*bin)
	if err != nil {
		return err
	}
	cache, err := modules.Cache(*cacheDir)
	if err != nil {
		return err
	}
	kernels, bugs := only.Kernels(labels.Kernels), only.Bugs(labels.Bugs)
	if *repos == "" {
		bugs = nil
	}
	if len(kernels)+len(bugs) == 0 {
		return errors.New("no case is selected")
	}
	peers, lacking := available(ctx, cache, *names)
	contestants := []contestant{{"conclint", finding.Tool{Path: conclint}, labels.Claims}}
	for _, p := range peers {
		contestants = append(contestants, contestant{p.Name, outsider{p, cache}, nil})
	}
	var k, b score
	for _, c := range contestants {
		fmt.Fprintf(os.Stderr, "%s\n", c.name)
		results, err := corpus.RunKernels(ctx, c.tool, kernels, c.claims, cache, false)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		k.add(results)
		if len(bugs) == 0 {
			continue
		}
		results, err = corpus.RunBugs(ctx, c.tool, bugs, c.claims, corpus.Source(*repos), cache, func(corpus.Result) {})
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		b.add(results)
	}
	k.print(w, "kernels", contestants)
	b.print(w, "real bugs", contestants)
	for _, name := range lacking {
		fmt.Fprintf(w, "not to be had: %s\n", name)
	}
	return nil
}

// A contestant is a tool whose findings are held against the labels.
type contestant struct {
	name   string
	tool   corpus.Tool
	claims corpus.Claims
}

// An outsider is a peer as the corpus sees it.
type outsider struct {
	peer  *Peer
	cache string
}

// Analyse implements [corpus.Tool]. A package that the peer cannot judge is trouble, not an error.
func (o outsider) Analyse(ctx context.Context, env []string, dir string, packages ...string) (finding.Report, error) {
	p := *o.peer
	p.env = env
	reports, err := p.Run(ctx, dir, o.cache, packages...)
	if ctx.Err() != nil {
		return finding.Report{}, ctx.Err()
	}
	if err != nil {
		return finding.Report{Trouble: err.Error()}, nil
	}
	var out finding.Report
	for _, r := range relevant(&p, &sources{dir: dir, files: map[string]*spans{}}, reports) {
		out.Findings = append(out.Findings, finding.Finding{Code: p.Name + "/" + r.Rule, Tier: finding.Default, File: r.File, Line: r.Line, Message: r.Message})
	}
	return out, nil
}

// A score is the results of the contestants on the same cases, one after the other.
type score struct{ results [][]corpus.Result }

func (s *score) add(results []corpus.Result) {
	if len(results) > 0 {
		s.results = append(s.results, results)
	}
}

// print writes one row per category: of how many cases each contestant could judge, how many it found, and how many of the fixed
// versions it flags as well.
func (s *score) print(w io.Writer, title string, contestants []contestant) {
	if len(s.results) == 0 {
		return
	}
	var categories []string
	for _, r := range s.results[0] {
		if !slices.Contains(categories, r.Category) {
			categories = append(categories, r.Category)
		}
	}
	slices.Sort(categories)
	tw := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprint(tw, title)
	for _, c := range contestants {
		fmt.Fprintf(tw, "\t%s", c.name)
	}
	fmt.Fprintln(tw)
	for _, category := range append(categories, "all") {
		fmt.Fprint(tw, category)
		for _, results := range s.results {
			fmt.Fprintf(tw, "\t%s", foundIn(results, category))
		}
		fmt.Fprintln(tw)
	}
	if s.results[0][0].HasFixed {
		fmt.Fprint(tw, "fixed version flagged")
		for _, results := range s.results {
			flagged, all := 0, 0
			for _, r := range results {
				if r.Trouble == "" {
					all++
				}
				if r.Default.False {
					flagged++
				}
			}
			fmt.Fprintf(tw, "\t%d/%d", flagged, all)
		}
		fmt.Fprintln(tw)
	}
	tw.Flush()
	fmt.Fprintln(w)
}

// foundIn counts the cases of a category, or of all.
func foundIn(results []corpus.Result, category string) string {
	n, all := 0, 0
	for _, r := range results {
		if r.Trouble != "" || category != "all" && r.Category != category {
			continue
		}
		all++
		if r.Default.Found {
			n++
		}
	}
	return fmt.Sprintf("%d/%d", n, all)
}
