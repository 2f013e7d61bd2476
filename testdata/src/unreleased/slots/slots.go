// Package slots has semaphores and one-slot channels whose slots are given back, or not.
package slots

import (
	"context"
	"errors"
	"sync"

	"golang.org/x/sync/semaphore"

	"github.com/conclint/conclint/runtime/gate"
)

var errBad = errors.New("bad")

type pool struct {
	sem  chan struct{}
	busy chan struct{} // one slot
	w    *semaphore.Weighted
	g    *gate.Semaphore
}

func newPool(n int) *pool {
	return &pool{sem: make(chan struct{}, n), busy: make(chan struct{}, 1), w: semaphore.NewWeighted(4), g: gate.NewSemaphore(4)}
}

func (p *pool) doBad(f func() error) error {
	p.sem <- struct{}{}
	if err := f(); err != nil {
		return err // want `this path returns without giving back the slot of p.sem taken at slots.go:28; once all slots are lost, everybody waits for ever`
	}
	<-p.sem
	return nil
}

func (p *pool) doOk(f func() error) error {
	p.sem <- struct{}{}
	defer func() { <-p.sem }()
	return f()
}

// Taken in a select, with a way out.
func (p *pool) selectBad(ctx context.Context, f func() error) error {
	select {
	case p.sem <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	if err := f(); err != nil {
		return err // want `this path returns without giving back the slot of p.sem taken at slots.go:44`
	}
	<-p.sem
	return nil
}

func (p *pool) selectOk(ctx context.Context, f func() error) error {
	select {
	case p.sem <- struct{}{}:
		defer func() { <-p.sem }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return f()
}

func (p *pool) tryOk(f func()) bool {
	select {
	case p.sem <- struct{}{}:
	default:
		return false
	}
	f()
	<-p.sem
	return true
}

// Handed over to a goroutine.
func (p *pool) goOk(f func() error) {
	p.sem <- struct{}{}
	go func() {
		defer func() { <-p.sem }()
		f()
	}()
}

func (p *pool) goBad(f func() error) {
	p.sem <- struct{}{}
	go func() {
		if err := f(); err != nil {
			return // want `this goroutine ends without giving back the slot of p.sem taken at slots.go:87`
		}
		<-p.sem
	}()
}

// One per element; some element is skipped with its slot.
func (p *pool) eachBad(items []int, f func(int)) {
	for _, i := range items {
		p.sem <- struct{}{}
		if i < 0 { // want `this iteration may end without giving back the slot of p.sem taken at slots.go:99`
			continue
		}
		go func() {
			defer func() { <-p.sem }()
			f(i)
		}()
	}
}

// Taking all slots waits for everybody.
func (p *pool) drainOk(items []int, f func(int)) {
	for _, i := range items {
		p.sem <- struct{}{}
		go func() {
			defer func() { <-p.sem }()
			f(i)
		}()
	}
	for range cap(p.sem) {
		p.sem <- struct{}{}
	}
	for range cap(p.sem) {
		<-p.sem
	}
}

// The lock of one slot, behind helpers.
func (p *pool) enter() { p.busy <- struct{}{} }
func (p *pool) leave() { <-p.busy }

func (p *pool) swapBad(f func() error) error {
	p.enter()
	if f == nil {
		return errBad // want `this path returns with p.busy still locked since slots.go:\d+`
	}
	defer p.leave()
	return f()
}

func (p *pool) swapOk(f func() error) error {
	p.enter()
	defer p.leave()
	return f()
}

// Semaphores that say so.
func (p *pool) weightedBad(ctx context.Context, f func() error) error {
	if err := p.w.Acquire(ctx, 1); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err // want `this path returns without giving back the slot of p.w taken at slots.go:\d+`
	}
	p.w.Release(1)
	return nil
}

func (p *pool) weightedOk(ctx context.Context, f func() error) error {
	if err := p.w.Acquire(ctx, 1); err != nil {
		return err
	}
	defer p.w.Release(1)
	return f()
}

func (p *pool) gateBad(ctx context.Context, f func() error) error {
	if err := p.g.Acquire(ctx); err != nil {
		return err
	}
	if err := f(); err != nil {
		return err // want `this path returns without giving back the slot of p.g taken at slots.go:\d+`
	}
	p.g.Release()
	return nil
}

func (p *pool) gateTryOk(f func() error) error {
	if !p.g.TryAcquire() {
		return errBad
	}
	err := f()
	p.g.Release()
	return err
}

// A signal, not a lock: one goroutine sends, another receives.
type worker struct {
	done chan struct{}
	work func() error
}

func startOk(work func() error) *worker {
	w := &worker{done: make(chan struct{}, 1), work: work}
	go w.run()
	return w
}

func (w *worker) run() {
	if w.work() != nil {
		w.done <- struct{}{}
		return
	}
	w.done <- struct{}{}
}

func (w *worker) waitOk(quick bool) {
	if quick {
		return
	}
	<-w.done
}

func localSignalOk(work func() error) error {
	done := make(chan struct{}, 1)
	var err error
	go func() {
		err = work()
		done <- struct{}{}
	}()
	<-done
	return err
}

// A goroutine that is told to end: started first, sent to afterwards.
func cancelOk(stop chan struct{}, cancel func(), work func() error) error {
	done := make(chan struct{}, 1)
	go func() {
		select {
		case <-done:
			cancel()
		case <-stop:
			cancel()
		}
	}()
	err := work()
	if err == errBad {
		return err
	}
	done <- struct{}{}
	return err
}

// The slot goes out with the object, and comes back when it is closed.
type conn struct{ p *pool }

type listener struct {
	slots chan struct{}
	p     *pool
}

func newListener() *listener { return &listener{slots: make(chan struct{}, 8)} }

func (l *listener) acceptOk(dial func() (*conn, error)) (*conn, error) {
	l.slots <- struct{}{}
	c, err := dial()
	if err != nil {
		<-l.slots
		return nil, err
	}
	return c, nil
}

func (l *listener) closeOk(c *conn) { <-l.slots }

// A mutex handed over to a goroutine, which forgets it on one path.
type store struct {
	mu   sync.Mutex
	data map[string]int
}

func (s *store) flushBad(write func(map[string]int) error) {
	s.mu.Lock()
	go func() {
		if err := write(s.data); err != nil {
			return // want `this goroutine ends with s.mu still locked since slots.go:\d+; the next goroutine that locks it waits for ever`
		}
		s.mu.Unlock()
	}()
}

func (s *store) flushOk(write func(map[string]int) error) {
	s.mu.Lock()
	go func() {
		defer s.mu.Unlock()
		_ = write(s.data)
	}()
}

// Filled when made: taken by receiving.
type turnstile struct{ turn chan struct{} }

func newTurnstile() *turnstile {
	t := &turnstile{turn: make(chan struct{}, 1)}
	t.turn <- struct{}{}
	return t
}

func (t *turnstile) passBad(f func() error) error {
	<-t.turn
	if err := f(); err != nil {
		return err // want `this path returns without giving back the only slot of t.turn taken at slots.go:\d+`
	}
	t.turn <- struct{}{}
	return nil
}

func (t *turnstile) passOk(f func() error) error {
	<-t.turn
	defer func() { t.turn <- struct{}{} }()
	return f()
}

// The same, filled before it is put into its field, behind helpers.
type disk struct{ slots chan struct{} }

func newDisk(n int) *disk {
	slots := make(chan struct{}, n)
	for range n {
		slots <- struct{}{}
	}
	return &disk{slots: slots}
}

func (d *disk) acquire() { <-d.slots }
func (d *disk) release() { d.slots <- struct{}{} }

func (d *disk) readBad(f func() error) error {
	d.acquire()
	if err := f(); err != nil {
		return err // want `this path returns without giving back the slot of d.slots taken at slots.go:\d+`
	}
	d.release()
	return nil
}

func (d *disk) readOk(f func() error) error {
	d.acquire()
	err := f()
	d.release()
	return err
}

// The latest value: drained, then sent to; whoever wants it receives.
type latest struct{ changed chan struct{} }

func newLatest() *latest { return &latest{changed: make(chan struct{}, 1)} }

func (l *latest) setOk(quiet bool) {
	if quiet {
		return
	}
	select {
	case <-l.changed:
	default:
	}
	select {
	case l.changed <- struct{}{}:
	default:
	}
}

// Anybody may receive from an exported field.
type Watcher struct{ Changed chan struct{} }

func NewWatcher() *Watcher { return &Watcher{Changed: make(chan struct{}, 1)} }

func (w *Watcher) notifyOk(f func() error) error {
	w.Changed <- struct{}{}
	if err := f(); err != nil {
		return err
	}
	<-w.Changed
	return nil
}

// The literal's parameter hides the name: no fix.
func (p *pool) hiddenBad(f func(p int) error) {
	p.sem <- struct{}{}
	q := p
	go func(p int) {
		if err := f(p); err != nil {
			return // want `this goroutine ends without giving back the slot of p.sem`
		}
		<-q.sem
	}(1)
}

// Missed: a channel that is handed in may be used by its owner in any way.
func FN_param(sem chan struct{}, f func() error) error {
	sem <- struct{}{}
	if err := f(); err != nil {
		return err
	}
	<-sem
	return nil
}

// Missed: two units are taken and one is given back; units are not counted.
func (p *pool) FN_units(ctx context.Context, f func()) error {
	if err := p.w.Acquire(ctx, 2); err != nil {
		return err
	}
	f()
	p.w.Release(1)
	return nil
}

// A worker that somebody else starts: what it receives is no slot given back.
type compactor struct{ wake chan struct{} }

func newCompactor() *compactor { return &compactor{wake: make(chan struct{}, 1)} }

func (c *compactor) startOk(run func(func()), stop chan struct{}, quiet bool) {
	c.wake <- struct{}{}
	if quiet {
		return
	}
	run(func() {
		select {
		case <-stop:
		case <-c.wake:
		}
	})
}

// A semaphore of one call: nobody asks for its slots when the call has returned.
func chunksOk(ctx context.Context, read func() ([]byte, error), write func([]byte)) error {
	sem := semaphore.NewWeighted(4)
	var wg sync.WaitGroup
	for {
		if err := sem.Acquire(ctx, 1); err != nil {
			return err
		}
		b, err := read()
		if err != nil {
			break
		}
		wg.Go(func() {
			defer sem.Release(1)
			write(b)
		})
	}
	wg.Wait()
	return nil
}
