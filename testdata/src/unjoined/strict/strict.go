// Package strict holds work that matters and that nobody can wait for.
package strict

import (
	"context"
	"os"

	"golang.org/x/sync/errgroup"
)

func write(name string) error { return os.WriteFile(name, nil, 0o600) }

func letGoBad(name string) {
	go func() { // want `nothing can wait for this goroutine, and it writes: what it does may be cut short by the end of the program`
		if err := write(name); err != nil {
			println(err.Error())
		}
	}()
}

func letGoOk(name string) <-chan error {
	errc := make(chan error, 1)
	go func() { errc <- write(name) }()
	return errc
}

func explained(name string) {
	go func() { // detached: the cache may be incomplete
		if err := write(name); err != nil {
			println(err.Error())
		}
	}()
}

func service(ctx context.Context, names <-chan string) {
	go func() {
		for {
			select {
			case <-ctx.Done():
				return
			case n := <-names:
				if err := write(n); err != nil {
					println(err.Error())
				}
			}
		}
	}()
}

func computes(n int) {
	go func() { println(n * n) }()
}

func groupedBad(ctx context.Context, name string, more func() error) error {
	g, _ := errgroup.WithContext(ctx)
	go func() { // want `nothing can wait for this goroutine, and it writes`
		if err := write(name); err != nil {
			println(err.Error())
		}
	}()
	g.Go(more)
	return g.Wait()
}
