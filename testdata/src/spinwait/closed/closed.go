// Package closed goes on receiving from what is closed.
package closed

import (
	"context"
	"time"
)

func breakBad(stop <-chan struct{}, in <-chan int, f func(int)) {
	for {
		select {
		case <-stop:
			return
		case v, ok := <-in: // want `when in is closed this loop spins: the receive returns at once and the branch for that leads back to it`
			if !ok {
				break
			}
			f(v)
		}
	}
}

func breakOk(stop <-chan struct{}, in <-chan int, f func(int)) {
	for {
		select {
		case <-stop:
			return
		case v, ok := <-in:
			if !ok {
				return
			}
			f(v)
		}
	}
}

func nestedBad(stop <-chan struct{}, in <-chan int, f func(int)) {
	for {
		select {
		case <-stop:
			return
		default:
			select {
			case <-stop:
				return
			case v, ok := <-in: // want `when in is closed this loop spins`
				if !ok {
					break
				}
				f(v)
			}
		}
	}
}

func continueBad(in <-chan int, f func(int)) {
	for {
		v, ok := <-in // want `when in is closed this loop spins`
		if !ok {
			continue
		}
		f(v)
	}
}

func ctxBreakBad(ctx context.Context, in <-chan int, f func(int)) {
	for {
		select {
		case <-ctx.Done(): // want `when ctx has ended this loop spins: ctx.Done\(\) is ready for ever and its case leads back to the select`
			break
		case v := <-in:
			f(v)
		}
	}
}

func ctxEmptyBad(ctx context.Context, t *time.Ticker, f func()) {
	for {
		select {
		case <-ctx.Done(): // want `when ctx has ended this loop spins`
		case <-t.C:
			f()
		}
	}
}

func ctxReturnOk(ctx context.Context, in <-chan int, f func(int)) {
	for {
		select {
		case <-ctx.Done():
			return
		case v := <-in:
			f(v)
		}
	}
}

func labelOk(ctx context.Context, in <-chan int, f func(int)) {
loop:
	for {
		select {
		case <-ctx.Done():
			break loop
		case v := <-in:
			f(v)
		}
	}
}

func nilOk(a, b <-chan int, f func(int)) {
	for a != nil || b != nil {
		select {
		case v, ok := <-a:
			if !ok {
				a = nil
				continue
			}
			f(v)
		case v, ok := <-b:
			if !ok {
				b = nil
				continue
			}
			f(v)
		}
	}
}

func reopenOk(open func() <-chan int, f func(int)) {
	in := open()
	for {
		v, ok := <-in
		if !ok {
			in = open()
			continue
		}
		f(v)
	}
}

func flagOk(in <-chan int, f func(int)) {
	done := false
	for !done {
		v, ok := <-in
		if !ok {
			done = true
			continue
		}
		f(v)
	}
}

func doneOnceOk(ctx context.Context, in <-chan int, f func(int)) {
	done := ctx.Done()
	for {
		select {
		case <-done:
			done = nil
		case v := <-in:
			f(v)
		}
	}
}

func afterSelectOk(ctx context.Context, in <-chan int, f func(int)) {
	for {
		select {
		case <-ctx.Done():
		case v := <-in:
			f(v)
		}
		if ctx.Err() != nil {
			return
		}
	}
}

func countOk(in <-chan int, f func(int)) {
	for i := 0; i < 3; {
		v, ok := <-in
		if !ok {
			i++
			continue
		}
		f(v)
	}
}

func sleepOk(in <-chan int, f func(int)) {
	for {
		v, ok := <-in
		if !ok {
			time.Sleep(time.Second)
			continue
		}
		f(v)
	}
}

func stepBad(in <-chan int, f func(int)) {
	for {
		select {
		case v, ok := <-in: // want `when in is closed this loop spins`
			if ok {
				f(v)
			}
		}
	}
}

type loop struct {
	in   chan int
	quit chan struct{}
}

func (l *loop) runBad(f func(int)) {
	for {
		select {
		case <-l.quit:
			return
		case v, ok := <-l.in: // want `when l.in is closed this loop spins`
			if !ok {
				break
			}
			f(v)
		}
	}
}

func (l *loop) swapOk(next func() chan int, f func(int)) {
	for {
		select {
		case <-l.quit:
			return
		case v, ok := <-l.in:
			if !ok {
				l.in = next()
				continue
			}
			f(v)
		}
	}
}

// alternateOk switches a Done channel off and on: its merges refer to each other.
func alternateOk(ctx context.Context, in <-chan int, on func() bool, f func(int)) {
	var done <-chan struct{}
	for {
		for on() {
			if done == nil {
				done = ctx.Done()
			}
		}
		select {
		case <-done:
			return
		case v := <-in:
			f(v)
		}
	}
}
