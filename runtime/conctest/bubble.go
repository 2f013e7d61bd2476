//go:build go1.25

package conctest

import (
	"testing"
	"testing/synctest"
	"time"
)

// Bubble runs f in a bubble of fake time: sleeps and timeouts end at once when every goroutine of the bubble is blocked, a deadlock fails the
// test, and so does a goroutine that is left at the end. It is synctest.Test; mutexes, and channels from outside the bubble, do not count as
// blocked.
func Bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, f)
}

// Settle waits until every other goroutine of the bubble is blocked.
func Settle() { synctest.Wait() }

// Takes returns the fake time that f takes.
func Takes(f func()) time.Duration {
	start := time.Now()
	f()
	return time.Since(start)
}
