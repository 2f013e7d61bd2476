// Package gopls builds a gopls that carries the suite, so that an editor shows
// findings while code is typed and offers their fixes.
//
// gopls has no plugins. A build copies its module out of the module cache, adds
// one file that appends to its list of analyzers, and pins the x/tools that
// this gopls is written against: conclint compiles with it too.
package gopls

import (
	"context"
	"errors"
	"fmt"
	"go/version"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/conclint/conclint/internal/driver"
)

// build is one run of conclint gopls build.
type build struct {
	output  string // absolute
	release string // of gopls; "" for the one that fits
	from    origin
	config  *driver.Baked
	work    bool // keep the scratch directory
	log     io.Writer
}

func (b *build) say(format string, args ...any) { fmt.Fprintf(b.log, format+"\n", args...) }

// run makes the binary, or leaves what was there.
func (b *build) run(ctx context.Context, dir string) error {
	goVersion, err := goVersionOf(ctx, dir)
	if err != nil {
		return err
	}
	if err := b.choose(goVersion); err != nil {
		return err
	}
	src, err := download(ctx, dir, b.release)
	if err != nil {
		return err
	}
	if version.Lang(goVersion) != "" && version.Compare("go"+src.goMin, goVersion) > 0 {
		return fmt.Errorf("gopls %s needs go %s, and the go command is %s", b.release, src.goMin, goVersion)
	}
	b.say("gopls %s, for %s; %s %s", b.release, goVersion, toolsPath, src.tools)
	b.say("conclint from %s", b.from)
	scratch, err := os.MkdirTemp("", "conclint-gopls-")
	if err != nil {
		return err
	}
	if b.work {
		b.say("the work stays in %s", scratch)
	} else {
		defer os.RemoveAll(scratch)
	}
	if err := b.prepare(ctx, src, scratch); err != nil {
		return err
	}
	b.say("building; the first time this takes a minute or two")
	return b.compile(ctx, scratch)
}

func goVersionOf(ctx context.Context, dir string) (string, error) {
	out, err := goCommand(ctx, dir, "env", "GOVERSION")
	if err != nil {
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}

// choose settles which gopls is built.
func (b *build) choose(goVersion string) error {
	r, err := releaseFor(goVersion)
	if err != nil {
		return err
	}
	switch {
	case b.release == "":
		b.release = r.gopls
		if !r.tried || version.Compare(version.Lang(goVersion), r.goLang) > 0 {
			b.say("note: this conclint has not been tried with gopls %s and %s", r.gopls, goVersion)
		}
	case !semver.MatchString(b.release):
		return fmt.Errorf("-gopls %s: want a version such as %s", b.release, r.gopls)
	case b.release != r.gopls:
		b.say("note: for %s conclint is made for gopls %s", goVersion, r.gopls)
	}
	return nil
}

// prepare makes the module to build.
func (b *build) prepare(ctx context.Context, src source, scratch string) error {
	if err := os.CopyFS(scratch, os.DirFS(src.dir)); err != nil {
		return fmt.Errorf("cannot copy gopls: %w", err)
	}
	text, err := generated(b.config)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(scratch, "internal", "settings", "zz_conclint.go"), text, 0o644); err != nil {
		return err
	}
	edits := []string{"mod", "edit", "-replace=" + toolsPath + "=" + toolsPath + "@" + src.tools}
	if b.from.dir != "" {
		edits = append(edits, "-require="+modulePath+"@v0.0.0", "-replace="+modulePath+"="+b.from.dir)
	} else {
		edits = append(edits, "-require="+modulePath+"@"+b.from.version)
	}
	_, err = goCommand(ctx, scratch, edits...)
	return err
}

// compile builds beside the output, looks at the result, and puts it in place.
func (b *build) compile(ctx context.Context, scratch string) error {
	name := b.release + "+conclint"
	if v := strings.TrimPrefix(b.from.version, "v"); v != "" {
		name += "." + v
	}
	tmp, err := os.MkdirTemp(filepath.Dir(b.output), ".conclint-gopls-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(tmp)
	binary := filepath.Join(tmp, filepath.Base(b.output))
	_, err = goCommand(ctx, scratch, "build", "-mod=mod", "-o", binary, "-ldflags=-X main.version="+name, ".")
	if err != nil {
		return fmt.Errorf("gopls %s and conclint from %s do not build together: %w", b.release, b.from, err)
	}
	on, off, err := analyzersIn(ctx, binary)
	if err != nil {
		return err
	}
	if err := os.Rename(binary, b.output); err != nil {
		return err
	}
	b.say("%s is gopls %s", b.output, name)
	b.say("  on:  %s", strings.Join(on, " "))
	b.say("  off: %s", strings.Join(off, " "))
	return nil
}

// analyzersIn asks a gopls which analyzers of conclint it has.
func analyzersIn(ctx context.Context, binary string) (on, off []string, err error) {
	cmd := exec.CommandContext(ctx, binary, "version")
	cmd.Env = append(os.Environ(), listEnv+"=1")
	out, err := cmd.Output()
	if err != nil {
		return nil, nil, fmt.Errorf("the new gopls does not run: %w", err)
	}
	for line := range strings.Lines(string(out)) {
		switch fields := strings.Fields(line); {
		case len(fields) == 2 && fields[0] == "on":
			on = append(on, fields[1])
		case len(fields) == 2 && fields[0] == "off":
			off = append(off, fields[1])
		}
	}
	if len(on) == 0 {
		return nil, nil, errors.New("the new gopls does not have conclint's analyzers")
	}
	return on, off, nil
}
