// Package loop retries.
package loop

import (
	"context"
	"errors"
	"time"
)

func op(ctx context.Context) error { return ctx.Err() }

func retryBad(ctx context.Context) {
	for { // want `this loop retries op until it succeeds and never looks at ctx: when ctx has ended, op fails for ever`
		if err := op(ctx); err == nil {
			return
		}
		time.Sleep(time.Second)
	}
}

func retryOk(ctx context.Context) error {
	for {
		if err := op(ctx); err == nil {
			return nil
		}
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func retryErrOk(ctx context.Context) error {
	for {
		if err := op(ctx); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		time.Sleep(time.Second)
	}
}

func retryClassifiedOk(ctx context.Context) error {
	for {
		err := op(ctx)
		if err == nil || errors.Is(err, context.Canceled) {
			return err
		}
		time.Sleep(time.Second)
	}
}

func boundedOk(ctx context.Context) (err error) {
	for range 3 {
		if err = op(ctx); err == nil {
			return nil
		}
		time.Sleep(time.Second)
	}
	return err
}

func deadlineOk(ctx context.Context) error {
	end := time.Now().Add(time.Minute)
	for time.Now().Before(end) {
		if err := op(ctx); err == nil {
			return nil
		}
		time.Sleep(time.Second)
	}
	return errors.New("timeout")
}

func pollBad(ctx context.Context, ready func() bool) {
	for !ready() {
		time.Sleep(time.Second) // want `pollBad takes ctx and never looks at it: this sleep, in a loop, goes on when ctx has ended`
	}
}

func pollOk(ctx context.Context, ready func() bool) error {
	for !ready() {
		select {
		case <-time.After(time.Second):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func tickerBad(ctx context.Context, work func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for range t.C { // want `tickerBad takes ctx and never looks at it: this receive from a ticker, in a loop, goes on when ctx has ended`
		work()
	}
}

func tickerOk(ctx context.Context, work func()) {
	t := time.NewTicker(time.Second)
	defer t.Stop()
	for {
		select {
		case <-t.C:
			work()
		case <-ctx.Done():
			return
		}
	}
}

func foreverBad(ctx context.Context, work func()) {
	for {
		work()
		time.Sleep(time.Minute) // want `foreverBad takes ctx and never looks at it: this sleep, in a loop, goes on when ctx has ended`
	}
}

func retryContinueBad(ctx context.Context) int {
	for i := 0; ; i++ { // want `this loop retries op until it succeeds and never looks at ctx`
		if err := op(ctx); err != nil {
			time.Sleep(time.Second)
			continue
		}
		return i
	}
}

func attemptsOk(ctx context.Context) error {
	for i := 0; ; i++ {
		err := op(ctx)
		if err == nil {
			return nil
		}
		if i > 5 {
			return err
		}
		time.Sleep(time.Second)
	}
}
