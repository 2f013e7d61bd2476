package repaired

import (
	"errors"

	"golang.org/x/sync/errgroup"
)

func step(n int) error {
	if n < 0 {
		return errors.New("negative")
	}
	return nil
}

// runAll returns the first error of its group.
func runAll(steps []int) error {
	var g errgroup.Group
	g.SetLimit(4)
	for _, n := range steps {
		g.Go(func() error { return step(n) })
	}
	return g.Wait()
}
