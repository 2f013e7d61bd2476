// Package basic holds one bug and its repaired twin per shape of a lost error.
package basic

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"sync"

	"golang.org/x/sync/errgroup"

	"github.com/conclint/conclint/runtime/task"
)

func save(name string) error {
	return os.WriteFile(name, []byte("x"), 0o644)
}

func load(name string) ([]byte, error) {
	return os.ReadFile(name)
}

// -- go f() --

func startBad(name string) {
	go save(name) // want `the error of save is lost: nothing receives the results of a function started with go`
}

func startOk(name string) <-chan error {
	errc := make(chan error, 1)
	go func() { errc <- save(name) }()
	return errc
}

type store struct{ dir string }

func (s *store) flush() error { return save(s.dir + "/data") }

func methodBad(s *store) {
	go s.flush() // want `the error of \(\*store\)\.flush is lost`
}

func methodOk(s *store) {
	go func() {
		if err := s.flush(); err != nil {
			log.Print(err)
		}
	}()
}

func literalBad(name string) {
	go func() error { // want `the error of this function literal is lost`
		if name == "" {
			return errors.New("no name")
		}
		return save(name)
	}()
}

func soleCallBad(names []string) {
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			save(n) // want `the error of save is lost: it is all that this goroutine does, and wg\.Wait \(basic\.go:\d+\) cannot tell whether it succeeded`
		}()
	}
	wg.Wait()
}

func soleCallOk(names []string) error {
	var g errgroup.Group
	for _, n := range names[:2] {
		g.Go(func() error { return save(n) })
	}
	return g.Wait()
}

func waitGroupGoBad(name string) {
	var wg sync.WaitGroup
	wg.Go(func() {
		save(name) // want `the error of save is lost`
	})
	wg.Wait()
}

func waitGroupGoOk(name string) (err error) {
	var wg sync.WaitGroup
	wg.Go(func() {
		err = save(name)
	})
	wg.Wait()
	return err
}

// -- assigned and never read --

func assignedBad(name string) ([]byte, error) {
	data, err := load(name)
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		err = save(name + ".bak") // want `err is assigned here and never read again: after wg\.Wait \(basic\.go:\d+\) nobody looks at it, so the error is lost`
	}()
	wg.Wait()
	return data, nil
}

func assignedOk(name string) ([]byte, error) {
	data, err := load(name)
	if err != nil {
		return nil, err
	}
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		err = save(name + ".bak")
	}()
	wg.Wait()
	if err != nil {
		return nil, err
	}
	return data, nil
}

func overwrittenBad(name string) error {
	_, err := load(name)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = save(name) // want `err is assigned here and never read again: after <-done \(basic\.go:\d+\) nobody looks at it, so the error is lost`
	}()
	<-done
	err = save(name + "2")
	return err
}

func overwrittenOk(name string) error {
	_, err := load(name)
	if err != nil {
		return err
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = save(name)
	}()
	<-done
	return errors.Join(err, save(name+"2"))
}

// -- groups --

func waitDroppedBad(names []string) {
	var g errgroup.Group
	g.SetLimit(4)
	for _, n := range names {
		g.Go(func() error { return save(n) })
	}
	g.Wait() // want `the error of g\.Wait is ignored, and with it that of the functions started at basic\.go:\d+`
}

func waitDroppedOk(names []string) error {
	var g errgroup.Group
	g.SetLimit(4)
	for _, n := range names {
		g.Go(func() error { return save(n) })
	}
	return g.Wait()
}

func waitDroppedReturnsBad(names []string) error {
	g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(4)
	for _, n := range names {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return save(n)
		})
	}
	g.Wait() // want `the error of g\.Wait is ignored`
	return nil
}

func noWaitBad(a, b string) error {
	var g errgroup.Group
	g.Go(func() error { return save(a) }) // want `nobody calls g\.Wait: the error of this function is lost`
	return save(b)
}

func noWaitOk(a, b string) error {
	var g errgroup.Group
	g.Go(func() error { return save(a) })
	return errors.Join(save(b), g.Wait())
}

func noWaitOnPathBad(a, b string) error {
	var g errgroup.Group
	g.Go(func() error { return save(a) }) // want `basic\.go:\d+ returns without g\.Wait: the error of this function is lost on that path`
	data, err := load(b)
	if err != nil {
		return err
	}
	fmt.Println(len(data))
	return g.Wait()
}

func noWaitOnPathOk(a, b string) error {
	var g errgroup.Group
	g.Go(func() error { return save(a) })
	data, err := load(b)
	if err != nil {
		return errors.Join(err, g.Wait())
	}
	fmt.Println(len(data))
	return g.Wait()
}

func deferWaitBad(a string) error {
	var g errgroup.Group
	defer g.Wait() // want `the error of g\.Wait is ignored`
	g.Go(func() error { return save(a) })
	return nil
}

func deferWaitOk(a string) (err error) {
	var g errgroup.Group
	defer func() { err = errors.Join(err, g.Wait()) }()
	g.Go(func() error { return save(a) })
	return nil
}

func taskWaitBad(ctx context.Context, a string) {
	g := task.New(ctx)
	g.Go(func(context.Context) error { return save(a) })
	g.Wait() // want `the error of g\.Wait is ignored`
}

func taskRunBad(ctx context.Context, a string) {
	task.Run(ctx, func(g *task.Group) error { // want `the error of task\.Run is ignored, and with it that of the functions started at basic\.go:\d+`
		g.Go(func(context.Context) error { return save(a) })
		return nil
	})
}

func taskRunOk(ctx context.Context, a string) error {
	return task.Run(ctx, func(g *task.Group) error {
		g.Go(func(context.Context) error { return save(a) })
		return nil
	})
}

// -- callbacks --

func each(names []string, f func(name string) error) error {
	for _, n := range names {
		if err := f(n); err != nil {
			return err
		}
	}
	return nil
}

func callbackBad(names []string) error {
	var g errgroup.Group
	g.SetLimit(2)
	each(names, func(n string) error {
		g.Go(func() error { return save(n) })
		return g.Wait() // want `the error of g\.Wait is returned from a callback, and each \(basic\.go:\d+\), which returns it, is called for nothing: its own error is ignored`
	})
	return nil
}

func callbackOk(names []string) error {
	var g errgroup.Group
	g.SetLimit(2)
	err := each(names, func(n string) error {
		g.Go(func() error { return save(n) })
		return nil
	})
	return errors.Join(err, g.Wait())
}

// -- channels --

func neverDrainedBad(names []string) {
	errc := make(chan error, len(names))
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errc <- save(n) // want `errors sent on errc are lost: nothing receives from it`
		}()
	}
	wg.Wait()
}

func neverDrainedOk(names []string) error {
	errc := make(chan error, len(names))
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errc <- save(n)
		}()
	}
	wg.Wait()
	close(errc)
	var all error
	for err := range errc {
		all = errors.Join(all, err)
	}
	return all
}

func fewSlotsBad(names []string) error {
	errc := make(chan error, 1)
	for _, n := range names {
		go func() {
			errc <- save(n) // want `errc has 1 slot and is received from once, but one goroutine per element of names sends on it: the others block for ever and their errors are lost`
		}()
	}
	return <-errc
}

func fewSlotsOk(names []string) error {
	errc := make(chan error, 1)
	for _, n := range names {
		go func() {
			errc <- save(n)
		}()
	}
	var all error
	for range names {
		all = errors.Join(all, <-errc)
	}
	return all
}

func firstWinsBad(names []string) error {
	errc := make(chan error, 1)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := save(n); err != nil {
				select {
				case errc <- err:
				default:
				}
			}
		}()
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	select {
	case <-done: // want `when done is closed, an error may be waiting in errc \(sent at basic\.go:\d+\); select takes either case, so the error is lost`
		return nil
	case err := <-errc:
		return err
	}
}

func firstWinsOk(names []string) error {
	errc := make(chan error, 1)
	done := make(chan struct{})
	var wg sync.WaitGroup
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			if err := save(n); err != nil {
				select {
				case errc <- err:
				default:
				}
			}
		}()
	}
	go func() {
		wg.Wait()
		close(done)
	}()
	<-done
	select {
	case err := <-errc:
		return err
	default:
		return nil
	}
}

// -- contexts of groups --

func fetch(ctx context.Context, name string) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	default:
		return save(name)
	}
}

func outerBad(ctx context.Context, a, b string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return fetch(gctx, a) })
	g.Go(func() error { return fetch(ctx, b) }) // want `ctx is not the context of g: this function goes on after another one has failed \(gctx, basic\.go:\d+, would be cancelled\)`
	return g.Wait()
}

func outerOk(ctx context.Context, a, b string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return fetch(gctx, a) })
	g.Go(func() error { return fetch(gctx, b) })
	return g.Wait()
}

// -- futures --

func futureBad(ctx context.Context, p *task.Pool, a string) {
	task.Submit(ctx, p, func(context.Context) (int, error) { return 0, save(a) }) // want `the future is dropped, and with it the error of the task: nothing awaits it`
}

func futureOk(ctx context.Context, p *task.Pool, a string) error {
	f := task.Submit(ctx, p, func(context.Context) (int, error) { return 0, save(a) })
	_, err := f.Await(ctx)
	return err
}

// A list that is written out has as many elements as one can count.
func listedOk() error {
	errc := make(chan error, 1)
	for _, n := range []string{"a", "b"} {
		go func() { errc <- save(n) }()
	}
	return <-errc
}

func listedBad() error {
	errc := make(chan error, 1)
	for _, n := range []string{"a", "b", "c"} {
		go func() {
			errc <- save(n) // want `errc has 1 slot and is received from once, but one goroutine per element of a list of 3 sends on it`
		}()
	}
	return <-errc
}

// One goroutine per pair: neither length is enough, no fix.
func pairsBad(names, suffixes []string) error {
	errc := make(chan error, 1)
	for _, n := range names {
		for _, s := range suffixes {
			go func() {
				errc <- save(n + s) // want `errc has 1 slot and is received from once`
			}()
		}
	}
	return <-errc
}
