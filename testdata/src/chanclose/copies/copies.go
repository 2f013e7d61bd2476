// Package copies: sends on channels that were copied out of a field under its lock,
// each beside a correct twin.
package copies

import (
	"errors"
	"sync"
)

var errClosed = errors.New("closed")

type queue struct {
	mu   sync.Mutex
	in   chan int
	done chan struct{}
	wg   sync.WaitGroup
}

func newQueue() *queue {
	q := &queue{done: make(chan struct{})}
	q.in = make(chan int, 8)
	return q
}

func (q *queue) Put(v int) error {
	q.mu.Lock()
	in := q.in
	q.mu.Unlock()
	if in == nil {
		return errClosed
	}
	in <- v // want `q\.in was copied under q\.mu \(copies.go:\d+\), which is not held any more: \(\*queue\)\.Close may have closed the channel since \(copies.go:\d+\), and then this send panics`
	return nil
}

func (q *queue) TryPut(v int) bool {
	var in chan int
	q.mu.Lock()
	if q.in != nil {
		in = q.in
	}
	q.mu.Unlock()
	select {
	case in <- v: // want `q\.in was copied under q\.mu`
		return true
	case <-q.done:
		return false
	}
}

func (q *queue) PutLater(v int) {
	q.mu.Lock()
	in := q.in
	q.mu.Unlock()
	go func() {
		in <- v // want `q\.in was copied under q\.mu`
	}()
}

// The send is made under the lock that the closer needs.
func (q *queue) PutLocked(v int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.in != nil {
		select {
		case q.in <- v:
		default:
		}
	}
}

// A panic is expected.
func (q *queue) PutGuarded(v int) (err error) {
	q.mu.Lock()
	in := q.in
	q.mu.Unlock()
	defer func() {
		if recover() != nil {
			err = errClosed
		}
	}()
	in <- v
	return nil
}

func (q *queue) Close() {
	q.mu.Lock()
	in := q.in
	q.in = nil
	q.mu.Unlock()
	if in != nil {
		close(in)
	}
}

// Receivers of a closed channel are told, which is what closing is for.
func (q *queue) Get() (int, bool) {
	q.mu.Lock()
	in := q.in
	q.mu.Unlock()
	v, ok := <-in
	return v, ok
}

// embedded owns the lock of what it holds, and closes under it.
type embedded struct {
	sync.RWMutex
	state *state
}

type state struct{ events chan string }

func (e *embedded) Notify(s string) {
	e.RLock()
	events := e.state.events
	e.RUnlock()
	if events != nil {
		events <- s // want `e\.state\.events was copied under e\.RWMutex`
	}
}

func (e *embedded) stop() {
	if e.state.events != nil {
		close(e.state.events)
		e.state.events = nil
	}
}

func (e *embedded) Stop() {
	e.Lock()
	defer e.Unlock()
	e.stop()
}

// waited closes when all senders have said that they are done.
type waited struct {
	mu sync.Mutex
	in chan int
	wg sync.WaitGroup
}

func (w *waited) Put(v int) error {
	w.mu.Lock()
	in := w.in
	if in == nil {
		w.mu.Unlock()
		return errClosed
	}
	w.wg.Add(1)
	w.mu.Unlock()
	defer w.wg.Done()
	in <- v
	return nil
}

func (w *waited) Close() {
	w.mu.Lock()
	in := w.in
	w.in = nil
	w.mu.Unlock()
	w.wg.Wait()
	close(in)
}

// workers send from goroutines that the closer waits for.
type workers struct {
	mu  sync.Mutex
	out chan int
	wg  sync.WaitGroup
}

func (w *workers) Start() {
	w.wg.Add(1)
	go func() {
		defer w.wg.Done()
		w.produce()
	}()
}

func (w *workers) produce() {
	w.mu.Lock()
	out := w.out
	w.mu.Unlock()
	out <- 1
}

func (w *workers) Stop() {
	w.wg.Wait()
	w.mu.Lock()
	close(w.out)
	w.out = nil
	w.mu.Unlock()
}

// own sends and closes in its only goroutine.
type own struct {
	mu  sync.Mutex
	out chan int
}

func run() *own {
	o := &own{out: make(chan int)}
	go o.loop()
	return o
}

func (o *own) loop() {
	for i := range 3 {
		o.send(i)
	}
	o.end()
}

func (o *own) send(i int) {
	o.mu.Lock()
	out := o.out
	o.mu.Unlock()
	out <- i
}

func (o *own) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.out)
	o.out = nil
}

func (o *own) Out() <-chan int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.out
}

// kept is closed without leaving its field: nothing tells that senders may come later.
type kept struct {
	mu sync.Mutex
	in chan int
}

func newKept() *kept {
	k := &kept{in: make(chan int)}
	go func() {
		for range k.in {
		}
	}()
	return k
}

func (k *kept) Put(v int) {
	k.mu.Lock()
	in := k.in
	k.mu.Unlock()
	in <- v
}

func (k *kept) Close() { close(k.in) }

// fresh never shows the channel that it closes.
type fresh struct {
	mu sync.Mutex
	in chan int
}

func newFresh(fail bool) (*fresh, error) {
	f := &fresh{in: make(chan int)}
	f.mu.Lock()
	defer f.mu.Unlock()
	if fail {
		close(f.in)
		f.in = nil
		return nil, errClosed
	}
	go f.drain(f.in)
	return f, nil
}

func (f *fresh) drain(in chan int) {
	for range in {
	}
}

func (f *fresh) Put(v int) {
	f.mu.Lock()
	in := f.in
	f.mu.Unlock()
	in <- v
}
