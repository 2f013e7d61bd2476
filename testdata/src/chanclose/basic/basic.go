// Package basic: closes that may panic, each beside a correct twin.
package basic

import (
	"sync"
	"sync/atomic"
)

func twiceBad(ok bool) {
	c := make(chan int)
	go func() {
		for range c {
		}
	}()
	if ok {
		close(c)
	}
	close(c) // want `twiceBad may close c a second time \(first at basic.go:\d+\), which panics`
}

func deferredTwiceBad(ok bool) {
	c := make(chan int)
	defer close(c) // want `deferredTwiceBad may close c a second time`
	go func() {
		for range c {
		}
	}()
	if ok {
		close(c)
		return
	}
}

func eitherOk(ok bool) {
	c := make(chan int)
	go func() {
		for range c {
		}
	}()
	if ok {
		close(c)
		return
	}
	close(c)
}

func sharedDutyBad() {
	c := make(chan struct{})
	for i := 0; i < 2; i++ {
		go func() {
			close(c) // want `may close c a second time`
		}()
	}
	<-c
}

func onceOk() {
	c := make(chan struct{})
	var once sync.Once
	for i := 0; i < 2; i++ {
		go func() { once.Do(func() { close(c) }) }()
	}
	<-c
}

func onceFuncOk() {
	c := make(chan struct{})
	stop := sync.OnceFunc(func() { close(c) })
	for i := 0; i < 2; i++ {
		go func() { stop() }()
	}
	<-c
}

func casOk() {
	c := make(chan struct{})
	var fired atomic.Bool
	for i := 0; i < 2; i++ {
		go func() {
			if fired.CompareAndSwap(false, true) {
				close(c)
			}
		}()
	}
	<-c
}

func flagOk() {
	c := make(chan struct{})
	var mu sync.Mutex
	closed := false
	for i := 0; i < 2; i++ {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			if !closed {
				closed = true
				close(c)
			}
		}()
	}
	<-c
}

func selectGuardOk() {
	c := make(chan struct{})
	var mu sync.Mutex
	for i := 0; i < 2; i++ {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			select {
			case <-c:
			default:
				close(c)
			}
		}()
	}
	<-c
}

func sendAfterBad() {
	c := make(chan int, 1)
	go func() {
		c <- 1 // want `may send on c after it is closed \(first at basic.go:\d+\), which panics`
	}()
	close(c)
}

func lastSenderClosesOk() {
	c := make(chan int, 1)
	go func() {
		c <- 1
		close(c)
	}()
	<-c
}

func waitThenCloseOk(xs []int) {
	c := make(chan int, len(xs))
	var wg sync.WaitGroup
	for _, x := range xs {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c <- x
		}()
	}
	wg.Wait()
	close(c)
}

func nilBad(ok bool) {
	var c chan int
	if ok {
		c = make(chan int)
	}
	go func() {
		for range c {
		}
	}()
	close(c) // want `nilBad closes c while it is nil, which panics`
}

type req struct{ done chan struct{} }

func unknownFieldOk(xs chan any) {
	stop := make(chan struct{})
	go func() {
		for x := range xs {
			switch x := x.(type) {
			case req:
				close(x.done)
			}
		}
		close(stop)
	}()
	<-stop
}

// Without a goroutine, and although the channel is returned in the end.
func emptyBad(items []int) <-chan int {
	out := make(chan int, len(items)+1)
	if len(items) == 0 {
		close(out)
	}
	for _, i := range items {
		out <- i
	}
	close(out) // want `emptyBad may close out a second time`
	return out
}

func emptyOk(items []int) <-chan int {
	out := make(chan int, len(items)+1)
	if len(items) == 0 {
		close(out)
		return out
	}
	for _, i := range items {
		out <- i
	}
	close(out)
	return out
}

func flaggedOk(items []int, stop func() bool) <-chan int {
	out := make(chan int, len(items)+1)
	closed := false
	for _, i := range items {
		if stop() {
			if !closed {
				close(out)
				closed = true
			}
			continue
		}
		if !closed {
			out <- i
		}
	}
	if !closed {
		close(out)
	}
	return out
}

func stoppedBad(items []int, stop <-chan struct{}) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out) // want `may close out a second time`
		for _, i := range items {
			select {
			case out <- i:
			case <-stop:
				close(out)
				return
			}
		}
	}()
	return out
}

func stoppedOk(items []int, stop <-chan struct{}) <-chan int {
	out := make(chan int)
	go func() {
		defer close(out)
		for _, i := range items {
			select {
			case out <- i:
			case <-stop:
				return
			}
		}
	}()
	return out
}

func receiverClosesBad(items []int) {
	c := make(chan int)
	go func() {
		for _, i := range items {
			c <- i // want `may still send on c when its receiver closes it`
		}
	}()
	if <-c > 7 {
		close(c)
		return
	}
	for range items {
		<-c
	}
}

func senderClosesOk(n int) {
	c := make(chan int)
	go func() {
		defer close(c)
		for i := range n {
			c <- i
		}
	}()
	for range c {
	}
}

// Work follows the close, which may be meant to come first: no fix.
func closedFirstBad(ok bool, work func()) {
	c := make(chan int)
	defer close(c) // want `closedFirstBad may close c a second time`
	go func() {
		for range c {
		}
	}()
	if ok {
		close(c)
		work()
		return
	}
}

// A wait group behind an interface, whose maker is not seen.
type waiter interface {
	Add(int)
	Done()
	Wait()
}

func foreignWaitOk(made func() waiter, xs []int) chan int {
	wg := made()
	out := make(chan int, len(xs))
	wg.Add(len(xs))
	for _, x := range xs {
		go func() {
			defer wg.Done()
			out <- x
		}()
	}
	go func() {
		wg.Wait()
		close(out)
	}()
	for range out {
	}
	return nil
}

// flow has the channel only if it is not read-only, and only then closes it.
type flow struct {
	kind kind
	gate chan int
	done chan struct{}
}

type kind interface{ readOnly() bool }

func (f *flow) finish() {
	select {
	case <-f.done:
	default:
		if !f.kind.readOnly() {
			close(f.done)
		}
	}
}

func runFlow(k kind) {
	f := &flow{kind: k, gate: make(chan int)}
	if !k.readOnly() {
		f.done = make(chan struct{})
	}
	go func() { f.gate <- 1 }()
	f.finish()
	<-f.gate
}
