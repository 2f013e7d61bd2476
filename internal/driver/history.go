package driver

import (
	"archive/tar"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// newSince hides the findings that a git revision has already. The revision is
// analysed like the working tree, from a copy; findings are compared by
// fingerprint, so that code which moved is not new.
func (c *command) newSince(ctx context.Context, rev string, shown []*Finding) ([]*Finding, error) {
	if len(shown) == 0 {
		return shown, nil
	}
	top, err := git(ctx, c.dir, "rev-parse", "--show-toplevel")
	if err != nil {
		return nil, fmt.Errorf("-new-from needs a git repository: %w", err)
	}
	commit, err := git(ctx, c.dir, "rev-parse", "--verify", "--quiet", rev+"^{commit}")
	if err != nil {
		return nil, fmt.Errorf("-new-from: there is no revision %s", rev)
	}
	prefix, err := git(ctx, c.dir, "rev-parse", "--show-prefix")
	if err != nil {
		return nil, err
	}
	dir, remove, err := checkout(ctx, top, commit)
	if err != nil {
		return nil, fmt.Errorf("-new-from: cannot copy revision %s: %w", rev, err)
	}
	defer remove()

	old := *c
	old.opts = c.opts.movedTo(top, dir)
	old.dir = filepath.Join(dir, filepath.FromSlash(prefix))
	if info, err := os.Stat(old.dir); err != nil || !info.IsDir() {
		return shown, nil // the directory is new, and all that is in it
	}
	res, err := old.analyse(ctx, nil)
	if err != nil {
		return nil, err
	}
	if len(res.errs) > 0 {
		fmt.Fprintf(c.stderr, "conclint: note: some packages of revision %s cannot be loaded; what is found in them counts as new\n", rev)
	}
	had := map[string]bool{}
	for _, f := range old.selectFindings(res.findings) {
		had[f.Fingerprint] = true
	}
	var fresh []*Finding
	for _, f := range shown {
		if !had[f.Fingerprint] {
			fresh = append(fresh, f)
		}
	}
	return fresh, nil
}

func shortHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:6])
}

func git(ctx context.Context, dir string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, "git", args...)
	cmd.Dir = dir
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		if text := strings.TrimSpace(stderr.String()); text != "" {
			err = errors.New(text)
		}
		return "", err
	}
	return strings.TrimSpace(string(out)), nil
}

// checkout copies a commit to a directory whose name depends on repository and
// commit only: the build cache knows the packages there from the last time.
func checkout(ctx context.Context, top, commit string) (dir string, remove func(), err error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return "", nil, err
	}
	dir = filepath.Join(cache, "conclint", "revisions", shortHash(top)+"-"+commit[:min(len(commit), 12)])
	if err := os.MkdirAll(filepath.Dir(dir), 0o700); err != nil {
		return "", nil, err
	}
	// A run that was killed leaves its copy behind.
	if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > time.Hour {
		_ = os.RemoveAll(dir)
	}
	// Two runs at a time must not tread on each other.
	if err := os.Mkdir(dir, 0o700); errors.Is(err, os.ErrExist) {
		if dir, err = os.MkdirTemp("", "conclint-revision-"); err != nil {
			return "", nil, err
		}
	} else if err != nil {
		return "", nil, err
	}
	remove = func() { _ = os.RemoveAll(dir) }
	cmd := exec.CommandContext(ctx, "git", "archive", "--format=tar", commit)
	cmd.Dir = top
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	err = untar(out, dir)
	_, _ = io.Copy(io.Discard, out)
	if werr := cmd.Wait(); err == nil && werr != nil {
		err = fmt.Errorf("git archive: %w: %s", werr, strings.TrimSpace(stderr.String()))
	}
	if err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}

// untar writes regular files, directories and local symbolic links below dir.
func untar(r io.Reader, dir string) error {
	root, err := os.OpenRoot(dir) // no name leads out of it
	if err != nil {
		return err
	}
	defer root.Close()
	for tr := tar.NewReader(r); ; {
		h, err := tr.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := filepath.FromSlash(strings.TrimSuffix(h.Name, "/"))
		switch h.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, 0o755)
		case tar.TypeSymlink:
			err = root.Symlink(h.Linkname, name)
		case tar.TypeReg:
			err = writeBelow(root, name, tr)
		}
		if err != nil {
			return err
		}
	}
}

func writeBelow(root *os.Root, name string, r io.Reader) error {
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	f, err := root.Create(name)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, r)
	return errors.Join(err, f.Close())
}
