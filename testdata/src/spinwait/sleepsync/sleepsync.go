// Package sleepsync sleeps where it should wait.
package sleepsync

import (
	"sync"
	"sync/atomic"
	"time"
)

func capturedBad(work func() int) int {
	n := 0
	go func() { n = work() }()
	time.Sleep(time.Second) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose n is read after it; it may not have finished`
	return n
}

func capturedOk(work func() int) int {
	ch := make(chan int, 1)
	go func() { ch <- work() }()
	return <-ch
}

func atomicBad(work func()) bool {
	var done atomic.Bool
	go func() {
		work()
		done.Store(true)
	}()
	time.Sleep(100 * time.Millisecond) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose done is read after it`
	return done.Load()
}

func lockedBad(work func() int) int {
	var mu sync.Mutex
	total := 0
	for range 3 {
		go func() {
			mu.Lock()
			total += work()
			mu.Unlock()
		}()
	}
	time.Sleep(time.Second) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose total is read after it`
	mu.Lock()
	defer mu.Unlock()
	return total
}

func sliceBad(work func(int) int) []int {
	out := make([]int, 3)
	for i := range out {
		go func() { out[i] = work(i) }()
	}
	time.Sleep(time.Second) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose out is read after it`
	return out
}

type counter struct{ n atomic.Int64 }

func (c *counter) bump() { c.n.Add(1) }

func methodBad() int64 {
	var c counter
	go c.bump()
	time.Sleep(time.Millisecond) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose c.n is read after it`
	return c.n.Load()
}

func errBad(work func() error) error {
	var err error
	go func() { err = work() }()
	time.Sleep(2 * time.Second) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose err is read after it`
	return err
}

func mapBad(work func(map[string]int)) int {
	m := make(map[string]int)
	go func() { m["a"] = 1 }()
	time.Sleep(time.Second) // want `this sleep stands for waiting for the goroutine started at sleepsync.go:\d+, whose m is read after it`
	return m["a"]
}

// Silent from here.

func joinedOk(work func() int) int {
	var wg sync.WaitGroup
	n := 0
	wg.Add(1)
	go func() {
		defer wg.Done()
		n = work()
	}()
	time.Sleep(time.Millisecond)
	wg.Wait()
	return n
}

func channelOk(work func() int) int {
	n := 0
	done := make(chan struct{})
	go func() {
		defer close(done)
		n = work()
	}()
	time.Sleep(time.Millisecond)
	<-done
	return n
}

func unrelatedOk(work func()) int {
	n := 1
	go work()
	time.Sleep(time.Millisecond)
	return n
}

func beforeOk(work func() int) int {
	time.Sleep(time.Millisecond)
	n := 1
	go func() { _ = work() }()
	return n
}

func rateOk(send func(int)) (n int) {
	go send(0)
	for i := range 3 {
		time.Sleep(time.Millisecond)
		n += i
	}
	return n
}

func sampleOk(work func(*atomic.Int64)) []int64 {
	var n atomic.Int64
	go work(&n)
	var out []int64
	for range 3 { // samples a running counter
		time.Sleep(time.Second)
		out = append(out, n.Load())
	}
	return out
}

func readOnlyOk(use func(int)) int {
	n := 3
	go func() { use(n) }()
	time.Sleep(time.Millisecond)
	return n
}

func signalOk(work func()) {
	var stop atomic.Bool
	go func() {
		for !stop.Load() {
			work()
		}
	}()
	time.Sleep(time.Second)
	stop.Store(true)
}
