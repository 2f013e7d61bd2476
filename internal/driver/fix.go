package driver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/conclint/conclint/internal/edit"
)

// fixRounds bounds the runs of go vet that -fix makes. Each round proves a set
// of fixes or learns which ones fail; thousands of fixes need about twenty.
const fixRounds = 100

// fix applies fixes to what is found, proves each step, and then writes the
// files, or prints a diff. What is left is shown like any findings.
func (c *command) fix(ctx context.Context) int {
	if slices.ContainsFunc(c.opts.build, func(f string) bool { return strings.HasPrefix(f, "-overlay=") }) {
		return c.fail(errors.New("-fix and -diff prove fixes with an overlay of their own: -overlay cannot be used too"))
	}
	first, err := c.analyse(ctx, nil)
	if err != nil {
		return c.fail(err)
	}
	for _, f := range first.findings {
		f.session = f.Fingerprint
	}
	fresh, err := c.unknown(ctx, first)
	if err != nil {
		return c.fail(err)
	}
	runtime := &requirement{dir: c.dir, build: c.opts.build}
	x := &fixer{
		excused:       excused(c.selectFindings(first.findings), fresh),
		preferRuntime: c.opts.fixWith == "runtime" || c.opts.fixWith == "auto" && runtime.present(ctx),
		guard:         newFileGuard(ctx, c.dir),
		runtime:       runtime,
		rejected:      map[string]bool{},
		limit:         map[string]int{},
	}
	if c.opts.interactive {
		x.ask = newAsker(c.stdin, c.stderr, c.dir, c.colour())
	}
	last, err := c.toFixedPoint(ctx, x, first)
	if err != nil {
		return c.fail(err)
	}
	changed := sortedKeys(x.texts)
	if c.opts.diff {
		if err := c.printDiff(changed, x.texts); err != nil {
			return c.fail(err)
		}
	} else if err := writeFiles(x.texts, x.original); err != nil {
		return c.fail(err)
	}
	for _, r := range x.refusals {
		fmt.Fprintln(c.stderr, r)
	}
	verb := "fixed"
	if c.opts.diff {
		verb = "would fix"
	}
	fmt.Fprintf(c.stderr, "conclint: %s %s in %s\n", verb, plural(len(x.applied), "finding", "findings"), plural(len(changed), "file", "files"))
	if c.opts.diff {
		c.printNotes(ctx, last)
		return exitCode(last.errs, len(changed))
	}
	return c.show(ctx, last)
}

// toFixedPoint proves fixes until there are none left; x.texts are the result.
func (c *command) toFixedPoint(ctx context.Context, x *fixer, res *vetResult) (*vetResult, error) {
	for range fixRounds {
		shown := c.selectFindings(res.findings)
		a, err := x.next(ctx, shown, c.src)
		if err != nil {
			return nil, err
		}
		if len(a.fixes) == 0 {
			return res, nil
		}
		src := c.src
		after, err := c.analyse(ctx, a.texts)
		if err != nil {
			return nil, err
		}
		if failed := judge(a, res, after, shown, c.selectFindings(after.findings)); len(failed) > 0 {
			x.learn(a, failed)
			c.src = src
			continue
		}
		carry(a, shown, c.selectFindings(after.findings), src, c.src)
		x.accept(a, src)
		res = after
	}
	return res, nil
}

// excused are the session names of what is found but not shown.
func excused(found, fresh []*Finding) map[string]bool {
	out := map[string]bool{}
	for _, f := range found {
		out[f.session] = true
	}
	for _, f := range fresh {
		delete(out, f.session)
	}
	return out
}

func newFileGuard(ctx context.Context, cwd string) *fileGuard {
	g := &fileGuard{cwd: cwd, seen: map[string]string{}}
	if out, err := exec.CommandContext(ctx, "go", "env", "GOROOT", "GOMODCACHE").Output(); err == nil {
		if lines := strings.Split(strings.TrimSpace(string(out)), "\n"); len(lines) == 2 {
			g.goroot, g.modcache = lines[0], lines[1]
		}
	}
	return g
}

func (c *command) printDiff(files []string, texts map[string][]byte) error {
	for _, file := range files {
		before, err := readOrNone(file)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(display(c.dir, file))
		if _, err := fmt.Fprint(c.stdout, edit.Unified("a/"+name, "b/"+name, before, texts[file])); err != nil {
			return err
		}
	}
	return nil
}

// writeFiles writes all texts, or none: if one file cannot be written or is no
// longer what was analysed, those written before get their old text back.
func writeFiles(texts, original map[string][]byte) (err error) {
	files := sortedKeys(texts)
	for _, file := range files {
		now, err := readOrNone(file)
		if err != nil {
			return err
		}
		if !bytes.Equal(now, original[file]) {
			return fmt.Errorf("%s has changed meanwhile; nothing is written", file)
		}
	}
	for i, file := range files {
		if err := replaceFile(file, texts[file]); err != nil {
			for _, done := range files[:i] {
				err = errors.Join(err, replaceFile(done, original[done]))
			}
			return fmt.Errorf("nothing is fixed: %w", err)
		}
	}
	return nil
}

// readOrNone reads a file; one that does not exist is empty, as go.sum may be.
func readOrNone(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return data, err
}

// replaceFile changes a file in one step: a crash leaves the old text or the
// new one. The mode stays; a symbolic link keeps pointing at the changed file.
func replaceFile(name string, text []byte) error {
	mode := os.FileMode(0o644)
	if target, err := filepath.EvalSymlinks(name); err == nil {
		name = target
		info, err := os.Stat(name)
		if err != nil {
			return err
		}
		mode = info.Mode().Perm()
	}
	tmp, err := os.CreateTemp(filepath.Dir(name), ".conclint-*")
	if err != nil {
		return err
	}
	_, err = tmp.Write(text)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), name)
	}
	if err != nil {
		_ = os.Remove(tmp.Name())
	}
	return err
}
