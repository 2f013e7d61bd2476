package audit

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/proof/finding"
	"github.com/conclint/conclint/internal/proof/modules"
)

// common are the flags of both commands.
type common struct {
	bin, dir, cache, code string
}

func (c *common) register(flags *flag.FlagSet) {
	flags.StringVar(&c.bin, "conclint", "bin/conclint", "the `binary` under test")
	flags.StringVar(&c.dir, "records", "testdata/corpus/audit", "`directory` of the judged reports")
	flags.StringVar(&c.cache, "cache", "", "`directory` for copies of modules (default conclint-corpus in the user's cache directory)")
	flags.StringVar(&c.code, "code", "*/*", "only codes that match the `pattern`, such as relock/*")
}

// analyse runs the tool on a module and returns the findings that the code pattern selects, with the directory of its source.
func (c *common) analyse(ctx context.Context, module string) (dir string, findings []finding.Finding, err error) {
	bin, err := modules.Built(c.bin)
	if err != nil {
		return "", nil, err
	}
	cache, err := modules.Cache(c.cache)
	if err != nil {
		return "", nil, err
	}
	if dir, err = modules.Prepare(ctx, module, cache); err != nil {
		return "", nil, err
	}
	tool := finding.Tool{Path: bin, Env: []string{"GOWORK=off"}}
	report, err := tool.Run(ctx, dir, "./...")
	if err != nil {
		return dir, nil, err
	}
	if report.Trouble != "" {
		fmt.Fprintf(os.Stderr, "%s: %s\n", module, report.Trouble)
	}
	if report.InternalErrors > 0 {
		return dir, nil, fmt.Errorf("%s: %d internal errors; conclint -debug.stats names them", module, report.InternalErrors)
	}
	for _, f := range report.Findings {
		if c.selects(f.Code) {
			findings = append(findings, f)
		}
	}
	return dir, findings, nil
}

func (c *common) selects(code string) bool {
	ok, err := path.Match(c.code, code)
	return ok && err == nil
}

// Command is `proof audit`: it replays the records, over all of their modules or those named in args.
func Command(ctx context.Context, args []string, w io.Writer) error {
	var c common
	flags := flag.NewFlagSet("audit", flag.ContinueOnError)
	c.register(flags)
	verbose := flags.Bool("v", false, "list the reports that nobody has read")
	if err := flags.Parse(args); err != nil {
		return err
	}
	records, err := Load(c.dir)
	if err != nil {
		return err
	}
	only := flags.Args()
	byModule := map[string][]Record{}
	var order []string
	for _, r := range records {
		if !c.selects(r.Code) || len(only) > 0 && !slices.Contains(only, r.Module) {
			continue
		}
		if byModule[r.Module] == nil {
			order = append(order, r.Module)
		}
		byModule[r.Module] = append(byModule[r.Module], r)
	}
	if len(order) == 0 {
		return errors.New("no record is selected")
	}
	slices.Sort(order)
	var replays []replay
	for _, module := range order {
		fmt.Fprintf(os.Stderr, "%s\n", module)
		_, findings, err := c.analyse(ctx, module)
		if err != nil {
			return err
		}
		replays = append(replays, compare(module, byModule[module], findings))
	}
	print(w, replays, *verbose)
	return nil
}

// Sample is `proof sample`: it draws reports on modules that nobody has read, as records to be completed.
func Sample(ctx context.Context, args []string, w io.Writer) error {
	var c common
	flags := flag.NewFlagSet("sample", flag.ContinueOnError)
	c.register(flags)
	n := flags.Int("n", 20, "how `many` of each module")
	strict := flags.Bool("strict", false, "draw from the strict tier instead of the default tier")
	tests := flags.Bool("tests", false, "draw from test files too")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("usage: proof sample [flags] path@version...")
	}
	records, err := Load(c.dir)
	if err != nil {
		return err
	}
	for _, module := range flags.Args() {
		dir, findings, err := c.analyse(ctx, module)
		if err != nil {
			return err
		}
		mine := slices.DeleteFunc(slices.Clone(records), func(r Record) bool { return r.Module != module })
		unread := slices.DeleteFunc(compare(module, mine, findings).unread, func(f finding.Finding) bool {
			return f.Default() == *strict || !*tests && strings.HasSuffix(f.File, "_test.go")
		})
		fmt.Fprintf(w, "# %s: %d of %d reports not read; source in %s\n", module, min(*n, len(unread)), len(unread), dir)
		for _, f := range draw(module, unread, *n) {
			fmt.Fprintf(w, "%s\t%s:%d\t%s\t?\t%s\n", module, f.File, f.Line, f.Code, strings.ReplaceAll(f.Message, "\t", " "))
		}
	}
	return nil
}

// draw returns the n findings of lowest rank.
func draw(module string, findings []finding.Finding, n int) []finding.Finding {
	slices.SortStableFunc(findings, func(a, b finding.Finding) int { return strings.Compare(rank(module, a), rank(module, b)) })
	return findings[:min(n, len(findings))]
}
