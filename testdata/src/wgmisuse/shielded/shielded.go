// Package shielded waits for goroutines whose panics a helper recovers.
package shielded

import (
	"sync"

	"wgmisuse/helper"
)

func log(any) {}

func skippedBad(f func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	g := func() {
		f()
		wg.Done() // want `wg.Done is skipped if the call at shielded.go:\d+ panics`
	}
	helper.Go(g, log)
	wg.Wait()
}

func deferredOk(f func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	helper.Go(func() {
		defer wg.Done()
		f()
	}, log)
	wg.Wait()
}

// A panic ends the program.
func bareOk(f func()) {
	var wg sync.WaitGroup
	wg.Add(1)
	helper.Bare(func() {
		f()
		wg.Done()
	})
	wg.Wait()
}

// Nothing before Done can panic.
func onlyDoneOk() {
	var wg sync.WaitGroup
	wg.Add(1)
	helper.Go(func() { wg.Done() }, log)
	wg.Wait()
}
