//go:build scenario

package cures

import (
	"runtime"
	"testing"
	"time"
)

// leaves wants a function to return, and its goroutines to end.
func leaves(t *testing.T, f func()) {
	t.Helper()
	before := runtime.NumGoroutine()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Fatal("it does not return")
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("it leaves a goroutine behind")
}

func TestTwoGoroutinesBad(t *testing.T) { leaves(t, func() { _ = twoGoroutinesBad() }) }
func TestTooSmallBad(t *testing.T)      { leaves(t, func() { _ = tooSmallBad() }) }
func TestFixedBad(t *testing.T)         { leaves(t, func() { _ = fixedBad() }) }
func TestLiteralBad(t *testing.T)       { leaves(t, func() { _ = literalBad() }) }
func TestGroupBad(t *testing.T)         { leaves(t, func() { _ = groupBad([]int{1, 2, 3}) }) }
func TestIndexBad(t *testing.T)         { leaves(t, func() { _ = indexBad([]int{1, 2, 3}) }) }
func TestDoneBad(t *testing.T)          { leaves(t, func() { doneBad([]int{1, 2, 3}) }) }

// The leak needs the sender to have looked before the stop, which it has nearly always.
func TestPolledBad(t *testing.T) {
	leaves(t, func() {
		for range 100 {
			polledBad(make([]int, 1000))
		}
	})
}
func TestNeverClosedBad(t *testing.T)    { leaves(t, func() { neverClosedBad([]int{1}) }) }
func TestNeverClosedOk(t *testing.T)     { leaves(t, func() { neverClosedOk([]int{1}) }) }
func TestAwaitedBad(t *testing.T)        { leaves(t, func() { awaitedBad([]int{1}) }) }
func TestAwaitedLaterBad(t *testing.T)   { leaves(t, func() { awaitedLaterBad([]int{1}) }) }
func TestSkippedBad(t *testing.T)        { leaves(t, func() { _ = skippedBad([]int{1, 5}) }) }
func TestTickerBad(t *testing.T)         { leaves(t, func() { tickerBad(func() {}) }) }
func TestTickerDeferredBad(t *testing.T) { leaves(t, func() { _ = tickerDeferredBad() }) }
