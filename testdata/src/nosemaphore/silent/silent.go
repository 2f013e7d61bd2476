// Package silent holds bounded fan-outs that look unbounded.
package silent

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"os/signal"
	"runtime"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

type item struct{ name string }

func (i *item) process() error { return os.WriteFile(i.name, nil, 0o644) }

func literal() {
	var wg sync.WaitGroup
	for _, n := range []string{"a", "b", "c"} {
		wg.Go(func() { _ = (&item{n}).process() })
	}
	wg.Wait()
}

var stages = []string{"parse", "check", "emit"}

func global() {
	var wg sync.WaitGroup
	for _, s := range stages {
		wg.Go(func() { _ = (&item{s}).process() })
	}
	wg.Wait()
}

var handlers = map[string]func(){"a": literal, "b": global}

func globalMap() {
	var wg sync.WaitGroup
	for _, h := range handlers {
		wg.Go(h)
	}
	wg.Wait()
}

func array(pair [2]*item) error {
	var g errgroup.Group
	for _, it := range pair {
		g.Go(it.process)
	}
	return g.Wait()
}

func constant() {
	var wg sync.WaitGroup
	for i := range 10 {
		wg.Go(func() { _ = (&item{string(rune('a' + i))}).process() })
	}
	wg.Wait()
}

type pool struct {
	jobs    chan *item
	wg      sync.WaitGroup
	workers int
}

func newPool() *pool { return &pool{jobs: make(chan *item)} }

func (p *pool) start(n int) {
	for range n {
		p.wg.Go(p.worker)
	}
}

func (p *pool) startField() {
	for i := 0; i < p.workers; i++ {
		p.wg.Add(1)
		go func() {
			defer p.wg.Done()
			p.worker()
		}()
	}
}

func (p *pool) worker() {
	for it := range p.jobs {
		_ = it.process()
	}
}

func processors() {
	var wg sync.WaitGroup
	for range 2 * runtime.GOMAXPROCS(0) {
		wg.Go(literal)
	}
	wg.Wait()
}

func smallest(items []*item) {
	var wg sync.WaitGroup
	for i := range min(len(items), 8) {
		wg.Go(func() { _ = items[i].process() })
	}
	wg.Wait()
}

func cut(items []*item) {
	if len(items) > 16 {
		items = items[:16]
	}
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Go(func() { _ = it.process() })
	}
	wg.Wait()
}

func checked(items []*item) error {
	if len(items) > 100 {
		return errors.New("too many items")
	}
	var g errgroup.Group
	for _, it := range items {
		g.Go(it.process)
	}
	return g.Wait()
}

const maxBatch = 32

func chunked(items []*item) {
	for batch := range slices.Chunk(items, maxBatch) {
		var wg sync.WaitGroup
		for _, it := range batch {
			wg.Go(func() { _ = it.process() })
		}
		wg.Wait()
	}
}

func chunkedByHand(items []*item) {
	for len(items) > 0 {
		n := min(len(items), maxBatch)
		var wg sync.WaitGroup
		for _, it := range items[:n] {
			wg.Go(func() { _ = it.process() })
		}
		wg.Wait()
		items = items[n:]
	}
}

func perWorker(items []*item) {
	size := (len(items) + runtime.NumCPU() - 1) / runtime.NumCPU()
	var wg sync.WaitGroup
	for start := 0; start < len(items); start += size {
		part := items[start:min(start+size, len(items))]
		wg.Go(func() {
			for _, it := range part {
				_ = it.process()
			}
		})
	}
	wg.Wait()
}

func flushed(items []*item) {
	var wg sync.WaitGroup
	for i, it := range items {
		wg.Go(func() { _ = it.process() })
		if i%50 == 49 {
			wg.Wait()
		}
	}
	wg.Wait()
}

func joinedEach(items []*item) error {
	for _, it := range items {
		errc := make(chan error, 1)
		go func() { errc <- it.process() }()
		select {
		case err := <-errc:
			if err != nil {
				return err
			}
		case <-time.After(time.Second):
			return errors.New("timeout")
		}
	}
	return nil
}

func insideToken(items []*item) {
	sem := make(chan struct{}, 4)
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Go(func() {
			sem <- struct{}{}
			defer func() { <-sem }()
			_ = it.process()
		})
	}
	wg.Wait()
}

func serve(l net.Listener) error {
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go func() { _ = c.Close() }()
	}
}

func serveAll(servers []*http.Server) {
	for _, s := range servers {
		go func() { _ = s.ListenAndServe() }()
	}
}

func signals(reload func()) {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	for range c {
		go reload()
	}
}

func ticks(ctx context.Context, t *time.Ticker, poll func()) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
			go poll()
		}
	}
}

type watcher struct{ updates chan string }

func (w *watcher) loop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case u := <-w.updates:
			_ = (&item{u}).process()
		}
	}
}

func startWatchers(ctx context.Context, ws []*watcher) {
	for _, w := range ws {
		go w.loop(ctx)
	}
}

// manyLoops is called with short lists only.
func manyLoops(names []string) {
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Go(func() { _ = (&item{n}).process() })
	}
	wg.Wait()
}

func callsManyLoops() {
	manyLoops([]string{"a", "b"})
	manyLoops(stages)
}

type queue struct {
	mu     sync.Mutex
	cond   *sync.Cond
	active int
	max    int
}

func (q *queue) acquire() {
	q.mu.Lock()
	for q.active >= q.max {
		q.cond.Wait()
	}
	q.active++
	q.mu.Unlock()
}

func (q *queue) release() {
	q.mu.Lock()
	q.active--
	q.mu.Unlock()
	q.cond.Signal()
}

func throttled(q *queue, items []*item) {
	for _, it := range items {
		q.acquire()
		go func() {
			defer q.release()
			_ = it.process()
		}()
	}
}

func byCount(items []*item, free int) {
	for i, it := range items {
		if i >= free {
			break
		}
		go func() { _ = it.process() }()
	}
}

type group struct {
	errgroup.Group
}

func newGroup() *group {
	g := new(group)
	g.SetLimit(runtime.NumCPU())
	return g
}

func limitedElsewhere(items []*item) error {
	g := newGroup()
	for _, it := range items {
		g.Go(it.process)
	}
	return g.Wait()
}

func givenGroup(g *errgroup.Group, items []*item) {
	for _, it := range items {
		g.Go(it.process)
	}
}

func found(items []*item, name string) {
	for _, it := range items {
		if it.name == name {
			go func() { _ = it.process() }()
			break
		}
	}
}

func once(items []*item) {
	started := false
	for _, it := range items {
		if !started {
			started = true
			go func() { _ = it.process() }()
		}
	}
}

func streams(first, second chan error) error {
	n := 0
	for _, c := range [...]chan error{first, second} {
		go func() { c <- nil }()
		n++
	}
	return errors.Join(<-first, <-second)
}

func variadicOk() { manyNames("a", "b") }

func manyNames(names ...string) {
	var wg sync.WaitGroup
	for _, n := range names {
		wg.Go(func() { _ = (&item{n}).process() })
	}
	wg.Wait()
}

func shardsOf(shards []*item) {
	var wg sync.WaitGroup
	for _, s := range shards {
		wg.Go(func() { _ = s.process() })
	}
	wg.Wait()
}

type session struct{ open bool }

func (s *session) Close() error { s.open = false; return nil }

// closeAll ends what runs already.
func closeAll(sessions []*session) error {
	var g errgroup.Group
	for _, s := range sessions {
		g.Go(s.Close)
	}
	return g.Wait()
}

// commit follows the replicas, however they arrive.
func commit(replicaCh <-chan string) {
	var wg sync.WaitGroup
	for r := range replicaCh {
		wg.Go(func() { _ = (&item{r}).process() })
	}
	wg.Wait()
}
