// Package basic holds fan-outs that follow the size of their input, each with a bounded twin.
package basic

import (
	"bufio"
	"context"
	"database/sql"
	"errors"
	"io"
	"net"
	"os"
	"runtime"
	"sync"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"github.com/conclint/conclint/runtime/gate"
	"github.com/conclint/conclint/runtime/task"
)

type item struct{ name string }

func (i *item) process() error { return os.WriteFile(i.name, nil, 0o644) }

func process(i *item) error { return i.process() }

// -- one goroutine per element --

func waitGroupBad(items []*item) {
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Add(1)
		go func() { // want `one goroutine per element of items, with no limit`
			defer wg.Done()
			_ = it.process()
		}()
	}
	wg.Wait()
}

func waitGroupOk(items []*item) {
	var wg sync.WaitGroup
	sem := make(chan struct{}, 16)
	for _, it := range items {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer func() { <-sem; wg.Done() }()
			_ = it.process()
		}()
	}
	wg.Wait()
}

func waitGroupGoBad(items []*item) {
	var wg sync.WaitGroup
	for i := range items {
		wg.Go(func() { _ = items[i].process() }) // want `one goroutine per element of items, with no limit`
	}
	wg.Wait()
}

func waitGroupGoOk(items []*item) {
	var wg sync.WaitGroup
	next := make(chan *item)
	for range runtime.NumCPU() {
		wg.Go(func() {
			for it := range next {
				_ = it.process()
			}
		})
	}
	for _, it := range items {
		next <- it
	}
	close(next)
	wg.Wait()
}

func countingBad(items []*item) {
	var wg sync.WaitGroup
	wg.Add(len(items))
	for i := 0; i < len(items); i++ {
		go func() { // want `one goroutine per element of items, with no limit`
			defer wg.Done()
			_ = process(items[i])
		}()
	}
	wg.Wait()
}

func countingOk(items []*item, workers int) {
	var wg sync.WaitGroup
	for w := 0; w < workers; w++ {
		wg.Go(func() {
			for i := w; i < len(items); i += workers {
				_ = process(items[i])
			}
		})
	}
	wg.Wait()
}

func errgroupBad(items []*item) error {
	var g errgroup.Group
	for _, it := range items {
		g.Go(it.process) // want `one goroutine per element of items, with no limit: g has no SetLimit`
	}
	return g.Wait()
}

func errgroupOk(items []*item) error {
	var g errgroup.Group
	g.SetLimit(8)
	for _, it := range items {
		g.Go(it.process)
	}
	return g.Wait()
}

func errgroupContextBad(ctx context.Context, items map[string]*item) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, it := range items {
		g.Go(func() error { // want `one goroutine per element of items, with no limit: g has no SetLimit`
			if err := ctx.Err(); err != nil {
				return err
			}
			return it.process()
		})
	}
	return g.Wait()
}

func taskGroupBad(ctx context.Context, items []*item) error {
	return task.Run(ctx, func(g *task.Group) error {
		for _, it := range items {
			g.Go(func(context.Context) error { return it.process() }) // want `one goroutine per element of items, with no limit: g has no Limit`
		}
		return nil
	})
}

func taskGroupOk(ctx context.Context, items []*item) error {
	return task.Run(ctx, func(g *task.Group) error {
		for _, it := range items {
			g.Go(func(context.Context) error { return it.process() })
		}
		return nil
	}, task.Limit(8))
}

func unlimitedBad(items []*item) error {
	g := new(errgroup.Group)
	g.SetLimit(-1)
	for _, it := range items {
		g.Go(it.process) // want `one goroutine per element of items, with no limit: g has no SetLimit`
	}
	return g.Wait()
}

func channelResultsBad(names []string) []int {
	out := make(chan int)
	for _, n := range names {
		go func() { out <- len(n) }() // want `one goroutine per element of names, with no limit`
	}
	var sizes []int
	for range names {
		sizes = append(sizes, <-out)
	}
	return sizes
}

func namedBad(items []*item) {
	done := make(chan bool, len(items))
	for _, it := range items {
		go work(it, done) // want `one goroutine per element of items, with no limit`
	}
	for range items {
		<-done
	}
}

func work(it *item, done chan<- bool) { done <- process(it) == nil }

func helperBad(items []*item) {
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Add(1)
		spawn(func() { // want `one goroutine per element of items \(started by spawn, basic\.go:\d+\), with no limit`
			defer wg.Done()
			_ = it.process()
		})
	}
	wg.Wait()
}

func spawn(f func()) {
	go func() {
		defer func() { _ = recover() }()
		f()
	}()
}

func helperOk(items []*item) {
	p := newLimiter(4)
	for _, it := range items {
		p.run(func() { _ = it.process() })
	}
	p.wait()
}

type limiter struct {
	sem chan struct{}
	wg  sync.WaitGroup
}

func newLimiter(n int) *limiter { return &limiter{sem: make(chan struct{}, n)} }

func (l *limiter) run(f func()) {
	l.sem <- struct{}{}
	l.wg.Add(1)
	go func() {
		defer func() { <-l.sem; l.wg.Done() }()
		f()
	}()
}

func (l *limiter) wait() { l.wg.Wait() }

// -- semaphores --

func weightedOk(ctx context.Context, items []*item) error {
	sem := semaphore.NewWeighted(4)
	for _, it := range items {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		go func() {
			defer sem.Release(1)
			_ = it.process()
		}()
	}
	return sem.Acquire(ctx, 4)
}

func gateOk(ctx context.Context, items []*item) error {
	sem := gate.NewSemaphore(4)
	var wg sync.WaitGroup
	defer wg.Wait()
	for _, it := range items {
		if err := sem.Acquire(ctx); err != nil {
			return err
		}
		wg.Go(func() {
			defer sem.Release()
			_ = it.process()
		})
	}
	return nil
}

// -- one goroutine per message --

func messagesBad(in <-chan *item) {
	var wg sync.WaitGroup
	for it := range in {
		wg.Add(1)
		go func() { // want `one goroutine per message received from in, with no limit`
			defer wg.Done()
			_ = it.process()
		}()
	}
	wg.Wait()
}

func messagesOk(in <-chan *item) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for it := range in {
				_ = it.process()
			}
		})
	}
	wg.Wait()
}

func linesBad(r io.Reader) {
	s := bufio.NewScanner(r)
	var wg sync.WaitGroup
	for s.Scan() {
		line := s.Text()
		wg.Go(func() { _ = process(&item{line}) }) // want `one goroutine per token of s\.Scan, with no limit`
	}
	wg.Wait()
}

func rowsBad(db *sql.DB) error {
	rows, err := db.Query("select name from items")
	if err != nil {
		return err
	}
	defer rows.Close()
	var g errgroup.Group
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return errors.Join(err, g.Wait())
		}
		g.Go(func() error { return process(&item{name}) }) // want `one goroutine per row of rows\.Next, with no limit: g has no SetLimit`
	}
	return g.Wait()
}

func packetsBad(c *net.UDPConn) error {
	for {
		buf := make([]byte, 1500)
		n, _, err := c.ReadFromUDP(buf)
		if err != nil {
			return err
		}
		go handle(buf[:n]) // want `one goroutine per packet of c\.ReadFromUDP, with no limit`
	}
}

func packetsOk(c *net.UDPConn, sem chan struct{}) error {
	for {
		buf := make([]byte, 1500)
		n, _, err := c.ReadFromUDP(buf)
		if err != nil {
			return err
		}
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			handle(buf[:n])
		}()
	}
}

func handle(b []byte) { _ = process(&item{string(b)}) }

// -- sizes that make no sense --

func zeroLimitBad(items []*item) error {
	var g errgroup.Group
	g.SetLimit(0) // want `a limit of 0 lets no goroutine run: g\.Go blocks for ever`
	for _, it := range items {
		g.Go(it.process)
	}
	return g.Wait()
}

func zeroTaskLimitBad() task.Option {
	return task.Limit(0) // want `task\.Limit\(0\) panics: a limit must be at least 1`
}

func zeroSemaphoreBad(ctx context.Context) error {
	sem := semaphore.NewWeighted(0) // want `a semaphore of 0 units can never be acquired`
	return sem.Acquire(ctx, 1)
}

func tooManyUnitsBad(ctx context.Context) error {
	sem := semaphore.NewWeighted(2)
	return sem.Acquire(ctx, 3) // want `3 units are asked of a semaphore that has 2 \(basic\.go:\d+\): Acquire waits until ctx ends`
}

func zeroTokensBad(items []*item) {
	sem := make(chan struct{}, 0) // want `a semaphore channel of capacity 0 admits nobody`
	for _, it := range items[:10] {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			_ = it.process()
		}()
	}
}

func oneTokenOk(items []*item) {
	sem := make(chan struct{}, 1)
	for _, it := range items {
		sem <- struct{}{}
		go func() {
			defer func() { <-sem }()
			_ = it.process()
		}()
	}
}

func limitOfLenBad(items []*item) error {
	var g errgroup.Group
	g.SetLimit(len(items)) // want `the limit follows the size of items: it limits nothing`
	for _, it := range items {
		g.Go(it.process)
	}
	return g.Wait()
}
