// Package driver is the conclint command apart from its analyzers: the tool
// behind go vet -vettool, and the standalone linter that runs go vet with
// itself as the tool and shows what comes out.
//
// The standalone mode has no loader, scheduler or cache of its own: go vet has
// them, and with the build cache a second run costs next to nothing. One cache
// entry serves every way to look at the findings, for a run always computes
// everything and the filters come after it.
package driver

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"golang.org/x/tools/go/analysis"

	"github.com/conclint/conclint/internal/report"
)

// Exit codes of the standalone mode.
const (
	exitClean    = 0
	exitFindings = 1
	exitError    = 2 // usage, or packages that could not be loaded, also if there are findings
)

// Tool is a linter: its analyzers and the flags that change what they compute.
type Tool struct {
	Engine    *analysis.Analyzer   // owns the facts, and requires ctrlflow
	Reporters []*analysis.Analyzer // require the engine
	// RegisterFlags adds the flags common to all analyzers. Those that the
	// driver knows are flagAll, flagStrict, flagStats and flagWhy; it passes
	// all others on as they are. May be nil.
	RegisterFlags func(*flag.FlagSet)
}

// Flags of the tool that have a meaning to the driver too.
const (
	flagAll    = "conclint.all" // compute and emit everything; always given
	flagStrict = "strict"       // emit the strict tier; in standalone mode a filter
	flagStats  = "debug.stats"
	flagWhy    = "debug.why"
)

// Main runs the command and returns its exit code. When the arguments are
// those of the vet tool protocol it does not return.
func (t *Tool) Main(args []string) int {
	if IsUnit(args) {
		t.runUnit(args)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	c := &command{tool: t, stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr}
	return c.main(ctx, args)
}

// command is one invocation of the standalone mode.
type command struct {
	tool           *Tool
	opts           *options
	dir            string // working directory, after -C
	scratch        string // for overlays; "" for a new one each time
	stdin          io.Reader
	stdout, stderr io.Writer
	src            *sources
	gone           []baselineEntry // see applyBaseline
}

// subcommands take over when the command line begins with their names.
var subcommands = map[string]func(c *command, ctx context.Context, args []string) int{
	"graph": (*command).graph,
}

func (c *command) main(ctx context.Context, args []string) int {
	if len(args) > 0 {
		if run := subcommands[args[0]]; run != nil {
			return run(c, ctx, args[1:])
		}
	}
	opts, err := parseOptions(c.tool, args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		usage(c.stdout, c.tool)
		return exitClean
	case err != nil:
		return c.fail(fmt.Errorf("%w\nRun conclint -help for usage.", err))
	}
	c.opts = opts
	if err := c.enter(opts.chdir); err != nil {
		return c.fail(err)
	}
	switch {
	case opts.version:
		fmt.Fprintln(c.stdout, versionLine())
		return exitClean
	case opts.list:
		list(c.stdout, c.tool)
		return exitClean
	case opts.explain != "":
		if err := explain(c.stdout, c.tool, opts.explain); err != nil {
			return c.fail(err)
		}
		return exitClean
	}
	if err := opts.configure(c.tool, c.dir); err != nil {
		return c.fail(err)
	}
	switch {
	case slices.Equal(opts.packages, []string{"flags"}):
		return c.printVetFlags()
	case opts.fix || opts.diff:
		return c.fix(ctx)
	}
	return c.lint(ctx)
}

// enter changes to a directory, unless it is "", and notes where the command works.
func (c *command) enter(dir string) (err error) {
	if dir != "" {
		if err := os.Chdir(dir); err != nil {
			return err
		}
		// The go command believes PWD where it is right; it would be stale now.
		os.Unsetenv("PWD")
	}
	c.dir, err = os.Getwd()
	return err
}

// lint analyses the packages and shows what is found.
func (c *command) lint(ctx context.Context) int {
	res, err := c.analyse(ctx, nil)
	if err != nil {
		return c.fail(err)
	}
	return c.show(ctx, res)
}

// show prints the findings of a run and returns the exit code.
func (c *command) show(ctx context.Context, res *vetResult) int {
	shown, err := c.unknown(ctx, res)
	if err != nil {
		return c.fail(err)
	}
	out := &output{tool: c.tool, findings: shown, errs: res.errs, dir: c.dir, src: c.src, colour: c.colour()}
	if err := formats[c.opts.format](c.stdout, out); err != nil {
		return c.fail(fmt.Errorf("cannot write the findings: %w", err))
	}
	c.printNotes(ctx, res)
	c.reportGone()
	c.printSummary(shown)
	if c.opts.counts {
		printCounts(c.stderr, shown)
	}
	if c.opts.stats {
		printStats(c.stderr, res.findings, res.packages)
	}
	return exitCode(res.errs, countFindings(shown))
}

// unknown selects the findings that neither a baseline nor history excuses.
func (c *command) unknown(ctx context.Context, res *vetResult) ([]*Finding, error) {
	shown := c.selectFindings(res.findings)
	if c.opts.newFrom != "" {
		var err error
		if shown, err = c.newSince(ctx, c.opts.newFrom, shown); err != nil {
			return nil, err
		}
	}
	return c.applyBaseline(ctx, res, shown)
}

func exitCode(errs []string, findings int) int {
	switch {
	case len(errs) > 0:
		return exitError
	case findings > 0:
		return exitFindings
	}
	return exitClean
}

// countFindings leaves out the answers to -debug.why.
func countFindings(fs []*Finding) (n int) {
	for _, f := range fs {
		if f.Code != report.CodeWhy {
			n++
		}
	}
	return n
}

// analyse runs go vet on the files, some of which may have changed texts. The
// findings are in order, once each, with fingerprints; c.src is as analysed.
func (c *command) analyse(ctx context.Context, changed map[string][]byte) (*vetResult, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find this program on disk, which go vet has to run: %w", err)
	}
	v := vetRun{dir: c.dir, self: self, analysis: c.opts.analysis, build: c.opts.build, packages: c.opts.packages}
	var over *overlay
	if len(changed) > 0 {
		if over, err = newOverlay(c.scratch, changed); err != nil {
			return nil, err
		}
		defer over.close()
		v.build = append(v.build[:len(v.build):len(v.build)], "-overlay="+over.json)
	}
	if isTerminal(c.stderr) {
		p := startProgress(c.stderr)
		defer p.close()
		v.progress = p.packageDone
	}
	res, err := v.run(ctx)
	if err != nil {
		return nil, err
	}
	if over != nil {
		over.real(res, c.dir)
	}
	c.src = newSources(changed)
	for _, f := range res.findings {
		f.Function = c.src.enclosing(f.Pos)
	}
	res.findings = sortFindings(res.findings)
	fingerprint(res.findings)
	return res, nil
}

func (c *command) selectFindings(all []*Finding) []*Finding {
	var out []*Finding
	for _, f := range all {
		if aboutAnalysis(f) || !c.opts.selection.keeps(f) || !c.opts.tests && isTestFile(f.Pos.File) {
			continue
		}
		if c.opts.selection.config != nil {
			f.Severity = c.opts.selection.config.severityFor(f.CodeInfo)
		}
		out = append(out, f)
	}
	return out
}

// printNotes shows what the go command said. Errors are part of the output of
// formats for machines, and stand on standard error for people in all of them.
func (c *command) printNotes(ctx context.Context, res *vetResult) {
	for _, n := range res.notes {
		fmt.Fprintln(c.stderr, n)
	}
	for _, e := range res.errs {
		fmt.Fprintln(c.stderr, e)
	}
	if len(res.errs) > 0 {
		if note := newerGo(goVersion(ctx)); note != "" {
			fmt.Fprintln(c.stderr, note)
		}
	}
}

func (c *command) printSummary(shown []*Finding) {
	if c.opts.format != "text" || len(shown) == 0 {
		return
	}
	fixable := 0
	for _, f := range shown {
		if len(f.Fixes) > 0 {
			fixable++
		}
	}
	line := "conclint: " + plural(len(shown), "finding", "findings")
	if fixable > 0 {
		line += fmt.Sprintf(", %d with a fix", fixable)
	}
	fmt.Fprintln(c.stderr, line)
}

func (c *command) fail(err error) int {
	fmt.Fprintf(c.stderr, "conclint: %v\n", err)
	return exitError
}

func (c *command) colour() bool {
	switch c.opts.colour {
	case "always":
		return true
	case "never":
		return false
	}
	return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" && isTerminal(c.stdout)
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || filepath.Clean(f.Name()) == os.DevNull {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// output is all that a format gets to see.
type output struct {
	tool     *Tool
	findings []*Finding
	errs     []string
	dir      string
	src      *sources
	colour   bool
}

// name is a file as this output names it.
func (o *output) name(file string) string { return display(o.dir, file) }

// slashName is name with forward slashes, for formats that travel.
func (o *output) slashName(file string) string { return filepath.ToSlash(o.name(file)) }

// formats are the values of -format.
var formats = map[string]func(io.Writer, *output) error{
	"text":   writeText,
	"json":   writeJSON,
	"sarif":  writeSARIF,
	"github": writeGitHub,
	"html":   writeHTML,
}

func formatNames() string {
	return strings.Join([]string{"text", "json", "sarif", "github", "html"}, ", ")
}
