//go:build go1.25

package conctest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

func TestBubble(t *testing.T) {
	Bubble(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var done atomic.Bool
		go func() {
			<-ctx.Done()
			done.Store(true)
		}()
		Settle()
		if done.Load() {
			t.Error("the hour is over at once")
		}
		if d := Takes(func() { <-ctx.Done() }); d != time.Hour {
			t.Errorf("the hour took %v of fake time", d)
		}
		Settle()
		if !done.Load() {
			t.Error("Settle did not wait for the goroutine")
		}
	})
}
