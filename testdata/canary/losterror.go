package canary

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

// runAll collects errors in a group and ignores what it collected.
func runAll(steps []int) {
	var g errgroup.Group
	g.SetLimit(4)
	for _, n := range steps {
		g.Go(func() error { return step(n) })
	}
	g.Wait()
}
