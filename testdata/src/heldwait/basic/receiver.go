package basic

import (
	"context"
	"sync"
	"time"
)

// A queue of batches whose worker, in another case of its select, takes the lock
// under which the queue is flushed.
type batches struct {
	mu    sync.Mutex
	batch []int
	full  chan []int
}

func newBatches(n int) *batches { return &batches{full: make(chan []int, n)} }

func (b *batches) chanOf() <-chan []int { return b.full }

func (b *batches) take() []int {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case batch := <-b.full:
		return batch
	default:
		batch := b.batch
		b.batch = nil
		return batch
	}
}

func (b *batches) shutdownBad(done <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	select { // want `select waits while b.mu is held since receiver.go:35, but \(\*batches\).run \(receiver.go:48\), which would end the wait, locks it first; both may wait for ever`
	case b.full <- b.batch:
	case <-done:
	}
	close(b.full)
}

func (b *batches) run(ctx context.Context, send func([]int)) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case batch, ok := <-b.chanOf():
			if !ok {
				return
			}
			send(batch)
		case <-ticker.C:
			send(b.take())
		}
	}
}

// The same with a worker that needs no lock.
type lines struct {
	mu   sync.Mutex
	text []string
	out  chan string
}

func newLines(n int) *lines { return &lines{out: make(chan string, n)} }

func (l *lines) closeOk(done <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range l.text {
		select {
		case l.out <- t:
		case <-done:
			return
		}
	}
}

func (l *lines) run(send func(string)) {
	for t := range l.out {
		send(t)
	}
}

// The wait ends with the time.
func (b *batches) tryOk() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case b.full <- b.batch:
		return true
	case <-time.After(time.Second):
		return false
	}
}
