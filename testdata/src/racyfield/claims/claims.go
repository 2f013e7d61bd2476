// Package claims starts goroutines one at a time.
package claims

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
)

var errRunning = errors.New("already running")

// A Finder has one goroutine at a time.
type Finder struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	wg     sync.WaitGroup
	state  string
}

func (f *Finder) StartOk() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		return errRunning
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.cancel = cancel
	f.wg.Go(func() { f.run(ctx) })
	return nil
}

func (f *Finder) Stop() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.cancel != nil {
		f.cancel()
	}
	f.wg.Wait()
	f.cancel = nil
}

func (f *Finder) run(ctx context.Context) {
	f.state = "running"
	<-ctx.Done()
	f.state = "ended"
}

// Follow starts the finder again and again.
func (f *Finder) Follow(events <-chan bool) {
	for up := range events {
		if up {
			_ = f.StartOk()
		} else {
			f.Stop()
		}
	}
}

// A Loose finder may have several.
type Loose struct {
	mu    sync.Mutex
	state string
}

func (l *Loose) start(ctx context.Context) {
	go l.run(ctx)
}

func (l *Loose) run(ctx context.Context) {
	l.state = "running" // want `l.state is written by several goroutines at once`
	<-ctx.Done()
}

// Follow starts the finder again and again.
func (l *Loose) Follow(ctx context.Context, events <-chan bool) {
	for range events {
		l.start(ctx)
	}
}

// A Drain is worked off by one goroutine at a time, as its state tells.
type Drain struct {
	working atomic.Uint32
	seq     int
	last    string
}

func (d *Drain) begin() bool { return d.working.CompareAndSwap(0, 1) }

func (d *Drain) maybeDrain() {
	if d.begin() {
		go d.drain()
	}
}

func (d *Drain) drain() {
	defer d.working.Store(0)
	d.last = "draining"
}

// Follow drains again and again.
func (d *Drain) Follow(events <-chan bool) {
	for range events {
		d.maybeDrain()
	}
}

// A Group is managed by one goroutine, which starts others.
type Group struct {
	mu       sync.Mutex
	managing bool
	last     []string
}

func (g *Group) find(old bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !g.managing {
		g.managing = true
		if old {
			go g.manageOld()
			return
		}
		go g.manage()
	}
}

func (g *Group) manage() { g.last = nil }

func (g *Group) manageOld() {
	g.last = []string{"old"}
	go g.manage()
}

// Follow looks for a manager again and again.
func (g *Group) Follow(events <-chan bool) {
	for old := range events {
		g.find(old)
	}
}

// A Pool starts several workers by one claim.
type Pool struct {
	mu      sync.Mutex
	started bool
	busy    bool
}

func (p *Pool) Start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.started {
		return
	}
	p.started = true
	for range 4 {
		go p.workBad()
	}
}

func (p *Pool) workBad() {
	p.busy = true // want `p.busy is written by several goroutines at once`
}

// A Table is made after the worker has been started, before there is work.
type Table struct {
	work  chan int
	names map[int]string
}

func NewTableOk() *Table {
	t := &Table{work: make(chan int)}
	go t.run()
	t.names = map[int]string{1: "one"}
	return t
}

func (t *Table) run() {
	for i := range t.work {
		println(t.names[i])
	}
}

// Put gives the worker work.
func (t *Table) Put(i int) { t.work <- i }

// A Late table is made after work has been sent.
type Late struct {
	work  chan int
	names map[int]string
}

func NewLate() *Late {
	t := &Late{work: make(chan int, 1)}
	go t.runBad()
	t.work <- 1
	t.names = map[int]string{1: "one"} // want `t.names is written here and read at claims.go:\d+ in a goroutine`
	return t
}

func (t *Late) runBad() {
	for i := range t.work {
		println(t.names[i])
	}
}
