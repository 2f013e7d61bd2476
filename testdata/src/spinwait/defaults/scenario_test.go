//go:build scenario && unix

package defaults

import (
	"syscall"
	"testing"
	"time"
)

// idles wants a function that waits to leave the processor to others.
func idles(t *testing.T, f func()) {
	t.Helper()
	before := used(t)
	go f()
	for range 100 {
		time.Sleep(10 * time.Millisecond)
		if d := used(t) - before; d > 50*time.Millisecond {
			t.Fatalf("waiting takes the processor: %v", d)
		}
	}
}

func used(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func TestEmptyBad(t *testing.T) { idles(t, func() { emptyBad(make(chan int)) }) }
func TestEmptyOk(t *testing.T)  { idles(t, func() { emptyOk(make(chan int)) }) }

func TestContinueBad(t *testing.T) { idles(t, func() { continueBad(make(chan int), nil) }) }
func TestContinueOk(t *testing.T)  { idles(t, func() { continueOk(make(chan int), nil) }) }

func TestSendBad(t *testing.T) { idles(t, func() { sendBad(make(chan int), 1) }) }

func TestGoschedBad(t *testing.T) { idles(t, func() { goschedBad(make(chan int), func(int) {}) }) }
