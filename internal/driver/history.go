package driver

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
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
	if err := unpack(ctx, top, commit, dir); err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}

// unpack writes the files of a commit below dir. Zip, unlike tar, is a format that the command knows anyway: archive/tar
// would link the system's C library, for names of users, and make each of the command's thousand starts in a run dearer.
func unpack(ctx context.Context, top, commit, dir string) error {
	archive := dir + ".zip"
	defer os.Remove(archive)
	if _, err := git(ctx, top, "archive", "--format=zip", "-0", "--output="+archive, commit); err != nil {
		return fmt.Errorf("git archive: %w", err)
	}
	zr, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer zr.Close()
	root, err := os.OpenRoot(dir) // no name leads out of it
	if err != nil {
		return err
	}
	defer root.Close()
	for _, f := range zr.File {
		if err := extract(root, f); err != nil {
			return err
		}
	}
	return nil
}

// extract writes a regular file, a directory or a symbolic link below root.
func extract(root *os.Root, f *zip.File) error {
	name := filepath.FromSlash(strings.TrimSuffix(f.Name, "/"))
	mode := f.Mode()
	if mode.IsDir() {
		return root.MkdirAll(name, 0o755)
	}
	r, err := f.Open()
	if err != nil {
		return err
	}
	defer r.Close()
	switch {
	case mode&fs.ModeSymlink != 0:
		target, err := io.ReadAll(r)
		if err != nil {
			return err
		}
		return root.Symlink(string(target), name)
	case mode.IsRegular():
		return writeBelow(root, name, r)
	}
	return nil
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
