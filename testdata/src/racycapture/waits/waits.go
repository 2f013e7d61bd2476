// Package waits has goroutines that are waited for in other ways than by a join.
package waits

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// eventually calls cond until it is true, and gives up after a while.
func eventually(cond func() bool) bool {
	for range 100 {
		if cond() {
			return true
		}
		time.Sleep(time.Millisecond)
	}
	return false
}

func polledOk() int {
	var mu sync.Mutex
	var results []int
	for i := range 3 {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			results = append(results, i)
		}()
	}
	eventually(func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(results) == 3
	})
	return len(results)
}

func polledByHelperOk() int {
	var mu sync.Mutex
	var results []int
	for i := range 3 {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			results = append(results, i)
		}()
	}
	count := func() int {
		mu.Lock()
		defer mu.Unlock()
		return len(results)
	}
	await := func(n int) {
		eventually(func() bool { return count() == n })
	}
	await(3)
	return len(results)
}

// Nothing has been waited for.
func unpolledBad() int {
	var mu sync.Mutex
	var results []int
	for i := range 3 {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			results = append(results, i)
		}()
	}
	return len(results) // want `results is read here and updated at waits.go:\d+ in a goroutine`
}

// What is waited for is done under another lock.
func otherLockBad() int {
	var mu, other sync.Mutex
	var results []int
	ready := false
	for i := range 3 {
		go func() {
			mu.Lock()
			defer mu.Unlock()
			results = append(results, i)
		}()
	}
	go func() {
		other.Lock()
		ready = true
		other.Unlock()
	}()
	eventually(func() bool {
		other.Lock()
		defer other.Unlock()
		return ready
	})
	return len(results) // want `results is read here and updated at waits.go:\d+ in a goroutine`
}

func cancelledOk(parent context.Context) (n int) {
	ctx, cancel := context.WithCancel(parent)
	count := 0
	go func() {
		defer cancel()
		for range 10 {
			count++
		}
	}()
	<-ctx.Done()
	return count
}

// Who cancels is the starter itself.
func cancellingBad(parent context.Context) (n string) {
	ctx, cancel := context.WithCancel(parent)
	state := ""
	go func() {
		<-ctx.Done()
		state = "ended" // want `state is written in a goroutine .* and read at waits.go:\d+`
	}()
	cancel()
	<-ctx.Done()
	return state
}

type runner struct {
	stopped chan struct{}
	work    atomic.Int32
}

// stop asks the runner to stop.
func (r *runner) stop() {
	select {
	case r.stopped <- struct{}{}:
	default:
	}
}

// run works until it is stopped.
func (r *runner) run(ctx context.Context) error {
	for {
		select {
		case <-r.stopped:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Millisecond):
			r.work.Add(1)
		}
	}
}

func stoppedOk(ctx context.Context, find func() string) (string, error) {
	r := &runner{stopped: make(chan struct{}, 1)}
	found := ""
	go func() {
		found = find()
		r.stop()
	}()
	if err := r.run(ctx); err != nil {
		return "", err
	}
	return found, nil
}

// The goroutine writes after it has stopped the runner.
func stoppedBad(ctx context.Context, find func() string) (string, error) {
	r := &runner{stopped: make(chan struct{}, 1)}
	found := ""
	go func() {
		r.stop()
		found = find() // want `found is written in a goroutine .* and read at waits.go:\d+`
	}()
	if err := r.run(ctx); err != nil {
		return "", err
	}
	return found, nil
}

// A holder keeps a copy of a context.
type holder struct{ ctx context.Context }

func (h *holder) wait() { <-h.ctx.Done() }

func hold(ctx context.Context) context.Context {
	h := &holder{ctx}
	go h.wait()
	return context.WithValue(ctx, "holder", h)
}

// The goroutine reads the field, not the variable.
func copiedOk(parent context.Context) error {
	ctx, cancel := context.WithCancel(parent)
	defer cancel()
	ctx = hold(ctx)
	return ctx.Err()
}

func firstOk(names []string) string {
	var mu sync.Mutex
	chosen := ""
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			mu.Lock()
			if chosen == "" {
				chosen = name
			}
			mu.Unlock()
			if chosen == name {
				println("chosen", chosen)
			}
		})
	}
	wg.Wait()
	return chosen
}

// The test before is made without the lock.
func firstBad(names []string) string {
	var mu sync.Mutex
	chosen := ""
	var wg sync.WaitGroup
	for _, name := range names {
		wg.Go(func() {
			mu.Lock()
			chosen = name
			mu.Unlock()
			if chosen == name { // want `chosen is read and written at waits.go:\d+ by several goroutines at once`
				println("chosen", chosen)
			}
		})
	}
	wg.Wait()
	return chosen
}
