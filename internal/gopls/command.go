package gopls

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/driver"
)

const usage = `conclint gopls build makes a gopls that has conclint's analyzers built in: live
diagnostics and quick fixes in any editor that uses gopls.

Usage:
	conclint gopls build [-o PATH] [-config FILE] [-gopls VERSION] [-source DIR] [-work]

gopls has no plugins. The build takes the gopls that goes with your Go version
from the module proxy, adds one file that registers the analyzers, and compiles
it: about a minute, some 50 MB. It is to be done again for a new Go, gopls or
conclint. Nothing of your Go installation changes, and the gopls you have stays.

An editor switches analyzers on and off by name, and knows neither codes nor
tiers. So the configuration file is built in: what it enables, disables, says
about paths, severities and options. For the strict tier each analyzer has a
twin, NAME_strict, that is off: "analyses": {"heldwait_strict": true} in the
editor's gopls settings switches one on.

Flags:
`

// Main runs conclint gopls and returns the exit code.
func Main(ctx context.Context, tool *driver.Tool, args []string, stdout, stderr io.Writer) int {
	err := run(ctx, tool, args, stdout, stderr)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(stderr, "conclint gopls: %v\n", err)
		return 2
	}
	return 0
}

func run(ctx context.Context, tool *driver.Tool, args []string, stdout, stderr io.Writer) error {
	b := &build{log: stderr}
	var config, source string
	fs := flag.NewFlagSet("gopls", flag.ContinueOnError)
	fs.SetOutput(io.Discard) // the caller prints errors
	name := "gopls-conclint"
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	fs.StringVar(&b.output, "o", name, "write the binary to `path`")
	fs.StringVar(&config, "config", "", "build in this configuration `file`; the default is .conclint.yaml here or above, none means to do without")
	fs.StringVar(&b.release, "gopls", "", "build this `version` of gopls; the default is the one for your Go version")
	fs.StringVar(&source, "source", "", "take conclint from a checkout in `dir`; the default is where this program comes from")
	fs.BoolVar(&b.work, "work", false, "keep the module that is built, and print where")
	help := func() {
		fmt.Fprint(stdout, usage)
		fs.SetOutput(stdout)
		fs.PrintDefaults()
	}
	fs.Usage = func() {}
	if len(args) == 0 || slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		help()
		return flag.ErrHelp
	}
	if args[0] != "build" {
		return fmt.Errorf("want the word build, not %q", args[0])
	}
	err := fs.Parse(args[1:])
	switch {
	case errors.Is(err, flag.ErrHelp):
		help()
		return err
	case err != nil:
		return err
	case fs.NArg() > 0:
		return fmt.Errorf("unexpected argument %q", fs.Arg(0))
	}
	dir, err := os.Getwd()
	if err != nil {
		return err
	}
	if b.output, err = outputFile(b.output); err != nil {
		return err
	}
	if b.from, err = findOrigin(source, dir); err != nil {
		return err
	}
	if b.config, err = tool.Bake(dir, config); err != nil {
		return err
	}
	if b.config.File != "" {
		b.say("configuration: %s", b.config.File)
	} else {
		b.say("configuration: none, the default tier")
	}
	for _, lost := range b.config.Lost {
		b.say("note: %s has no place in gopls", lost)
	}
	if err := b.run(ctx, dir); err != nil {
		return err
	}
	fmt.Fprintf(stdout, advice, b.output, quoted(b.output), b.output, b.output)
	return nil
}

// outputFile is where the binary goes, absolute.
func outputFile(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(abs); err == nil && !info.Mode().IsRegular() {
		return "", fmt.Errorf("-o %s: that is no file", path)
	}
	if info, err := os.Stat(filepath.Dir(abs)); err != nil || !info.IsDir() {
		return "", fmt.Errorf("-o %s: there is no such directory", path)
	}
	return abs, nil
}

// quoted is a path as JSON has it.
func quoted(path string) string { return strings.ReplaceAll(path, `\`, `\\`) }

const advice = `
Let your editor start %s in the place of gopls:
  VS Code  "go.alternateTools": {"gopls": "%s"}
  Neovim   cmd = {"%s"}
  Emacs    (add-to-list 'eglot-server-programs '((go-mode go-ts-mode) . ("%s")))
More in docs/editors.md. Build it again for a new Go, gopls or conclint.
`
