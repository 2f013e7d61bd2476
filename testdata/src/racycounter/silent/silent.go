// Package silent holds correct programs that look like racy counters.
package silent

import (
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// afterJoin: the increment comes after the wait.
func afterJoin() int {
	n := 0
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		n++
	}()
	wg.Wait()
	n++
	return n
}

// beforeGo: what comes before the go statement is seen by the goroutine.
func beforeGo(done chan bool) {
	n := 0
	n++
	go func() {
		n++
		println(n)
		done <- true
	}()
}

// locked: the same mutex on both sides.
func locked() int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	n := 0
	for i := 0; i < 10; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			n++
		}()
	}
	wg.Wait()
	return n
}

type counter struct {
	mu sync.Mutex
	n  int
}

func (c *counter) addLocked() { c.n++ }

func (c *counter) add() {
	c.mu.Lock()
	c.addLocked()
	c.mu.Unlock()
}

func (c *counter) with(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// heldByCaller: the lock is taken by the caller of the function that increments.
func heldByCaller() {
	var c counter
	for i := 0; i < 4; i++ {
		go c.add()
	}
	c.add()
}

// wrapped: the lock is taken around a callback.
func wrapped() {
	c := new(counter)
	for i := 0; i < 4; i++ {
		go c.with(func() { c.n++ })
	}
}

type embedded struct {
	sync.Mutex
	n int
}

func embeddedLock() {
	e := new(embedded)
	for i := 0; i < 4; i++ {
		go func() {
			e.Lock()
			e.n++
			e.Unlock()
		}()
	}
}

// perElement: each goroutine has its own element.
func perElement(items []int) []int {
	out := make([]int, len(items))
	var wg sync.WaitGroup
	for i := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			out[i] += items[i]
		}()
	}
	wg.Wait()
	return out
}

// inside: each goroutine declares its own.
func inside() {
	for i := 0; i < 3; i++ {
		go func() {
			n := 0
			for j := 0; j < 10; j++ {
				n++
			}
			println(n)
		}()
	}
}

// perIteration: the variable is declared in the loop body.
func perIteration() {
	for i := 0; i < 3; i++ {
		n := 0
		go func() {
			n++
			println(n)
		}()
	}
}

// handOver: the result is received before it is read.
func handOver() int {
	n := 0
	done := make(chan struct{})
	go func() {
		n++
		close(done)
	}()
	<-done
	return n
}

// joinedEachTime: every iteration waits for its goroutine.
func joinedEachTime() int {
	n := 0
	for i := 0; i < 3; i++ {
		done := make(chan struct{})
		go func() {
			defer close(done)
			n++
		}()
		<-done
	}
	return n
}

// group: errgroup with a lock, read after Wait.
func group() (int, error) {
	var g errgroup.Group
	var mu sync.Mutex
	n := 0
	for i := 0; i < 3; i++ {
		g.Go(func() error {
			mu.Lock()
			n++
			mu.Unlock()
			return nil
		})
	}
	err := g.Wait()
	return n, err
}

// tokenLock: a channel of one slot is a lock.
func tokenLock() {
	sem := make(chan struct{}, 1)
	n := 0
	for i := 0; i < 3; i++ {
		go func() {
			sem <- struct{}{}
			n++
			<-sem
		}()
	}
}

// onlyOne: one goroutine counts, nobody else looks.
func onlyOne(in chan int) {
	n := 0
	go func() {
		for range in {
			n++
		}
		println(n)
	}()
}

// once: the initialisation runs once and everybody waits for it.
var (
	once  sync.Once
	value int
)

func get() int {
	once.Do(func() {
		if value == 0 {
			value = 7
		}
	})
	return value
}

func useGet() {
	for i := 0; i < 3; i++ {
		go get()
	}
}

// claimed: compare-and-swap lets one goroutine in.
func claimed() {
	var busy atomic.Bool
	n := 0
	for i := 0; i < 3; i++ {
		go func() {
			if !busy.CompareAndSwap(false, true) {
				return
			}
			n++
		}()
	}
}

// allAtomic: every access is atomic.
func allAtomic() int64 {
	var n int64
	for i := 0; i < 3; i++ {
		go func() { atomic.AddInt64(&n, 1) }()
	}
	return atomic.LoadInt64(&n)
}

// resetBefore: the plain write comes before anybody else can see the variable.
func resetBefore() {
	var n int64
	n = 5
	var wg sync.WaitGroup
	for i := 0; i < 3; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			atomic.AddInt64(&n, 1)
		}()
	}
	wg.Wait()
	println(n)
}

// signalled: the main goroutine writes before it lets the other one start.
func signalled() {
	n := 0
	start := make(chan struct{})
	go func() {
		<-start
		n++
	}()
	n++
	close(start)
}

// helperWaits: the join is in a helper.
func helperWaits() int {
	n := 0
	var wg sync.WaitGroup
	wg.Add(1)
	go func() { defer wg.Done(); n++ }()
	waitFor(&wg)
	n++
	return n
}

func waitFor(wg *sync.WaitGroup) { wg.Wait() }

// timerOnce: one timer, nobody else.
func timerOnce() {
	n := 0
	time.AfterFunc(time.Second, func() { n++; println(n) })
}

type worker struct {
	jobs chan int
	done int
}

// ownField: a field that only the worker's goroutine touches.
func (w *worker) loop() {
	for range w.jobs {
		w.done++
	}
}

func newWorker() *worker {
	w := &worker{jobs: make(chan int)}
	w.done = 1
	go w.loop()
	return w
}

// separate objects: each goroutine gets a new one.
func separate() {
	for i := 0; i < 3; i++ {
		c := new(counter)
		go func() {
			c.n++
			println(c.n)
		}()
	}
}

// waitGroupGo joins too.
func waitGroupGo() int {
	var wg sync.WaitGroup
	n := 0
	wg.Go(func() { n++ })
	wg.Wait()
	n++
	return n
}

// deferredJoin: the deferred wait runs before the deferred read registered earlier.
func deferredJoin() {
	n := 0
	var wg sync.WaitGroup
	defer func() { println(n) }()
	defer wg.Wait()
	wg.Add(1)
	go func() { defer wg.Done(); n++ }()
}

// A listener is drained by whoever asks first.
type listener struct {
	mu       sync.Mutex
	draining bool
	wait     chan bool
	rounds   int
}

func (l *listener) drain() {
	l.mu.Lock()
	if l.draining {
		l.mu.Unlock()
		return
	}
	l.draining = true
	l.mu.Unlock()
	l.rounds++
	l.wait = make(chan bool, l.rounds)
}

func (l *listener) signals(c chan int) {
	for range c {
		go l.drain()
	}
}
