// Package silent holds correct programs that look like lost errors.
package silent

import (
	"context"
	"errors"
	"expvar"
	"fmt"
	"io"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"github.com/conclint/conclint/runtime/task"
)

func save(name string) error { return os.WriteFile(name, nil, 0o644) }

// alwaysNil has an error result to satisfy an interface.
func alwaysNil(name string) error {
	fmt.Println(name)
	return nil
}

func neverFails(name string) { go alwaysNil(name) }

// logged handles its error before it returns it.
func logged(name string) error {
	if err := save(name); err != nil {
		log.Printf("save: %v", err)
		return err
	}
	return nil
}

func loggedInside(name string) { go logged(name) }

type service struct {
	log     *slog.Logger
	failed  atomic.Int64
	lastErr error
	mu      sync.Mutex
}

func (s *service) run(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func cancelOnly(ctx context.Context, s *service) { go s.run(ctx) }

func (s *service) work(name string) error {
	err := save(name)
	if err != nil {
		s.log.Error("save", "err", err)
	}
	return err
}

func slogged(s *service) { go s.work("a") }

func (s *service) counted(name string) {
	go func() {
		if err := save(name); err != nil {
			s.failed.Add(1)
		}
	}()
}

func (s *service) stored(name string) {
	go func() {
		err := save(name)
		s.mu.Lock()
		s.lastErr = err
		s.mu.Unlock()
	}()
}

func pipe(a, b net.Conn) {
	go io.Copy(a, b)
	io.Copy(b, a)
}

func cleanUp(dir string) {
	go os.RemoveAll(dir)
}

func closing(c io.Closer) { go c.Close() }

func closingIn(c io.Closer) {
	go func() {
		c.Close()
	}()
}

func printing(out io.Writer) {
	var wg sync.WaitGroup
	wg.Go(func() { fmt.Fprintln(out, "hello") })
	wg.Wait()
}

// explicit discards it for a reason that is written down.
func explicit(name string) {
	go func() {
		// Best effort: the cache is rebuilt at the next start anyway.
		_ = save(name)
	}()
}

func commented(name string) {
	go save(name) // errors do not matter here: the next tick writes it again
}

// readLater is read by the closure that finishes the work.
func readLater(name string) (finish func() error) {
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = save(name)
	}()
	return func() error {
		<-done
		return err
	}
}

func namedResult(name string) (err error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		err = save(name)
	}()
	wg.Wait()
	return
}

func pointerOut(name string, out *error) {
	var wg sync.WaitGroup
	wg.Go(func() { *out = save(name) })
	wg.Wait()
}

func indexed(names []string) error {
	errs := make([]error, len(names))
	var wg sync.WaitGroup
	for i, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			errs[i] = save(n)
		}()
	}
	wg.Wait()
	return errors.Join(errs...)
}

func handledInGoroutine(name string) error {
	_, err := os.Stat(name)
	if err != nil {
		return err
	}
	go func() {
		err = save(name)
		if err != nil {
			log.Print(err)
		}
	}()
	return nil
}

// resultsOnly uses the group to limit width; its functions never fail.
func resultsOnly(names []string) []int {
	out := make([]int, len(names))
	var g errgroup.Group
	g.SetLimit(3)
	for i, n := range names {
		g.Go(func() error {
			out[i] = len(n)
			return nil
		})
	}
	g.Wait()
	return out
}

// recorded keeps each error itself; that of Wait would be one of them.
func recorded(names []string) error {
	var (
		g    errgroup.Group
		mu   sync.Mutex
		errs []error
	)
	for _, n := range names[:2] {
		g.Go(func() error {
			err := save(n)
			if err != nil {
				mu.Lock()
				errs = append(errs, err)
				mu.Unlock()
			}
			return err
		})
	}
	_ = g.Wait() // the errors are in errs
	return errors.Join(errs...)
}

type runner struct{ g errgroup.Group }

func (r *runner) start(name string) { r.g.Go(func() error { return save(name) }) }
func (r *runner) stop() error       { return r.g.Wait() }

func handOver(name string) *errgroup.Group {
	g := new(errgroup.Group)
	g.Go(func() error { return save(name) })
	return g
}

func waitsElsewhere(name string, finish func(*errgroup.Group) error) error {
	g := new(errgroup.Group)
	g.Go(func() error { return save(name) })
	return finish(g)
}

func waitsInGoroutine(name string) <-chan error {
	errc := make(chan error, 1)
	var g errgroup.Group
	g.Go(func() error { return save(name) })
	go func() { errc <- g.Wait() }()
	return errc
}

func waitsInDefer(name string) (err error) {
	var g errgroup.Group
	defer func() {
		if werr := g.Wait(); err == nil {
			err = werr
		}
	}()
	g.Go(func() error { return save(name) })
	if name == "" {
		return errors.New("no name")
	}
	return nil
}

func process(name string) {
	var g errgroup.Group
	g.Go(func() error { return save(name) })
	if name == "x" {
		log.Fatal("x")
	}
	if err := g.Wait(); err != nil {
		panic(err)
	}
}

// lossy says itself that only the first error is wanted.
func lossy(names []string) error {
	errc := make(chan error, 1)
	var wg sync.WaitGroup
	for _, n := range names[:3] {
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
	wg.Wait()
	close(errc)
	return <-errc
}

func enoughSlots(names []string) error {
	errc := make(chan error, len(names))
	for _, n := range names {
		go func() { errc <- save(n) }()
	}
	return <-errc // the others have a slot each
}

func twoSenders(a, b string) error {
	errc := make(chan error, 2)
	go func() { errc <- save(a) }()
	go func() { errc <- save(b) }()
	return <-errc
}

func returned(name string) chan error {
	errc := make(chan error, 1)
	go func() { errc <- save(name) }()
	return errc
}

func passed(name string, report func(<-chan error)) {
	errc := make(chan error, 1)
	report(errc)
	go func() { errc <- save(name) }()
}

// detached outlives the group on purpose and uses both contexts.
func detached(ctx context.Context, name string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		if err := gctx.Err(); err != nil {
			return err
		}
		if err := save(name); err != nil {
			return notify(ctx, err)
		}
		return nil
	})
	return g.Wait()
}

func notify(ctx context.Context, err error) error { return errors.Join(err, ctx.Err()) }

func shadowed(ctx context.Context, name string) error {
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return notify(ctx, nil) })
	return g.Wait()
}

func afterWait(ctx context.Context, name string) error {
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() error { return notify(gctx, nil) })
	if err := g.Wait(); err != nil {
		return err
	}
	return notify(ctx, nil)
}

func groupFuture(ctx context.Context, a string) error {
	return task.Run(ctx, func(g *task.Group) error {
		task.Go(g, func(context.Context) (int, error) { return 0, save(a) }) // Run returns its error
		return nil
	})
}

func server(l net.Listener) {
	srv := new(http.Server)
	go func() {
		if err := srv.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			log.Fatal(err)
		}
	}()
}

var failures = expvar.NewInt("failures")

func metric(name string) {
	go func() {
		if save(name) != nil {
			failures.Add(1)
		}
	}()
}

func batch(ctx context.Context, p *task.Pool, names []string) []task.Result[int] {
	b := task.NewBatch[int](p)
	for _, name := range names {
		b.Submit(func(context.Context) (int, error) { return 0, save(name) }) // WaitAll returns its error
	}
	return b.WaitAll(ctx)
}

type node struct {
	name string
	next *node
}

func (n *node) walk(f func(*node) error) error {
	for ; n != nil; n = n.next {
		if err := f(n); err != nil {
			return err
		}
	}
	return nil
}

func visit(n *node) <-chan string {
	names := make(chan string)
	go func() {
		defer close(names)
		n.walk(func(n *node) error { names <- n.name; return nil }) // fails if the function does
	}()
	return names
}
