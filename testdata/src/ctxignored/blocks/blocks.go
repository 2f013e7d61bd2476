// Package blocks waits.
package blocks

import (
	"context"
	"errors"
	"net"
	"os/exec"
	"sync"
	"time"
)

type mailbox struct {
	in    chan string
	ready chan struct{}
	quit  chan struct{}
}

func newMailbox() *mailbox {
	return &mailbox{in: make(chan string), ready: make(chan struct{}), quit: make(chan struct{})}
}

func (m *mailbox) recvBad(ctx context.Context) string {
	return <-m.in // want `recvBad takes ctx and never looks at it: this receive from m.in goes on when ctx has ended`
}

func (m *mailbox) recvOk(ctx context.Context) (string, error) {
	select {
	case s := <-m.in:
		return s, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

func (m *mailbox) sendBad(ctx context.Context, s string) {
	m.in <- s // want `sendBad takes ctx and never looks at it: this send to m.in goes on when ctx has ended`
}

func (m *mailbox) sendOk(ctx context.Context, s string) error {
	select {
	case m.in <- s:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (m *mailbox) selectBad(ctx context.Context) (string, error) {
	select { // want `selectBad takes ctx and never looks at it: this select goes on when ctx has ended`
	case s := <-m.in:
		return s, nil
	case <-m.ready:
		return "", errors.New("ready")
	}
}

func (m *mailbox) selectTryOk(ctx context.Context) string {
	select {
	case s := <-m.in:
		return s
	default:
		return ""
	}
}

func (m *mailbox) quitOk(ctx context.Context) string {
	select {
	case s := <-m.in:
		return s
	case <-m.quit: // ended by its own stop signal
		return ""
	}
}

func (m *mailbox) timerOk(ctx context.Context) string {
	select {
	case s := <-m.in:
		return s
	case <-time.After(time.Second):
		return ""
	}
}

func sleepBad(ctx context.Context, n int) int {
	time.Sleep(time.Minute) // want `sleepBad takes ctx and never looks at it: this sleep goes on when ctx has ended`
	return n + 1
}

func shortSleepOk(ctx context.Context, n int) int {
	time.Sleep(10 * time.Millisecond)
	return n + 1
}

func sleepDurationBad(ctx context.Context, d time.Duration) {
	time.Sleep(d) // want `sleepDurationBad takes ctx and never looks at it: this sleep goes on when ctx has ended`
}

func sleepOk(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func waitBad(ctx context.Context, wg *sync.WaitGroup) {
	wg.Wait() // want `waitBad takes ctx and never looks at it: this wait for wg goes on when ctx has ended`
}

func waitOk(ctx context.Context, fs []func(context.Context)) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(func() { f(ctx) })
	}
	wg.Wait()
}

func localWaitOk(ctx context.Context, fs []func()) {
	var wg sync.WaitGroup
	for _, f := range fs {
		wg.Go(f)
	}
	wg.Wait()
}

func dialBad(ctx context.Context, addr string) (net.Conn, error) {
	return net.DialTimeout("tcp", addr, time.Hour) // bounded, if late
}

func acceptBad(ctx context.Context, l net.Listener) (net.Conn, error) {
	return l.Accept() // want `acceptBad takes ctx and never looks at it: net.Listener.Accept goes on when ctx has ended`
}

func acceptOk(ctx context.Context, l net.Listener) (net.Conn, error) {
	stop := context.AfterFunc(ctx, func() { l.Close() })
	defer stop()
	return l.Accept()
}

func logged(ctx context.Context, s string) {}

func onlyLoggedBad(ctx context.Context, m *mailbox) string {
	v, _ := ctx.Value("id").(string)
	return v + <-m.in // want `onlyLoggedBad takes ctx and never looks at it: this receive from m.in`
}

func passedOk(ctx context.Context, m *mailbox) string {
	logged(ctx, "waiting") // ctx is somebody else's business too
	return <-m.in
}

func siblingBad(ctx context.Context, out chan<- error, work func() error) {
	if err := work(); err != nil {
		out <- err // want `this send to out does not end with ctx, while the one at blocks.go:\d+ does`
		return
	}
	select {
	case out <- nil:
	case <-ctx.Done():
	}
}

func siblingOk(ctx context.Context, out chan<- error, work func() error) {
	err := work()
	select {
	case out <- err:
	case <-ctx.Done():
	}
}

func localResultOk(ctx context.Context, n int) int {
	ch := make(chan int, 1)
	go func() { ch <- n * n }()
	return <-ch
}

func bufferedOk(ctx context.Context, n int) chan int {
	ch := make(chan int, 1)
	ch <- n
	return ch
}

func tokenOk(ctx context.Context, sem chan struct{}, f func()) {
	defer func() { <-sem }()
	f()
}

func unnamedOk(_ context.Context, m *mailbox) string { return <-m.in }

func commandOk(ctx context.Context) error { return exec.CommandContext(ctx, "true").Run() }

type iface interface {
	Recv(ctx context.Context) string
}

type impl struct{ m *mailbox }

var _ iface = impl{}

func (i impl) Recv(ctx context.Context) string {
	return <-i.m.in // want `Recv takes ctx and never looks at it`
}

func (m *mailbox) Close(ctx context.Context) { <-m.ready }

func rangeBad(ctx context.Context, in <-chan int) (n int) {
	for v := range in { // want `rangeBad takes ctx and never looks at it: this receive from in goes on when ctx has ended`
		n += v
	}
	return n
}

func drainAll(ctx context.Context, in <-chan int) {
	for range in {
	}
}

func withoutName(context.Context, *mailbox, chan int) {}

func (m *mailbox) withoutNameOk(context.Context) string { return <-m.in }
