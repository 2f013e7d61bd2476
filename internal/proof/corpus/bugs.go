package corpus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/conclint/conclint/internal/proof/finding"
)

// A Tool looks at the packages below a directory, with additions to its environment. Of packages that it cannot judge
// the report says so.
type Tool interface {
	Analyse(ctx context.Context, env []string, dir string, packages ...string) (finding.Report, error)
}

// RunBugs analyses both versions of every bug and judges them. Repositories are taken two at a time, each in one work tree
// below work. progress is called after each case, from one goroutine at a time. A case that cannot be
// checked out or loaded says so in its result.
func RunBugs(ctx context.Context, tool Tool, bugs []Bug, claims Claims, source Source, work string, progress func(Result)) ([]Result, error) {
	results := make([]Result, len(bugs))
	groups := byRepository(bugs)
	queue := make(chan []int, len(groups))
	for _, group := range groups {
		queue <- group
	}
	close(queue)
	var reported sync.Mutex
	done := func(i int, r Result) {
		reported.Lock()
		defer reported.Unlock()
		results[i] = r
		progress(r)
	}
	var errs [2]error
	var workers sync.WaitGroup
	for w := range errs {
		workers.Go(func() {
			for group := range queue {
				if errs[w] = runRepository(ctx, tool, bugs, group, claims, source, work, done); errs[w] != nil {
					return
				}
			}
		})
	}
	workers.Wait()
	return results, errors.Join(errs[:]...)
}

// byRepository groups the indices of the bugs, the longest group first so that the two workers end about together.
func byRepository(bugs []Bug) [][]int {
	index := map[string]int{}
	var groups [][]int
	for i, b := range bugs {
		g, ok := index[b.Repo]
		if !ok {
			g = len(groups)
			index[b.Repo] = g
			groups = append(groups, nil)
		}
		groups[g] = append(groups[g], i)
	}
	slices.SortStableFunc(groups, func(a, b []int) int { return cmp.Compare(len(b), len(a)) })
	return groups
}

// runRepository judges the bugs of one repository, one after the other.
func runRepository(ctx context.Context, tool Tool, bugs []Bug, group []int, claims Claims, source Source, work string, done func(int, Result)) error {
	repo := bugs[group[0]].Repo
	release, err := lock(ctx, treeDir(work, repo))
	if err != nil {
		return err
	}
	defer release()
	tree, err := source.open(ctx, repo, work)
	if err != nil {
		return err
	}
	for _, i := range group {
		r, err := runBug(ctx, tool, tree, bugs[i], claims)
		if err != nil {
			return err
		}
		done(i, r)
	}
	return nil
}

func runBug(ctx context.Context, tool Tool, tree *worktree, b Bug, claims Claims) (Result, error) {
	buggy, err := analyse(ctx, tool, tree, b, b.BuggyCommit)
	if err != nil {
		return Result{}, err
	}
	fixed, err := analyse(ctx, tool, tree, b, b.FixCommit)
	if err != nil {
		return Result{}, err
	}
	r, err := judgeBug(b, claims, buggy.Findings, fixed.Findings)
	r.Errors = buggy.InternalErrors + fixed.InternalErrors
	// What did not load has no findings; another package that does not load spoils nothing.
	if t := cmp.Or(buggy.Trouble, fixed.Trouble); t != "" && len(r.Evidence) == 0 {
		r.Trouble = t
	}
	return r, err
}

// analyse runs the tool on the bug's package at a commit. File names of the report are relative to the repository.
func analyse(ctx context.Context, tool Tool, tree *worktree, b Bug, commit string) (finding.Report, error) {
	if err := tree.checkout(ctx, commit); err != nil {
		return finding.Report{Trouble: err.Error()}, ctx.Err()
	}
	dir, flags, err := moduleOf(tree.dir, b.PackageDir)
	if err != nil {
		return finding.Report{Trouble: err.Error()}, nil
	}
	env := []string{"GOWORK=off", "GOFLAGS=" + flags + " " + b.GoFlags}
	pkg, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(b.PackageDir))
	if err != nil {
		return finding.Report{}, fmt.Errorf("%s: %w", b.ID, err)
	}
	report, err := tool.Analyse(ctx, env, filepath.Join(tree.dir, dir), "./"+filepath.ToSlash(pkg))
	if err != nil {
		return report, fmt.Errorf("%s at %.10s: %w", b.ID, commit, err)
	}
	for i := range report.Findings {
		report.Findings[i].File = path.Join(dir, report.Findings[i].File)
	}
	return report, nil
}
