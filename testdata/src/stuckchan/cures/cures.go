// Package cures: channels whose other side has gone, each with what may be done about it and what may not.
package cures

import (
	"errors"
	"log"
	"sync"
	"time"
)

var errClosed = errors.New("closed")

func work(n int) error {
	if n > 2 {
		return errClosed
	}
	return nil
}

// Room for all that is sent.

func twoGoroutinesBad() error {
	errc := make(chan error)
	go func() {
		if err := work(1); err != nil {
			errc <- err // want `sends on errc and may wait for ever`
			return
		}
		errc <- nil
	}()
	go func() { errc <- work(2) }() // want `sends on errc and may wait for ever`
	return <-errc
}

func tooSmallBad() error {
	errc := make(chan error, 1)
	for range 3 {
		go func() {
			errc <- work(1) // want `sends on errc and may wait for ever`
		}()
	}
	return <-errc
}

func fixedBad() error {
	errc := make(chan error)
	for i := 0; i < 4; i++ {
		go func() {
			errc <- work(i) // want `sends on errc and may wait for ever`
		}()
	}
	return <-errc
}

func literalBad() error {
	errc := make(chan error)
	for _, n := range []int{3, 5} {
		go func() {
			errc <- work(n) // want `sends on errc and may wait for ever`
		}()
	}
	return <-errc
}

func groupBad(xs []int) error {
	errc := make(chan error)
	var wg sync.WaitGroup
	for _, x := range xs {
		wg.Go(func() {
			errc <- work(x) // want `sends on errc and may wait for ever`
		})
	}
	return <-errc
}

func indexBad(xs []int) error {
	errc := make(chan error)
	for i := 0; i < len(xs); i++ {
		go func() {
			errc <- work(xs[i]) // want `sends on errc and may wait for ever`
		}()
	}
	return <-errc // want `indexBad receives from errc and may wait for ever`
}

// The elements are not yet all there when the channel is made: no fix.
func grownBad(xs []int) error {
	errc := make(chan error)
	xs = append(xs, 7)
	for _, x := range xs {
		go func() {
			errc <- work(x) // want `sends on errc and may wait for ever`
		}()
	}
	return <-errc
}

// A negative number of goroutines is none, a negative buffer a panic: no fix.
func countBad(n int) error {
	errc := make(chan error)
	for i := range n {
		go func() {
			errc <- work(i) // want `sends on errc and may wait for ever`
		}()
	}
	return <-errc
}

// With room the second value would be kept instead of dropped: no fix.
func triedBad() error {
	errc := make(chan error)
	go func() {
		errc <- work(1) // want `sends on errc and may wait for ever`
	}()
	go func() {
		select {
		case errc <- errClosed:
		default:
		}
	}()
	if err := work(2); err != nil {
		return err
	}
	return <-errc
}

// Loops in loops: no fix.
func nestedBad(xs, ys []int) error {
	errc := make(chan error)
	for _, x := range xs {
		for _, y := range ys {
			go func() {
				errc <- work(x + y) // want `sends on errc and may wait for ever`
			}()
		}
	}
	return <-errc
}

// A stream is not to be kept as a whole: no fix.
func streamBad(xs []int) int {
	c := make(chan int)
	go func() {
		for _, x := range xs {
			c <- x // want `sends on c and may wait for ever`
		}
	}()
	return <-c
}

// Leaving with a channel that says so.

func doneBad(xs []int) int {
	done := make(chan struct{})
	defer close(done)
	c := make(chan int)
	go func() {
		for _, x := range xs {
			c <- x // want `sends on c and may wait for ever`
		}
	}()
	return <-c
}

// Another goroutine that may go on receives too: no fix.
func doneOtherBad(xs []int) {
	done := make(chan struct{})
	defer close(done)
	c := make(chan int)
	go func() {
		for _, x := range xs {
			c <- x // want `sends on c and may wait for ever`
		}
	}()
	go func() { log.Print(<-c) }()
}

// The channel is closed before the goroutine's work is over: no fix.
func doneEarlyBad(xs []int) int {
	done := make(chan struct{})
	c := make(chan int)
	go func() {
		for _, x := range xs {
			c <- x // want `sends on c and may wait for ever`
		}
	}()
	close(done)
	return <-c
}

func polledBad(xs []int) {
	stop := make(chan struct{})
	c := make(chan int)
	go func() {
		for _, x := range xs {
			select {
			case <-stop:
				return
			default:
			}
			c <- x // want `sends on c and may wait for ever`
		}
	}()
	<-c
	close(stop)
}

// More than a return is done when it is told to stop: no fix.
func polledWorkBad(xs []int) {
	stop := make(chan struct{})
	c := make(chan int)
	go func() {
		for _, x := range xs {
			select {
			case <-stop:
				log.Print("stopped")
				return
			default:
			}
			c <- x // want `sends on c and may wait for ever`
		}
	}()
	<-c
	close(stop)
}

// Others wait for what follows the send: no fix.
func polledDoneBad(xs []int) {
	stop := make(chan struct{})
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		for _, x := range xs {
			select {
			case <-stop:
				return
			default:
			}
			c <- x // want `sends on c and may wait for ever`
		}
		wg.Done()
	}()
	<-c
	close(stop)
}

// A loop that says when it has ended.
type desk struct {
	ask  chan int
	stop chan struct{}
	done chan struct{}
	n    int
}

func newDesk() *desk {
	d := &desk{ask: make(chan int), stop: make(chan struct{}), done: make(chan struct{})}
	go d.run()
	return d
}

func (d *desk) run() {
	defer close(d.done)
	for {
		select {
		case n := <-d.ask:
			d.n += n
		case <-d.stop:
			return
		}
	}
}

func (d *desk) Add(n int) {
	d.ask <- n // want `sends on d.ask and may wait for ever`
}

func (d *desk) TryAdd(n int) error {
	d.ask <- n // want `sends on d.ask and may wait for ever`
	return nil
}

// What to return is not known: no fix.
func (d *desk) Sum(n int) int {
	d.ask <- n // want `sends on d.ask and may wait for ever`
	return n
}

func (d *desk) Stop() {
	select {
	case d.stop <- struct{}{}:
	case <-d.done:
	}
	<-d.done
}

// Closing what is ranged over.

func neverClosedBad(xs []int) {
	c := make(chan int)
	go func() {
		for x := range c { // want `ranges over c and may wait for ever`
			log.Print(x)
		}
	}()
	for _, x := range xs {
		c <- x
	}
}

func neverClosedOk(xs []int) {
	c := make(chan int)
	defer close(c)
	go func() {
		for x := range c {
			log.Print(x)
		}
	}()
	for _, x := range xs {
		c <- x
	}
}

// The maker waits for the goroutine: the close stands before.
func awaitedBad(xs []int) {
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for x := range c { // want `ranges over c and may wait for ever`
			log.Print(x)
		}
	}()
	for _, x := range xs {
		c <- x
	}
	wg.Wait()
}

// The deferred wait would come before a deferred close.
func awaitedLaterBad(xs []int) {
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	defer wg.Wait()
	go func() {
		defer wg.Done()
		for x := range c { // want `ranges over c and may wait for ever`
			log.Print(x)
		}
	}()
	for _, x := range xs {
		c <- x
	}
}

// An early return would skip the close, which cannot be deferred: no fix.
func awaitedSomeBad(xs []int) {
	c := make(chan int)
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		for x := range c { // want `ranges over c and may wait for ever`
			log.Print(x)
		}
	}()
	for _, x := range xs {
		if x == 0 {
			return
		}
		c <- x
	}
	wg.Wait()
}

func skippedBad(xs []int) error {
	c := make(chan int)
	go func() {
		for x := range c { // want `ranges over c and may wait for ever`
			log.Print(x)
		}
	}()
	for _, x := range xs {
		if err := work(x); err != nil {
			return err
		}
		c <- x
	}
	close(c)
	return nil
}

// Work follows the close, which may wait for the goroutine: no fix.
func workAfterBad(xs []int, finish func()) error {
	c := make(chan int)
	go func() {
		for x := range c { // want `ranges over c and may wait for ever`
			log.Print(x)
		}
	}()
	for _, x := range xs {
		if err := work(x); err != nil {
			return err
		}
		c <- x
	}
	close(c)
	finish()
	return nil
}

// The constructor forgets a channel.
type feed struct {
	name  string
	items chan int
	quit  chan struct{}
}

func newFeed(name string) *feed {
	return &feed{
		name: name,
		quit: make(chan struct{}),
	}
}

func (f *feed) get() int {
	return <-f.items // want `\(\*feed\).get receives from f.items and waits for ever: nothing in the package makes it, so it is nil`
}

func (f *feed) put(n int) {
	f.items <- n // want `\(\*feed\).put sends on f.items and waits for ever`
}

func (f *feed) close() { close(f.quit) }

// Closing it twice would end the process: no fix.
type source struct {
	name  string
	items chan int
}

func newSource(name string) *source { return &source{name: name} }

func (s *source) get() int {
	return <-s.items // want `receives from s.items and waits for ever`
}

func (s *source) Close() { close(s.items) }

// Nobody answers, made or not: no fix.
type mute struct {
	name string
	in   chan int
}

func newMute(name string) *mute { return &mute{name: name} }

func (m *mute) get() int {
	return <-m.in // want `receives from m.in and waits for ever`
}

// A select may be meant to leave it out: no fix.
type option struct {
	name string
	out  chan int
	in   chan int
}

func newOption(name string) *option { return &option{name: name, in: make(chan int)} }

func (o *option) offer(n int) {
	select {
	case o.out <- n:
	case <-o.in:
	}
	o.in <- n
}

func (o *option) take() int {
	return <-o.out // want `receives from o.out and waits for ever`
}

// A ticker that is stopped never ticks again.
func tickerBad(done func()) {
	t := time.NewTicker(time.Millisecond)
	go func() {
		for range t.C { // want `ranges over t.C and may wait for ever once t is stopped`
			log.Print("tick")
		}
	}()
	done()
	t.Stop()
}

func tickerDeferredBad() error {
	t := time.NewTicker(time.Millisecond)
	defer t.Stop()
	go func() {
		for range t.C { // want `ranges over t.C and may wait for ever once t is stopped`
			if work(3) == nil {
				break
			}
		}
	}()
	return work(1)
}

// Work follows the loop: no fix.
func tickerWorkBad(done func()) {
	t := time.NewTicker(time.Millisecond)
	go func() {
		for range t.C { // want `ranges over t.C and may wait for ever once t is stopped`
			log.Print("tick")
		}
		log.Print("end")
	}()
	done()
	t.Stop()
}

// The ticker may be started again: no fix.
func tickerResetBad(done func()) {
	t := time.NewTicker(time.Millisecond)
	go func() {
		for range t.C { // want `ranges over t.C and may wait for ever once t is stopped`
			log.Print("tick")
		}
	}()
	done()
	t.Stop()
	t.Reset(time.Second)
	t.Stop()
}
