//go:build scenario

package blocks

import (
	"context"
	"errors"
	"net"
	"sync"
	"testing"
	"time"
)

// ends wants a function to end soon after its context has.
func ends(t *testing.T, f func(ctx context.Context)) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		f(ctx)
	}()
	time.Sleep(10 * time.Millisecond)
	cancel()
	select {
	case <-done:
	case <-time.After(time.Second):
		t.Error("it goes on when its context has ended")
	}
}

func TestRecvBad(t *testing.T) { ends(t, func(ctx context.Context) { newMailbox().recvBad(ctx) }) }
func TestRecvOk(t *testing.T)  { ends(t, func(ctx context.Context) { _, _ = newMailbox().recvOk(ctx) }) }

func TestSendBad(t *testing.T) { ends(t, func(ctx context.Context) { newMailbox().sendBad(ctx, "s") }) }
func TestSendOk(t *testing.T) {
	ends(t, func(ctx context.Context) { _ = newMailbox().sendOk(ctx, "s") })
}

func TestSelectBad(t *testing.T) {
	ends(t, func(ctx context.Context) { _, _ = newMailbox().selectBad(ctx) })
}

func TestSelectTryOk(t *testing.T) {
	ends(t, func(ctx context.Context) { newMailbox().selectTryOk(ctx) })
}

func TestSleepBad(t *testing.T) { ends(t, func(ctx context.Context) { sleepBad(ctx, 1) }) }
func TestSleepOk(t *testing.T)  { ends(t, func(ctx context.Context) { _ = sleepOk(ctx, time.Hour) }) }

func TestSleepDurationBad(t *testing.T) {
	ends(t, func(ctx context.Context) { sleepDurationBad(ctx, time.Hour) })
}

func TestWaitBad(t *testing.T) {
	ends(t, func(ctx context.Context) {
		var wg sync.WaitGroup
		wg.Add(1)
		waitBad(ctx, &wg)
	})
}

func TestWaitOk(t *testing.T) {
	ends(t, func(ctx context.Context) {
		waitOk(ctx, []func(context.Context){func(ctx context.Context) { <-ctx.Done() }})
	})
}

func listen(t *testing.T) net.Listener {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Skip(err)
	}
	t.Cleanup(func() { l.Close() })
	return l
}

func TestAcceptBad(t *testing.T) {
	l := listen(t)
	ends(t, func(ctx context.Context) { _, _ = acceptBad(ctx, l) })
}

func TestAcceptOk(t *testing.T) {
	l := listen(t)
	ends(t, func(ctx context.Context) { _, _ = acceptOk(ctx, l) })
}

func TestOnlyLoggedBad(t *testing.T) {
	ends(t, func(ctx context.Context) { onlyLoggedBad(ctx, newMailbox()) })
}

func TestSiblingBad(t *testing.T) {
	ends(t, func(ctx context.Context) {
		siblingBad(ctx, make(chan error), func() error { return errors.New("failed") })
	})
}

func TestSiblingOk(t *testing.T) {
	ends(t, func(ctx context.Context) {
		siblingOk(ctx, make(chan error), func() error { return errors.New("failed") })
	})
}

func TestRangeBad(t *testing.T) {
	ends(t, func(ctx context.Context) { rangeBad(ctx, make(chan int)) })
}
