package corpus

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Clone is the value of a Source that fetches commits from GitHub.
const Clone = "clone"

// A Source says where repositories are: Clone, or a path template with {owner} and {name} to local ones, bare or not.
type Source string

// A worktree is the one checkout of a repository that all its commits share, so that the go command finds unchanged
// packages of the next commit, at the same path, in its cache.
type worktree struct {
	dir    string
	remote string   // fetched from when not empty
	absent []string // paths of files that the repository lists but does not hold
}

// open prepares the work tree of a repository below work. Objects of a local repository are borrowed, not copied,
// and nothing is written to it.
func (s Source) open(ctx context.Context, repo, work string) (*worktree, error) {
	owner, name, ok := strings.Cut(repo, "/")
	if !ok {
		return nil, fmt.Errorf("repository %q is not owner/name", repo)
	}
	w := &worktree{dir: treeDir(work, repo)}
	if _, err := os.Stat(filepath.Join(w.dir, ".git")); errors.Is(err, os.ErrNotExist) {
		if err := os.MkdirAll(w.dir, 0o777); err != nil {
			return nil, err
		}
		if err := w.git(ctx, "init", "-q"); err != nil {
			return nil, err
		}
	}
	if s == Clone {
		w.remote = "https://github.com/" + repo
	} else {
		dir := strings.NewReplacer("{owner}", owner, "{name}", name).Replace(string(s))
		objects, err := objectsOf(ctx, dir)
		if err != nil {
			return nil, fmt.Errorf("repository %s: %w", repo, err)
		}
		alternates := filepath.Join(w.dir, ".git", "objects", "info", "alternates")
		if err := os.WriteFile(alternates, []byte(objects+"\n"), 0o666); err != nil {
			return nil, err
		}
	}
	return w, w.git(ctx, "config", "core.sparseCheckout", "true")
}

func treeDir(work, repo string) string {
	return filepath.Join(work, strings.ReplaceAll(repo, "/", "+"))
}

func objectsOf(ctx context.Context, dir string) (string, error) {
	out, err := exec.CommandContext(ctx, "git", "-C", dir, "rev-parse", "--path-format=absolute", "--git-path", "objects").Output()
	if err != nil {
		return "", fmt.Errorf("%s is not a git repository", dir)
	}
	return strings.TrimSpace(string(out)), nil
}

// checkout brings the work tree to a commit and removes what does not belong to it.
// Files that a partial clone does not hold are left out: they are large, so not source files.
func (w *worktree) checkout(ctx context.Context, commit string) error {
	if w.remote != "" && w.git(ctx, "cat-file", "-e", commit+"^{commit}") != nil {
		if err := w.git(ctx, "fetch", "-q", "--depth=1", w.remote, commit); err != nil {
			return err
		}
	}
	for {
		if err := w.narrow(); err != nil {
			return err
		}
		err := w.git(ctx, "checkout", "-q", "-f", "--detach", commit)
		if err == nil {
			return w.git(ctx, "clean", "-q", "-ffdx")
		}
		absent := unreadable.FindAllStringSubmatch(err.Error(), -1)
		if absent == nil {
			return err
		}
		for _, m := range absent {
			w.absent = append(w.absent, m[1])
		}
	}
}

var unreadable = regexp.MustCompile(`unable to read sha1 file of (.+) \([0-9a-f]+\)`)

// narrow writes which files belong to the work tree. Test files stay out: no label lies in one, and analysing
// them takes half of the time.
func (w *worktree) narrow() error {
	patterns := "/*\n!*_test.go\n"
	for _, name := range w.absent {
		patterns += "!/" + name + "\n"
	}
	return os.WriteFile(filepath.Join(w.dir, ".git", "info", "sparse-checkout"), []byte(patterns), 0o666)
}

// git runs a git command in the work tree. Files kept elsewhere by Git LFS are not wanted: no source file is.
func (w *worktree) git(ctx context.Context, args ...string) error {
	options := []string{"-C", w.dir, "-c", "core.autocrlf=false", "-c", "advice.detachedHead=false",
		"-c", "filter.lfs.smudge=", "-c", "filter.lfs.process=", "-c", "filter.lfs.required=false"}
	out, err := exec.CommandContext(ctx, "git", append(options, args...)...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("git %s in %s: %w: %s", args[0], w.dir, err, strings.TrimSpace(string(out)))
	}
	return nil
}
