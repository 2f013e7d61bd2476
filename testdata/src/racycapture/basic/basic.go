// Package basic holds racy captures.
package basic

import (
	"errors"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
)

func work() error        { return errors.New("no") }
func pair() (int, error) { return 1, nil }
func use(...any)         {}

func sharedErr() error {
	err := work()
	go func() {
		err = work() // want `err is written in a goroutine \(started at basic.go:18\) and written at basic.go:22 without a common lock; the goroutine shares the variable of sharedErr`
		use(err)
	}()
	err = work()
	return err
}

func groupErr(items []int) error {
	var g errgroup.Group
	var err error
	for range items {
		g.Go(func() error {
			_, err = pair() // want `err is written by several goroutines at once \(started in a loop at basic.go:30\) without a lock`
			return err
		})
	}
	return g.Wait()
}

func namedResult() (err error) {
	go func() {
		err = work() // want `err is written in a goroutine \(started at basic.go:39\) and .* at basic.go:\d+`
	}()
	return work()
}

func timeout() int {
	var res int
	done := make(chan struct{})
	go func() {
		res = 1 // want `res is written in a goroutine \(started at basic.go:48\) and read at basic.go:56`
		close(done)
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
	}
	return res
}

func mapWrite(keys []string) map[string]int {
	m := make(map[string]int)
	var wg sync.WaitGroup
	for _, k := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			m[k] = len(k) // want `m\[k\] is changed by several goroutines at once \(started in a loop at basic.go:64\) without a lock`
		}()
	}
	wg.Wait()
	return m
}

func appended(items []int) []int {
	var out []int
	var wg sync.WaitGroup
	for _, it := range items {
		wg.Go(func() {
			out = append(out, it) // want `out is updated by several goroutines at once \(started in a loop at basic.go:77\) without a lock`
		})
	}
	wg.Wait()
	return out
}

func addInside() map[int]bool {
	m := map[int]bool{}
	var wg sync.WaitGroup
	go func() {
		wg.Add(1)
		defer wg.Done()
		m[1] = true
	}()
	wg.Wait()
	return m
}

func writerLoop(keys []string) {
	m := map[string]int{}
	go func() {
		for _, k := range keys {
			use(m[k])
		}
	}()
	m["x"] = 1 // want `m\["x"\] is changed here and read at basic.go:101 in a goroutine \(started at basic.go:99\)`
}

func ctxLike(n int) {
	name := "a"
	go func() { use(name) }() // want `name is read in a goroutine \(started at basic.go:109\) and written at basic.go:111 without a common lock`
	if n > 0 {
		name = "b"
	}
}

func check() error { return nil }

// forgottenErr wants a variable of its own in the goroutine.
func forgottenErr() error {
	err := check()
	go func() {
		err = check() // want `err is written in a goroutine`
		if err != nil {
			println("failed")
		}
	}()
	err = check()
	return err
}

// forgottenErrInit does so in the head of an if.
func forgottenErrInit() error {
	err := check()
	go func() {
		if err = check(); err != nil { // want `err is written in a goroutine`
			println("failed")
		}
	}()
	err = check()
	return err
}

// neededErr is read by the function later: what the goroutine found is wanted, and no fix offered.
func neededErr(done chan bool) error {
	err := check()
	go func() {
		err = check() // want `err is written in a goroutine`
		if err != nil {
			println("failed")
		}
		done <- true
	}()
	if err != nil {
		return err
	}
	<-done
	return err
}

// secondRound reads without the lock what the goroutines of the second round,
// which nobody has waited for yet, write under it.
func secondRound(keys []int) map[int]error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	errs := make(map[int]error)
	for _, k := range keys {
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			errs[k] = check()
			mu.Unlock()
		}()
	}
	wg.Wait()
	for _, k := range keys {
		if errs[k] != nil { // want `errs is read here and changed at basic.go:\d+ in a goroutine`
			continue
		}
		wg.Add(1)
		go func() {
			defer wg.Done()
			mu.Lock()
			errs[k] = check()
			mu.Unlock()
		}()
	}
	wg.Wait()
	return errs
}
