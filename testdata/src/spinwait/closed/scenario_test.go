//go:build scenario

package closed

import (
	"context"
	"testing"
	"time"
)

// ends wants a function to end although nobody tells it to but by closing and cancelling.
func ends(t *testing.T, f func()) {
	t.Helper()
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Error("the loop spins")
	}
}

func shut() chan int {
	ch := make(chan int)
	close(ch)
	return ch
}

func ended() context.Context {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	return ctx
}

func use(int) {}

func TestBreakBad(t *testing.T) { ends(t, func() { breakBad(nil, shut(), use) }) }
func TestBreakOk(t *testing.T)  { ends(t, func() { breakOk(nil, shut(), use) }) }

func TestContinueBad(t *testing.T) { ends(t, func() { continueBad(shut(), use) }) }

func TestCtxBreakBad(t *testing.T)   { ends(t, func() { ctxBreakBad(ended(), nil, use) }) }
func TestCtxReturnOk(t *testing.T)   { ends(t, func() { ctxReturnOk(ended(), nil, use) }) }
func TestLabelOk(t *testing.T)       { ends(t, func() { labelOk(ended(), nil, use) }) }
func TestAfterSelectOk(t *testing.T) { ends(t, func() { afterSelectOk(ended(), nil, use) }) }

func TestCtxEmptyBad(t *testing.T) {
	tick := time.NewTicker(time.Hour)
	defer tick.Stop()
	ends(t, func() { ctxEmptyBad(ended(), tick, func() {}) })
}

func TestNilOk(t *testing.T)   { ends(t, func() { nilOk(shut(), shut(), use) }) }
func TestFlagOk(t *testing.T)  { ends(t, func() { flagOk(shut(), use) }) }
func TestCountOk(t *testing.T) { ends(t, func() { countOk(shut(), use) }) }

func TestStepBad(t *testing.T) { ends(t, func() { stepBad(shut(), use) }) }

func TestRunBad(t *testing.T) {
	l := &loop{in: shut()}
	ends(t, func() { l.runBad(use) })
}
