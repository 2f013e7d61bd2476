package corpus

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"sync"

	"github.com/conclint/conclint/internal/proof/finding"
)

// RunBugs analyses both versions of every bug and judges them. Repositories are taken two at a time, each in one work tree
// below work, oldest commit first. progress is called after each case, from one goroutine at a time.
func RunBugs(ctx context.Context, tool finding.Tool, bugs []Bug, claims Claims, source Source, work string, progress func(Result)) ([]Result, error) {
	results := make([]Result, len(bugs))
	queue := make(chan []int)
	errs := make(chan error, 2)
	var report sync.Mutex
	var workers sync.WaitGroup
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	for range 2 {
		workers.Go(func() {
			for group := range queue {
				err := runRepository(ctx, tool, bugs, group, claims, source, work, func(i int, r Result) {
					report.Lock()
					defer report.Unlock()
					results[i] = r
					progress(r)
				})
				if err != nil {
					errs <- err
					cancel()
					return
				}
			}
		})
	}
	for _, group := range byRepository(bugs) {
		select {
		case queue <- group:
		case <-ctx.Done():
		}
	}
	close(queue)
	workers.Wait()
	select {
	case err := <-errs:
		return nil, err
	default:
		return results, ctx.Err()
	}
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

// runRepository judges the bugs of one repository, those of one pair of commits together.
func runRepository(ctx context.Context, tool finding.Tool, bugs []Bug, group []int, claims Claims, source Source, work string, done func(int, Result)) error {
	tree, err := source.open(ctx, bugs[group[0]].Repo, work)
	if err != nil {
		return err
	}
	for _, i := range group {
		b := bugs[i]
		buggy, err := analyse(ctx, tool, tree, b, b.BuggyCommit)
		if err != nil {
			return err
		}
		fixed, err := analyse(ctx, tool, tree, b, b.FixCommit)
		if err != nil {
			return err
		}
		r, err := judgeBug(b, claims, buggy.Findings, fixed.Findings)
		if err != nil {
			return err
		}
		// What did not load has no findings; a package beside it that does not load spoils nothing.
		if t := cmp.Or(buggy.Trouble, fixed.Trouble); t != "" && len(r.Evidence) == 0 {
			r.Trouble = t
		}
		done(i, r)
	}
	return nil
}

func analyse(ctx context.Context, tool finding.Tool, tree worktree, b Bug, commit string) (finding.Report, error) {
	if err := tree.checkout(ctx, commit); err != nil {
		return finding.Report{}, fmt.Errorf("%s: %w", b.ID, err)
	}
	dir, flags, err := moduleOf(tree.dir, b.PackageDir)
	if err != nil {
		return finding.Report{Trouble: err.Error()}, nil
	}
	tool.Env = append(slices.Clone(tool.Env), "GOWORK=off", "GOFLAGS="+cmp.Or(b.GoFlags, flags))
	pkg, err := filepath.Rel(filepath.FromSlash(dir), filepath.FromSlash(b.PackageDir))
	if err != nil {
		return finding.Report{}, fmt.Errorf("%s: %w", b.ID, err)
	}
	report, err := tool.Run(ctx, filepath.Join(tree.dir, dir), "./"+filepath.ToSlash(pkg))
	if err != nil {
		return report, fmt.Errorf("%s at %.10s: %w", b.ID, commit, err)
	}
	for i := range report.Findings {
		report.Findings[i].File = path.Join(dir, report.Findings[i].File)
	}
	return report, nil
}
