// Package silent holds goroutines without a join that are right as they are.
package silent

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

func write(name string) error { return os.WriteFile(name, nil, 0o600) }

// timed gives up by design.
func timed(ctx context.Context, name string) error {
	done := make(chan error, 1)
	go func() { done <- write(name) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func timedLater(name string) error {
	done := make(chan error, 1)
	go func() { done <- write(name) }()
	select {
	case err := <-done:
		return err
	case <-time.After(time.Second):
	}
	return errors.New("timeout")
}

// cancelled tells its goroutine to stop on every way out.
func cancelled(ctx context.Context, name string, quick bool) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		<-ctx.Done()
		done <- write(name)
	}()
	if quick {
		return nil
	}
	return <-done
}

func stopped(name string, quick bool) {
	stop := make(chan struct{})
	defer close(stop)
	done := make(chan struct{})
	go func() {
		defer close(done)
		<-stop
		_ = write(name)
	}()
	if quick {
		return
	}
	<-done
}

// prefetch only computes: on the other path nobody needs the result.
func prefetch(n int, cached map[int]int) int {
	res := make(chan int, 1)
	go func() { res <- n * n }()
	if v, ok := cached[n]; ok {
		return v
	}
	return <-res
}

func conditional(name string, async bool) {
	var wg sync.WaitGroup
	if async {
		wg.Add(1)
		go func() {
			defer wg.Done()
			_ = write(name)
		}()
	}
	if async {
		wg.Wait()
	}
}

func counted(names []string) error {
	errc := make(chan error, len(names))
	for _, n := range names {
		go func() { errc <- write(n) }()
	}
	for range names {
		if err := <-errc; err != nil {
			return err
		}
	}
	return nil
}

func copyBoth(a, b net.Conn) error {
	errc := make(chan error, 2)
	go func() { _, err := io.Copy(a, b); errc <- err }()
	go func() { _, err := io.Copy(b, a); errc <- err }()
	return <-errc
}

func returned(name string) <-chan error {
	errc := make(chan error, 1)
	go func() { errc <- write(name) }()
	return errc
}

func handed(name string, wg *sync.WaitGroup) {
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = write(name)
	}()
}

type server struct {
	wg   sync.WaitGroup
	done chan struct{}
}

func (s *server) start() {
	s.wg.Add(1)
	go func() {
		defer s.wg.Done()
		<-s.done
	}()
}

func (s *server) Close() {
	close(s.done)
	s.wg.Wait()
}

func closer(names []string) []error {
	var wg sync.WaitGroup
	out := make(chan error)
	for _, n := range names[:2] {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out <- write(n)
		}()
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	var errs []error
	for err := range out {
		errs = append(errs, err)
	}
	return errs
}

func detached(name string) {
	go func() { _ = write(name) }()
}

func finish(name string) (wait func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = write(name)
	}()
	return wg.Wait
}

func waitAll(wg *sync.WaitGroup) { wg.Wait() }

func helper(name string) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = write(name)
	}()
	waitAll(&wg)
}

func fatal(name string, bad bool) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		_ = write(name)
	}()
	if bad {
		os.Exit(1)
	}
	wg.Wait()
}

func polled(name string) bool {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = write(name)
	}()
	for {
		select {
		case <-done:
			return true
		default:
			return false
		}
	}
}

// A finder waits on Close for everything that it has started; find has a count of its own for a part of it.
type finder struct {
	all  sync.WaitGroup
	quit chan struct{}
}

func (f *finder) find(names <-chan string) {
	var round sync.WaitGroup
	for {
		select {
		case name, ok := <-names:
			if !ok {
				round.Wait()
				return
			}
			f.all.Add(1)
			round.Add(1)
			go func() {
				defer f.all.Done()
				defer round.Done()
				_ = write(name)
			}()
		case <-f.quit:
			return
		}
	}
}

func (f *finder) Close() {
	close(f.quit)
	f.all.Wait()
}

// As many answers as there are goroutines.
func answers(n int, name string) error {
	out := make(chan error, n)
	for range n {
		go func() { out <- write(name) }()
	}
	var err error
	for range n {
		if e := <-out; e != nil {
			err = e
		}
	}
	if err != nil {
		return err
	}
	return nil
}

// A worker has a pointer to the count of its starter, who waits.
type counting struct {
	wg   *sync.WaitGroup
	name string
}

func (c *counting) run() {
	defer c.wg.Done()
	_ = write(c.name)
}

func countings(names []string) {
	var wg sync.WaitGroup
	var all []*counting
	for _, name := range names {
		wg.Add(1)
		all = append(all, &counting{wg: &wg, name: name})
	}
	for _, c := range all {
		go c.run()
	}
	wg.Wait()
}
