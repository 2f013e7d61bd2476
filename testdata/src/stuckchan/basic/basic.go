// Package basic: channels whose other side has gone, each beside a correct twin.
package basic

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"sync"
	"time"
)

func slow() string { return "x" }

func work() error { return errors.New("no") }

// A result goroutine and a receiver that may leave.

func timeoutBad() string {
	res := make(chan string)
	go func() {
		res <- slow() // want `the goroutine started at basic.go:\d+ sends on res and may wait for ever when the timer fires first .*nobody is left to receive`
	}()
	select {
	case s := <-res:
		return s
	case <-time.After(time.Second):
		return ""
	}
}

func timeoutOk() string {
	res := make(chan string, 1)
	go func() { res <- slow() }()
	select {
	case s := <-res:
		return s
	case <-time.After(time.Second):
		return ""
	}
}

func cancelBad(ctx context.Context) error {
	errc := make(chan error)
	go func() {
		errc <- work() // want `sends on errc and may wait for ever when the context ends first`
	}()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func cancelOk(ctx context.Context) error {
	errc := make(chan error)
	go func() {
		select {
		case errc <- work():
		case <-ctx.Done():
		}
	}()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func neverCancelledOk() error {
	ctx := context.Background()
	errc := make(chan error)
	go func() { errc <- work() }()
	select {
	case err := <-errc:
		return err
	case <-ctx.Done(): // never
		return ctx.Err()
	}
}

func earlyReturnBad() error {
	done := make(chan struct{})
	go func() {
		slow()
		done <- struct{}{} // want `sends on done and may wait for ever when err != nil`
	}()
	if err := work2(); err != nil {
		return err
	}
	<-done
	return nil
}

func work2() error { _, err := os.Stat("x"); return err }

func correlatedOk(async bool) {
	done := make(chan struct{})
	if async {
		go func() { done <- struct{}{} }()
	}
	slow()
	if async {
		<-done
	}
}

// Missing close.

func rangeBad(xs []int) {
	ch := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for range ch { // want `ranges over ch and may wait for ever.*nobody is left to close it`
		}
	}()
	for _, x := range xs {
		ch <- x
	}
}

func rangeOk(xs []int) {
	ch := make(chan int)
	go func() {
		for range ch {
		}
	}()
	for _, x := range xs {
		ch <- x
	}
	close(ch)
}

func closeSkippedBad(xs []int) {
	ch := make(chan int)
	go func() {
		for range ch { // want `ranges over ch and may wait for ever when err != nil`
		}
	}()
	for _, x := range xs {
		ch <- x
	}
	if err := work2(); err != nil {
		return
	}
	close(ch)
}

func closeDeferredOk(xs []int) error {
	ch := make(chan int)
	defer close(ch)
	go func() {
		for range ch {
		}
	}()
	for _, x := range xs {
		ch <- x
	}
	return work2()
}

// Counts.

func gatherOk(xs []int) (sum int) {
	ch := make(chan int)
	for _, x := range xs {
		go func() { ch <- x }()
	}
	for range xs {
		sum += <-ch
	}
	return sum
}

func firstOfManyBad(xs []int) int {
	ch := make(chan int)
	for _, x := range xs {
		go func() {
			ch <- x // want `sends on ch and may wait for ever`
		}()
	}
	return <-ch
}

func firstOfManyOk(xs []int) int {
	ch := make(chan int, len(xs))
	for _, x := range xs {
		go func() { ch <- x }()
	}
	return <-ch
}

func semaphoreOk(xs []int) {
	sem := make(chan struct{}, 3)
	var wg sync.WaitGroup
	for range xs {
		sem <- struct{}{}
		wg.Add(1)
		go func() {
			defer wg.Done()
			defer func() { <-sem }()
			slow()
		}()
	}
	wg.Wait()
}

func workersOk(xs []int, n int) {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range jobs {
			}
		}()
	}
	for _, x := range xs {
		jobs <- x
	}
	close(jobs)
	wg.Wait()
}

func indexWorkersOk(items []string, workers int) {
	idx := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for range idx {
				slow()
			}
		})
	}
	for i := range items {
		idx <- i
	}
	close(idx)
	wg.Wait()
}

func indexProducerOk(n, workers int) {
	idx := make(chan int)
	go func() {
		for i := range n {
			idx <- i
		}
		close(idx)
	}()
	var wg sync.WaitGroup
	for range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			for range idx {
				slow()
			}
		}()
	}
	wg.Wait()
}

func jobPerWorkerOk(workers int) {
	jobs := make(chan int)
	done := make(chan struct{})
	for range workers {
		go func() {
			<-jobs
			done <- struct{}{}
		}()
	}
	for i := range workers {
		jobs <- i
	}
	for range workers {
		<-done
	}
}

type answer struct {
	from  string
	parts []string
}

func oneAnswerEachOk(servers ...string) {
	answers := make(chan answer)
	for _, s := range servers {
		go func() { answers <- answer{from: s} }()
	}
	for range servers {
		a := <-answers
		for _, p := range a.parts {
			println(p)
		}
	}
}

func jobMissingBad(workers int) {
	jobs := make(chan int)
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			<-jobs // want `receives from jobs and may wait for ever`
		})
	}
	for i := range workers {
		if i > 0 {
			jobs <- i
		}
	}
}

func twoErrorsBad() error {
	errc := make(chan error)
	go func() {
		if err := work2(); err != nil {
			errc <- err
		}
		errc <- work() // want `sends on errc and may wait for ever`
	}()
	return <-errc
}

// Waits that are meant to last, or that others end.

func foreverOk() {
	ready := make(chan bool)
	go func() { ready <- true }()
	<-ready
	select {}
}

func signalOk() {
	c := make(chan os.Signal, 1)
	signal.Notify(c, os.Interrupt)
	<-c
}

func registerOk(reg func(chan int)) {
	c := make(chan int)
	reg(c)
	<-c
}

type holder struct{ c chan int }

func storedOk(h *holder) {
	c := make(chan int)
	h.c = c
	go func() { c <- 1 }()
}

func exitOk() {
	c := make(chan int)
	go func() { c <- 1 }()
	os.Exit(1)
}

// Polls: the default may be taken before the partner arrives.

func pollBad() {
	stop := make(chan struct{})
	out := make(chan int)
	go func() {
		for {
			select {
			case <-stop:
				return
			default:
			}
			out <- 1 // want `sends on out and may wait for ever`
		}
	}()
	<-out
	close(stop)
}

func pollOk() {
	stop := make(chan struct{})
	out := make(chan int)
	go func() {
		for {
			select {
			case <-stop:
				return
			case out <- 1:
			}
		}
	}()
	<-out
	close(stop)
}

// Timers and contexts.

func tickerBad() {
	t := time.NewTicker(time.Second)
	go func() {
		for range t.C { // want `ranges over t.C and may wait for ever once t is stopped .*a stopped ticker never fires, and its channel is not closed`
			slow()
		}
	}()
	slow()
	t.Stop()
}

func tickerOk() {
	t := time.NewTicker(time.Second)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-t.C:
			case <-done:
				return
			}
		}
	}()
	slow()
	t.Stop()
	close(done)
}

func cancelDroppedBad() {
	ctx, cancel := context.WithCancel(context.Background())
	_ = cancel
	go func() {
		<-ctx.Done() // want `receives from ctx.Done\(\) and may wait for ever`
	}()
}

func cancelDeferredOk() {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() { <-ctx.Done() }()
}

// Through methods, closures and interfaces.

type pipe struct{ c chan int }

func newPipe() *pipe             { return &pipe{c: make(chan int)} }
func (p *pipe) put(x int)        { p.c <- x } // want `sends on p.c and may wait for ever`
func (p *pipe) get() int         { return <-p.c }
func (p *pipe) each(f func(int)) { f(p.get()) }

type putter interface{ put(int) }

func throughBad() {
	p := newPipe()
	var q putter = p
	for i := 0; i < 2; i++ {
		go func() { q.put(i) }()
	}
	p.each(func(int) {})
}

func throughOk() {
	p := newPipe()
	var q putter = p
	go func() { q.put(1) }()
	p.each(func(int) {})
}

// The channel of a tracked slice or map.

func fanOutOk(n int) {
	var cs []chan int
	for i := 0; i < n; i++ {
		c := make(chan int)
		cs = append(cs, c)
		go func() { c <- 1 }()
	}
	for _, c := range cs {
		<-c
	}
}

func onceOk() {
	var once sync.Once
	done := make(chan struct{})
	stop := func() { once.Do(func() { close(done) }) }
	go func() { <-done }()
	stop()
	stop()
}

// Known misses.

// The process ends after the first error, so that nothing leaks for long; a
// second error still waits for ever.
func FN_exitAfterFirst(serve []func() error) {
	errc := make(chan error)
	for _, f := range serve {
		go func() { errc <- f() }()
	}
	<-errc
	os.Exit(1)
}

// The reader of a parameter channel lies in other code that may have stopped.
func FN_parameter(errc chan<- error) {
	go func() { errc <- work() }()
}

// Two sends of one goroutine, of which one runs, are one finding with one fix.
func oneOfTwoBad(ctx context.Context, get func() (int, error)) (int, error) {
	done := make(chan int)
	go func() {
		n, err := get()
		if err != nil {
			done <- 0 // want `sends on done and may wait for ever when the context ends first`
			return
		}
		done <- n
	}()
	select {
	case n := <-done:
		return n, nil
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

func nilRecvBad() int {
	var c chan int
	return <-c // want `nilRecvBad receives from c and waits for ever: it is nil`
}

func nilSendBad(n int) {
	var c chan int
	func() { c <- n }() // want `sends on c and waits for ever: it is nil`
}

func nilAssignedOk(n int) {
	var c chan int
	if n > 0 {
		c = make(chan int, 1)
		c <- n
	}
}

func nilCaseOk(in <-chan int, n int) {
	var out chan int
	select {
	case out <- n: // switched off
	case <-in:
	}
}

func nilFilledOk(fill func(*chan int)) int {
	var c chan int
	fill(&c)
	return <-c
}

type unmade struct {
	done  chan struct{}
	ready chan struct{}
}

func (u *unmade) waitBad() {
	<-u.done // want `receives from u.done and waits for ever: nothing in the package makes it, so it is nil`
}

func newUnmade() *unmade { return &unmade{ready: make(chan struct{}, 1)} }

func (u *unmade) waitOk() { <-u.ready }
