package corpus

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
	"github.com/conclint/conclint/internal/proof/modules"
)

// Command is `proof corpus`: it parses args, runs the cases asked for and prints the tables to w.
func Command(ctx context.Context, args []string, w io.Writer) error {
	flags := flag.NewFlagSet("corpus", flag.ContinueOnError)
	bin := flags.String("conclint", "bin/conclint", "the `binary` under test")
	dir := flags.String("labels", "testdata/corpus", "`directory` of the label files")
	repos := flags.String("repos", os.Getenv("CORPUS_REPO"), "repositories of the real bugs: a path `template` with {owner} and {name}, or clone; empty: kernels only")
	cache := flags.String("cache", "", "`directory` for the work trees (default conclint-corpus in the user's cache directory)")
	only := Selection{}
	only.Register(flags)
	library := flags.Bool("library", false, "leave out the functions that drive the kernels, and look at kernels only")
	atLeast := flags.Int("min", 0, "fail unless this many kernels are found")
	verbose := flags.Bool("v", false, "print every case with its findings")
	if err := flags.Parse(args); err != nil {
		return err
	}
	labels, err := LoadLabels(*dir)
	if err != nil {
		return err
	}
	path, err := modules.Built(*bin)
	if err != nil {
		return err
	}
	work, err := modules.Cache(*cache)
	if err != nil {
		return err
	}
	tool := finding.Tool{Path: path}
	kernels := only.Kernels(labels.Kernels)
	bugs := only.Bugs(labels.Bugs)
	if len(kernels)+len(bugs) == 0 {
		return errors.New("no case matches -case, -category and -repo")
	}
	results, err := RunKernels(ctx, tool, kernels, labels.Claims, work, *library)
	if err != nil {
		return err
	}
	Print(w, "kernels", results, *verbose)
	if n := found(results); n < *atLeast {
		return fmt.Errorf("%d kernels found, %d wanted", n, *atLeast)
	}
	if *repos == "" || *library {
		return nil
	}
	done := 0
	results, err = RunBugs(ctx, tool, bugs, labels.Claims, Source(*repos), work, func(r Result) {
		done++
		fmt.Fprintf(os.Stderr, "\r%d/%d %-30s", done, len(bugs), r.ID)
	})
	fmt.Fprintln(os.Stderr)
	// What is done when the run is interrupted is worth seeing.
	Print(w, "real bugs", slices.DeleteFunc(results, func(r Result) bool { return r.ID == "" }), *verbose)
	return err
}

// A Selection says which cases are asked for; its zero value asks for all.
type Selection struct {
	cases, categories, repositories string
	high                            bool
}

// Register makes flags set the selection.
func (s *Selection) Register(flags *flag.FlagSet) {
	flags.StringVar(&s.cases, "case", "", "only these cases, `ids` separated by commas")
	flags.StringVar(&s.categories, "category", "", "only these `categories`, separated by commas")
	flags.StringVar(&s.repositories, "repo", "", "only the real bugs of these repositories, owner/name separated by commas")
	flags.BoolVar(&s.high, "high", false, "only labels of high confidence")
}

// Kernels are those of all that are asked for.
func (s Selection) Kernels(all []Kernel) []Kernel {
	if s.repositories != "" {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(all), func(k Kernel) bool {
		return !listed(s.cases, k.ID) || !listed(s.categories, k.Category)
	})
}

// Bugs are those of all that are asked for.
func (s Selection) Bugs(all []Bug) []Bug {
	return slices.DeleteFunc(slices.Clone(all), func(b Bug) bool {
		return !listed(s.cases, b.ID) || !listed(s.categories, b.Category) || !listed(s.repositories, b.Repo) ||
			s.high && b.Confidence != "high"
	})
}

func listed(list, item string) bool {
	return list == "" || slices.Contains(strings.Split(list, ","), item)
}
