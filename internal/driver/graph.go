package driver

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/graph"
	"github.com/conclint/conclint/internal/report"
)

// flagGraph makes the engine report what graphs are made of.
const flagGraph = "debug.graph"

// graphFormats are the values of conclint graph -format.
var graphFormats = map[string]func(io.Writer, *graph.Graph) error{
	"dot":  graph.WriteDOT,
	"svg":  graph.WriteSVG,
	"html": graph.WriteHTML,
}

// graphKinds are the pictures that conclint graph draws.
var graphKinds = map[string]func(notes []graphNote, tests bool) *graph.Graph{
	"locks":      lockGraph,
	"goroutines": goroutineGraph,
}

// graphNote is a note with the package that it is about.
type graphNote struct {
	report.GraphNote
	pkg string
}

const graphUsage = `Usage:
	conclint graph [flags] locks|goroutines [flags] [packages]

Draws the order in which locks are taken, with its circles, or the goroutines:
who starts them, who waits for them or stops them, where their errors go.

Flags:
`

// graphOptions is the command line of conclint graph.
type graphOptions struct {
	format, kind, chdir string
	tests               bool
	build, packages     []string
}

func newGraphFlagSet(o *graphOptions) *flag.FlagSet {
	fs := flag.NewFlagSet("conclint graph", flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	fs.Usage = func() {}
	fs.StringVar(&o.format, "format", "svg", "output `format`: dot, svg or html")
	fs.BoolVar(&o.tests, "tests", false, "draw what test files do too")
	fs.StringVar(&o.chdir, "C", "", "change to `dir` before anything else")
	for _, name := range sortedKeys(buildFlags) {
		fs.Var(passed{name, buildFlags[name], &o.build}, name, "build flag, see go help build")
	}
	fs.Bool("trimpath", false, "accepted and ignored")
	return fs
}

// parseGraphOptions takes flags before and after the kind.
func parseGraphOptions(args []string) (*graphOptions, error) {
	o := &graphOptions{}
	fs := newGraphFlagSet(o)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	if fs.NArg() == 0 {
		return nil, errors.New("say what to draw: locks or goroutines")
	}
	o.kind = fs.Arg(0)
	if graphKinds[o.kind] == nil {
		return nil, fmt.Errorf("unknown graph %q: want locks or goroutines", o.kind)
	}
	if err := fs.Parse(fs.Args()[1:]); err != nil {
		return nil, err
	}
	o.packages = fs.Args()
	if i := slices.IndexFunc(o.packages, func(s string) bool { return strings.HasPrefix(s, "-") }); i >= 0 {
		return nil, fmt.Errorf("flag %s stands after a package: flags come first", o.packages[i])
	}
	if len(o.packages) == 0 {
		o.packages = []string{"."}
	}
	if graphFormats[o.format] == nil {
		return nil, fmt.Errorf("unknown format %q: want one of dot, svg, html", o.format)
	}
	return o, nil
}

// graph is conclint graph. Packages that cannot be loaded are missing in the
// picture, and the exit code tells; findings it has none.
func (c *command) graph(ctx context.Context, args []string) int {
	o, err := parseGraphOptions(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprint(c.stdout, graphUsage)
		printFlags(c.stdout, newGraphFlagSet(&graphOptions{}))
		return exitClean
	case err != nil:
		return c.fail(fmt.Errorf("%w\nRun conclint graph -help for usage.", err))
	}
	if err := c.enter(o.chdir); err != nil {
		return c.fail(err)
	}
	self, err := os.Executable()
	if err != nil {
		return c.fail(fmt.Errorf("cannot find this program on disk, which go vet has to run: %w", err))
	}
	// The engine alone runs, and says all that both pictures need: they share one cache entry.
	v := vetRun{dir: c.dir, self: self, analysis: []string{"-" + c.tool.Engine.Name, "-" + flagGraph}, build: o.build, packages: o.packages}
	if isTerminal(c.stderr) {
		p := startProgress(c.stderr)
		defer p.close()
		v.progress = p.packageDone
	}
	res, err := v.run(ctx)
	if err != nil {
		return c.fail(err)
	}
	g := graphKinds[o.kind](graphNotes(res.findings), o.tests)
	g.Subject, g.Tool, g.Errors = commonPackage(res.findings), "conclint "+Version(), res.errs
	if err := graphFormats[o.format](c.stdout, g); err != nil {
		return c.fail(fmt.Errorf("cannot write the graph: %w", err))
	}
	for _, e := range append(res.notes, res.errs...) {
		fmt.Fprintln(c.stderr, e)
	}
	return exitCode(res.errs, 0)
}

// graphNotes reads the notes, sorted by package and place: the order in which
// packages are analysed is chance. Tests make packages appear twice.
func graphNotes(fs []*Finding) []graphNote {
	fs = slices.DeleteFunc(slices.Clone(fs), func(f *Finding) bool { return f.Code != report.CodeGraph })
	slices.SortStableFunc(fs, func(a, b *Finding) int {
		if c := strings.Compare(a.Package, b.Package); c != 0 {
			return c
		}
		if c := comparePositions(a.Pos, b.Pos); c != 0 {
			return c
		}
		return strings.Compare(a.Message, b.Message)
	})
	var out []graphNote
	seen := map[string]bool{}
	for _, f := range fs {
		n, ok := report.DecodeGraphNote(f.Message)
		if key := f.Package + "\n" + f.Message; ok && !seen[key] {
			seen[key] = true
			out = append(out, graphNote{n, f.Package})
		}
	}
	return out
}
