package driver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
	"github.com/conclint/conclint/internal/report"
)

// notForSessions are the flags that say what one invocation does.
var notForSessions = []string{
	"C", "color", "diff", "fix", "format", "i", "list", "version", "explain", "new-from", "write-baseline", "stats", "overlay",
	flagStats, flagWhy, "debug.graph",
}

// A Session analyses packages again and again under one command line, for
// programs that show findings while code is being written. Analyse and Close
// must not be called at the same time.
type Session struct {
	tool    *Tool
	flags   []string
	guard   *fileGuard // for its directories
	scratch string     // for overlays, "" before the first
}

// Session returns a session under flags as of the command line, and an error
// for those that are unknown or make no sense here.
func (t *Tool) Session(ctx context.Context, flags []string) (*Session, error) {
	o, err := parseOptions(t, flags)
	if err != nil {
		return nil, err
	}
	for _, name := range notForSessions {
		if o.given[name] {
			return nil, fmt.Errorf("flag -%s has no meaning here", name)
		}
	}
	if !slices.Equal(o.packages, []string{"."}) {
		return nil, fmt.Errorf("unexpected argument %q: only flags are wanted here", o.packages[0])
	}
	return &Session{tool: t, flags: slices.Clone(flags), guard: newFileGuard(ctx, "")}, nil
}

// Close removes what the session has on disk.
func (s *Session) Close() error {
	if s.scratch == "" {
		return nil
	}
	dir := s.scratch
	s.scratch = ""
	return os.RemoveAll(dir)
}

// Foreign reports whether a file belongs to the Go distribution or the module
// cache: code that the user reads and does not write.
func (s *Session) Foreign(file string) bool {
	return below(s.guard.goroot, file) || below(s.guard.modcache, file)
}

// Request is what a session is to analyse.
type Request struct {
	Dir      string            // absolute; the go command runs here
	Packages []string          // as the go command knows them, or files
	Changed  map[string][]byte // texts that differ from those on disk, by absolute name
}

// Analysis is the outcome of a request.
type Analysis struct {
	// Findings are those that the configuration for the directory shows, in
	// order. Their fixes are those that may be applied.
	Findings []*Finding
	// Errors are packages that could not be loaded and analyses that failed.
	Errors []string
	src    *sources
}

// Text is a file as it was analysed; nil if it cannot be read.
func (a *Analysis) Text(file string) []byte { return a.src.file(file).data }

// Failed are the import paths that the errors speak about, in order. Packages
// that import them have not been analysed either.
func (a *Analysis) Failed() []string { return failedPackages(a.Errors) }

// Analyse runs the analysis. The configuration file is read each time. The
// error is of a kind that leaves nothing to show: no go command, a mistake in
// the configuration, ctx done.
func (s *Session) Analyse(ctx context.Context, req Request) (*Analysis, error) {
	opts, err := parseOptions(s.tool, s.flags)
	if err != nil {
		return nil, err
	}
	if err := opts.configure(s.tool, req.Dir); err != nil {
		return nil, err
	}
	opts.packages = req.Packages
	if s.scratch == "" && len(req.Changed) > 0 {
		if s.scratch, err = os.MkdirTemp("", "conclint-session-"); err != nil {
			return nil, err
		}
	}
	c := &command{tool: s.tool, opts: opts, dir: req.Dir, scratch: s.scratch, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard}
	res, err := c.analyse(ctx, req.Changed)
	if err != nil {
		return nil, err
	}
	shown, err := c.unknown(ctx, res)
	if err != nil {
		return nil, err
	}
	guard := &fileGuard{cwd: req.Dir, goroot: s.guard.goroot, modcache: s.guard.modcache, seen: map[string]string{}}
	for file := range req.Changed {
		guard.seen[file] = "" // being edited, in whatever state
	}
	lacks := !requiresRuntime(req.Dir)
	for _, f := range shown {
		f.Fixes = slices.DeleteFunc(f.Fixes, func(fix Fix) bool {
			return guard.forbids(fix) != "" || lacks && usesRuntime(fix)
		})
	}
	// Texts are read now: a file may be another one when a reader asks.
	for _, f := range shown {
		for _, file := range f.files() {
			c.src.file(file)
		}
	}
	return &Analysis{Findings: shown, Errors: res.errs, src: c.src}, nil
}

// requiresRuntime reports whether the module in a directory may import the
// runtime module. An editor cannot add the requirement along with a fix.
func requiresRuntime(dir string) bool {
	mod, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	return err == nil && bytes.Contains(mod, []byte(edit.RuntimeModule))
}

// files are the files that a finding speaks about, with repetitions.
func (f *Finding) files() []string {
	out := []string{f.Pos.File}
	for _, r := range f.Related {
		out = append(out, r.Pos.File)
	}
	for _, s := range f.Witness {
		out = append(out, s.Place.File)
	}
	for _, fix := range f.Fixes {
		for _, e := range fix.Edits {
			out = append(out, e.File)
		}
	}
	return out
}

// Baked is a configuration file as values, for programs that carry it inside.
type Baked struct {
	File      string // absolute; "" if there is none
	Selection report.Selection
	Analysis  []string // flags of the analysis, such as -runtime=example.com/rt
	Lost      []string // what it says that has no place here, for people
	severity  func(report.CodeInfo) Severity
}

// SeverityOf is how loud the findings of a code are.
func (b *Baked) SeverityOf(c report.CodeInfo) Severity { return b.severity(c) }

// Bake reads the configuration that holds in a directory; file is the value of
// -config: "" to look for it, "none" to do without.
func (t *Tool) Bake(dir, file string) (*Baked, error) {
	if !filepath.IsAbs(dir) {
		return nil, errors.New("the directory must be absolute")
	}
	o, err := parseOptions(t, nil)
	if err != nil {
		return nil, err
	}
	o.config = file
	if err := o.configure(t, dir); err != nil {
		return nil, err
	}
	b := &Baked{
		Selection: *o.selection.value(),
		Analysis:  slices.DeleteFunc(o.analysis, func(f string) bool { return f == "-"+flagAll }),
		severity:  func(c report.CodeInfo) Severity { return severityOf(c.Claim) },
	}
	if cfg := o.selection.config; cfg != nil {
		b.File, b.severity = cfg.file, cfg.severityFor
	}
	if o.baseline != "" {
		b.Lost = append(b.Lost, "the baseline")
	}
	if !o.tests {
		// A rule for test files says the same.
		b.Selection.Paths = append(b.Selection.Paths, report.PathRules{Glob: "*_test.go", Rules: []report.Rule{{Pattern: "all", On: false}}})
	}
	return b, nil
}
