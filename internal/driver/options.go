package driver

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/analysis"
)

// options is the command line of the standalone mode.
type options struct {
	format    string
	colour    string
	selection selection
	tests     bool
	explain   string
	list      bool
	version   bool
	stats     bool
	chdir     string
	fix, diff bool
	fixWith   string
	counts    bool
	baseline  string
	newFrom   string

	writeBaseline bool
	interactive   bool
	config        string // "" means to look for it, "none" to do without
	given         map[string]bool
	analysis      []string // flags of the tool that go vet is given, in order
	build         []string // flags of the go command, in order
	packages      []string
}

// buildFlags are the flags of go build that go vet understands and that say
// how packages are found and compiled; the value tells whether one is boolean.
var buildFlags = map[string]bool{
	"a": true, "asan": true, "linkshared": true, "modcacherw": true, "msan": true, "race": true, "v": true, "work": true, "x": true,
	"asmflags": false, "buildmode": false, "buildvcs": false, "compiler": false, "gccgoflags": false, "gcflags": false,
	"installsuffix": false, "ldflags": false, "mod": false, "modfile": false, "overlay": false, "p": false, "pgo": false,
	"pkgdir": false, "tags": false, "toolexec": false,
}

// passed is a flag that travels to go vet as it is.
type passed struct {
	name   string
	isBool bool
	to     *[]string
}

func (p passed) String() string   { return "" }
func (p passed) IsBoolFlag() bool { return p.isBool }
func (p passed) Set(v string) error {
	*p.to = append(*p.to, "-"+p.name+"="+v)
	return nil
}

func parseOptions(t *Tool, args []string) (*options, error) {
	o := &options{}
	fs := newFlagSet(t, o)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	o.given = map[string]bool{}
	fs.Visit(func(f *flag.Flag) { o.given[f.Name] = true })
	o.selection.forced = o.given[flagStrict]
	o.packages = fs.Args()
	if i := slices.IndexFunc(o.packages, func(s string) bool { return strings.HasPrefix(s, "-") }); i >= 0 {
		return nil, fmt.Errorf("flag %s stands after a package: flags come first", o.packages[i])
	}
	if len(o.packages) == 0 {
		o.packages = []string{"."}
	}
	if formats[o.format] == nil {
		return nil, fmt.Errorf("unknown format %q: want one of %s", o.format, formatNames())
	}
	if !slices.Contains([]string{"auto", "always", "never"}, o.colour) {
		return nil, fmt.Errorf("unknown value %q of -color: want auto, always or never", o.colour)
	}
	if !slices.Contains([]string{"auto", "std", "runtime"}, o.fixWith) {
		return nil, fmt.Errorf("unknown value %q of -fix-with: want auto, std or runtime", o.fixWith)
	}
	if o.interactive && !o.fix && !o.diff {
		return nil, errors.New("-i goes with -fix or -diff")
	}
	if o.writeBaseline && (o.fix || o.diff || o.newFrom != "") {
		return nil, errors.New("-write-baseline goes with neither -fix, -diff nor -new-from")
	}
	return o, nil
}

func newFlagSet(t *Tool, o *options) *flag.FlagSet {
	fs := flag.NewFlagSet("conclint", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the caller prints errors
	fs.Usage = func() {}
	fs.StringVar(&o.format, "format", "text", "output `format`: "+formatNames())
	fs.StringVar(&o.colour, "color", "auto", "`when` to colour the text output: auto, always or never")
	fs.Func("enable", "show the findings of these analyzers or codes too; `patterns` as in -disable", func(v string) error { return o.selection.add(v, true) })
	fs.Func("disable", "hide the findings of these analyzers or codes: a list of `patterns` such as relock, relock/rlock, racy*, all", func(v string) error { return o.selection.add(v, false) })
	fs.BoolVar(&o.selection.strict, flagStrict, false, "show the strict tier too")
	fs.BoolVar(&o.tests, "tests", true, "show findings in test files")
	fs.StringVar(&o.explain, "explain", "", "explain a `code` or an analyzer, and exit")
	fs.BoolVar(&o.list, "list", false, "list analyzers and codes, and exit")
	fs.BoolVar(&o.version, "version", false, "print the version, and exit")
	fs.StringVar(&o.chdir, "C", "", "change to `dir` before anything else")

	fs.StringVar(&o.config, "config", "", "configuration `file`; the default is "+configName+" here or above, none means to do without")
	fs.StringVar(&o.baseline, "baseline", "", "do not show the findings that this `file` lists")
	fs.BoolVar(&o.writeBaseline, "write-baseline", false, "write what is found to the file of -baseline, "+defaultBaseline+" if none is given")
	fs.StringVar(&o.newFrom, "new-from", "", "show only what is found now and not in this git `revision`")
	fs.BoolVar(&o.fix, "fix", false, "apply fixes that are proved to compile, to remove their finding and to add none; then show what is left")
	fs.BoolVar(&o.interactive, "i", false, "with -fix or -diff: ask about each finding")
	fs.BoolVar(&o.counts, "stats", false, "print on standard error how many findings there are of each code")
	fs.BoolVar(&o.diff, "diff", false, "print as a diff what -fix would change")
	fs.StringVar(&o.fixWith, "fix-with", "auto", "which `kind` of fix to choose where there are several: std, for the standard library, runtime, for conclint's runtime module, or auto: runtime if the module requires it already")

	o.analysis = []string{"-" + flagAll}
	fs.BoolFunc(flagStats, "print counters of the analysis on standard error", func(v string) error {
		o.stats = v != "false"
		return passed{flagStats, true, &o.analysis}.Set(v)
	})
	for _, name := range sortedKeys(buildFlags) {
		fs.Var(passed{name, buildFlags[name], &o.build}, name, "build flag, see go help build")
	}
	// Positions must be those of the files on disk, whatever is built: see vetRun.
	fs.Bool("trimpath", false, "accepted and ignored")
	for _, f := range analysisFlags(t) {
		if fs.Lookup(f.Name) == nil && f.Name != flagAll {
			fs.Var(passed{f.Name, isBool(f.Flag), &o.analysis}, f.Name, f.Usage)
		}
	}
	return fs
}

// analysisFlag is a flag of the tool that changes what is computed. Its Value
// belongs to nobody who analyses here: it only checks what it is given.
type analysisFlag struct{ *flag.Flag }

// analysisFlags lists them, those of the engine and the analyzers included.
func analysisFlags(t *Tool) []analysisFlag {
	var out []analysisFlag
	if t.RegisterFlags != nil {
		common := flag.NewFlagSet("", flag.ContinueOnError)
		t.RegisterFlags(common)
		common.VisitAll(func(f *flag.Flag) { out = append(out, analysisFlag{f}) })
	}
	for _, a := range append([]*analysis.Analyzer{t.Engine}, t.Reporters...) {
		a.Flags.VisitAll(func(f *flag.Flag) {
			g := *f
			g.Name = a.Name + "." + f.Name
			out = append(out, analysisFlag{&g})
		})
	}
	return out
}

func isBool(f *flag.Flag) bool {
	b, ok := f.Value.(interface{ IsBoolFlag() bool })
	return ok && b.IsBoolFlag()
}

// configure takes over what the configuration file says and the command line does not.
func (o *options) configure(t *Tool, dir string) error {
	file := o.config
	switch file {
	case "none":
		return nil
	case "":
		if file = findConfig(dir); file == "" {
			return nil
		}
	default:
		if !filepath.IsAbs(file) {
			file = filepath.Join(dir, file)
		}
	}
	cfg, err := readConfig(file, analysisFlags(t))
	if err != nil {
		return err
	}
	o.selection.config = cfg
	if cfg.strict != nil && !o.given[flagStrict] {
		o.selection.strict = *cfg.strict
	}
	if cfg.tests != nil && !o.given["tests"] {
		o.tests = *cfg.tests
	}
	if o.baseline == "" {
		o.baseline = cfg.baseline
	}
	// The last of two flags counts: the command line's.
	o.analysis = append(append([]string{"-" + flagAll}, cfg.analysis...), o.analysis[1:]...)
	return nil
}

// movedTo returns the options for a copy of the tree at top that stands in dir:
// rules for paths hold there as here.
func (o *options) movedTo(top, dir string) *options {
	out := *o
	if cfg := o.selection.config; cfg != nil {
		if rel, err := filepath.Rel(top, cfg.dir); err == nil && filepath.IsLocal(rel) {
			moved := *cfg
			moved.dir = filepath.Join(dir, rel)
			out.selection.config = &moved
		}
	}
	return &out
}

func usage(w io.Writer, t *Tool) {
	fmt.Fprint(w, `conclint finds concurrency bugs in Go packages.

Usage:
	conclint [flags] [packages]
	conclint [flags] flags      print the flags that make go vet -vettool agree
	conclint graph locks|goroutines [flags] [packages]
	                            draw the lock order, or who starts and stops whom
	conclint gopls build        make a gopls that carries the analyzers
	conclint lsp                a language server beside gopls
	go vet -vettool=$(which conclint) [packages]

Packages are those of the go command; the default is the one in the current
directory. Exit codes: 0 clean, 1 findings, 2 usage or load errors.

Flags:
`)
	printFlags(w, newFlagSet(t, &options{}))
}

// printFlags lists flags, the go command's own in one line.
func printFlags(w io.Writer, fs *flag.FlagSet) {
	var own, build []*flag.Flag
	fs.VisitAll(func(f *flag.Flag) {
		if _, ok := buildFlags[f.Name]; ok || f.Name == "trimpath" {
			build = append(build, f)
		} else {
			own = append(own, f)
		}
	})
	for _, f := range own {
		arg, text := flag.UnquoteUsage(f)
		if isBool(f) {
			arg = ""
		}
		fmt.Fprintf(w, "  -%s\n    \t%s\n", strings.TrimSpace(f.Name+" "+arg), text)
	}
	var names []string
	for _, f := range build {
		names = append(names, "-"+f.Name)
	}
	fmt.Fprintf(w, "\nThe go command's build flags work too: %s.\n", strings.Join(names, " "))
}
