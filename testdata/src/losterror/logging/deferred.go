package logging

import "golang.org/x/sync/errgroup"

func deferredBad(name string) (n int, err error) {
	var g errgroup.Group
	defer g.Wait() // want `the error of g\.Wait is ignored`
	g.Go(func() error { return save(name) })
	return len(name), nil
}

// deferredUnnamedBad has no fix: there is no result to give the error to.
func deferredUnnamedBad(name string) error {
	var g errgroup.Group
	defer g.Wait() // want `the error of g\.Wait is ignored`
	g.Go(func() error { return save(name) })
	return nil
}

// severalReturnsBad forgets the group on two paths.
func severalReturnsBad(a, b string) (int, error) {
	var g errgroup.Group
	g.Go(func() error { return save(a) }) // want `deferred\.go:\d+ returns without g\.Wait`
	if a == b {
		return 0, nil
	}
	if err := save(b); err != nil {
		return 1, err
	}
	return 2, g.Wait()
}

// loopBad has no fix: the return at the top of the loop may leave before or after the first start.
func loopBad(names [3]string) error {
	var g errgroup.Group
	for _, n := range names {
		if n == "" {
			return nil
		}
		g.Go(func() error { return save(n) }) // want `deferred\.go:\d+ returns without g\.Wait`
	}
	return g.Wait()
}
