// Package basic: wait groups that do not come out, each beside a correct twin.
package basic

import (
	"errors"
	"os"
	"sync"
)

func work() error { _, err := os.Stat("x"); return err }

func missingDoneBad() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if err := work(); err != nil {
			return
		}
		wg.Done()
	}()
	wg.Wait() // want `missingDoneBad may wait for wg for ever when err != nil .*nobody is left to call Done`
}

func deferredDoneOk() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		if err := work(); err != nil {
			return
		}
	}()
	wg.Wait()
}

func addInsideBad() {
	var wg sync.WaitGroup
	go func() {
		wg.Add(1) // want `the goroutine started at basic.go:\d+ adds to wg itself, so Wait \(basic.go:\d+\) may return before it is counted`
		defer wg.Done()
		work()
	}()
	wg.Wait()
}

func nestedAddOk() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Add(1)
		go func() {
			defer wg.Done()
			work()
		}()
	}()
	wg.Wait()
}

func tooManyDoneBad(ok bool) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done() // want `may bring wg below zero here.*which panics`
		if ok {
			wg.Done()
		}
	}()
	wg.Wait()
}

func waitInLoopBad(xs []int) {
	var wg sync.WaitGroup
	wg.Add(len(xs))
	for range xs {
		go func() { defer wg.Done() }()
		wg.Wait() // want `waitInLoopBad may wait for wg for ever`
	}
}

func countOk(xs []int) {
	var wg sync.WaitGroup
	wg.Add(len(xs))
	for range xs {
		go func() { defer wg.Done() }()
	}
	wg.Wait()
}

func mapCountOk(m map[string]int) {
	var wg sync.WaitGroup
	wg.Add(len(m))
	for range m {
		go func() { defer wg.Done() }()
	}
	wg.Wait()
}

func productOk(xs, ys []int) {
	var wg sync.WaitGroup
	wg.Add(len(xs) * len(ys))
	for range xs {
		for range ys {
			go func() { defer wg.Done() }()
		}
	}
	wg.Wait()
}

func goOk(xs []int) {
	var wg sync.WaitGroup
	for range xs {
		wg.Go(func() { work() })
	}
	wg.Wait()
}

func selfBad() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		wg.Wait() // want `waits for wg, which counts it: its own Done can never run`
	}()
	wg.Wait()
}

func notDeferredBad(callback func() error) (err error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				err = errors.New("panic")
			}
		}()
		callback()
		wg.Done()
	}()
	wg.Wait() // want `for ever if a callback panics: the panic is recovered, but Done is skipped`
	return err
}

func deferredBesideRecoverOk(callback func() error) (err error) {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		defer wg.Done()
		defer func() {
			if r := recover(); r != nil {
				err = errors.New("panic")
			}
		}()
		callback()
	}()
	wg.Wait()
	return err
}

func reusedOk() {
	var wg sync.WaitGroup
	for i := 0; i < 2; i++ {
		wg.Add(1)
		go func() { defer wg.Done() }()
		wg.Wait()
	}
}

func appendedOk(xs, ys []string) {
	all := append(xs, ys...)
	var wg sync.WaitGroup
	wg.Add(len(all))
	for range all {
		go func() { defer wg.Done() }()
	}
	wg.Wait()
}

func passedOk(run func(*sync.WaitGroup)) {
	var wg sync.WaitGroup
	wg.Add(1)
	go run(&wg)
	wg.Wait()
}

func copiedBad(wg sync.WaitGroup) { // want `wg is a copy of the caller's wait group`
	wg.Done()
}

func sevenOk() {
	var wg sync.WaitGroup
	for i := 0; i < 100; i++ {
		wg.Add(7)
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
		go func() { defer wg.Done() }()
	}
	wg.Wait()
}

func pointerOk(wg *sync.WaitGroup) { wg.Done() }

func lastStatementBad() {
	var wg sync.WaitGroup
	wg.Add(1)
	go func() {
		if err := work(); err != nil {
			return
		}
		work()
		wg.Done()
	}()
	wg.Wait() // want `lastStatementBad may wait for wg for ever when err != nil`
}
