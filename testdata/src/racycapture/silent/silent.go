// Package silent holds correct programs that look like racy captures.
package silent

import (
	"errors"
	"sync"

	"golang.org/x/sync/errgroup"
)

func work() error          { return errors.New("no") }
func pair() (int, error)   { return 1, nil }
func use(...any)           {}
func parts(n int) []func() { return make([]func(), n) }

// ownErr: the goroutine declares its own.
func ownErr() error {
	var wg sync.WaitGroup
	wg.Add(1)
	err := work()
	go func() {
		defer wg.Done()
		if err := work(); err != nil {
			use(err)
		}
	}()
	wg.Wait()
	return err
}

// joinedErr: the result is read after the join.
func joinedErr() error {
	var err error
	done := make(chan struct{})
	go func() {
		defer close(done)
		err = work()
	}()
	<-done
	return err
}

// twoJoined: one variable each.
func twoJoined() error {
	var errA, errB error
	var wg sync.WaitGroup
	wg.Add(2)
	go func() { defer wg.Done(); errA = work() }()
	go func() { defer wg.Done(); errB = work() }()
	wg.Wait()
	return errors.Join(errA, errB)
}

// channelHandOff: the value travels through a channel.
func channelHandOff() error {
	ch := make(chan error, 1)
	go func() {
		err := work()
		ch <- err
	}()
	return <-ch
}

// perIndex: each goroutine writes its own element, read after the join.
func perIndex(n int) []int {
	out := make([]int, n)
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := 0; i < n; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			out[i], errs[i] = pair()
		}(i)
	}
	wg.Wait()
	use(errs)
	return out
}

// lockedMap: the map has a lock.
func lockedMap(keys []string) map[string]int {
	m := make(map[string]int)
	var mu sync.Mutex
	var g errgroup.Group
	for _, k := range keys {
		g.Go(func() error {
			mu.Lock()
			m[k] = len(k)
			mu.Unlock()
			return nil
		})
	}
	_ = g.Wait()
	return m
}

// readOnly: goroutines only read what was filled before.
func readOnly(keys []string) {
	m := map[string]int{"a": 1}
	for _, k := range keys {
		go func() { use(m[k]) }()
	}
}

// loopVar: since go1.22 each iteration has its own.
func loopVar(items []int) {
	for i, it := range items {
		go func() { use(i, it) }()
	}
}

// reassignedBefore: the variable changes only before the goroutine starts.
func reassignedBefore(n int) {
	name := "a"
	if n > 1 {
		name = "b"
	}
	go func() { use(name) }()
}

// namedResult: assigned by the goroutine, which is joined before the return.
func namedResult() (err error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		err = work()
	}()
	wg.Wait()
	return
}

// once per branch: only one of the goroutines runs.
func branches(fast bool) {
	var res int
	done := make(chan bool)
	if fast {
		go func() { res = 1; done <- true }()
	} else {
		go func() { res = 2; done <- true }()
	}
	<-done
	use(res)
}

// closure that is not a goroutine.
func syncClosure() int {
	n := 0
	f := func() { n = 1 }
	f()
	return n
}

// appended under a lock.
func collect(items []int) []int {
	var mu sync.Mutex
	var wg sync.WaitGroup
	var out []int
	for _, it := range items {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			defer mu.Unlock()
			out = append(out, it)
		}()
	}
	wg.Wait()
	return out
}

// selectJoin: read only in the case that the result has arrived in.
func selectJoin(stop chan struct{}) int {
	var res int
	done := make(chan struct{})
	go func() {
		res = 1
		close(done)
	}()
	select {
	case <-done:
		return res
	case <-stop:
		return 0
	}
}

// worker: only the goroutine uses the variable after it was started.
func worker(in chan int) {
	last := 0
	go func() {
		for v := range in {
			last = v
		}
		use(last)
	}()
}

// waitWithTimeout waits for a group by way of a channel.
func waitWithTimeout(timeout chan bool) []int {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var out []int
	for i := range 3 {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			out = append(out, i)
			mu.Unlock()
		}()
	}
	finished := make(chan struct{})
	go func() { wg.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-timeout:
		return nil
	}
	return out
}
