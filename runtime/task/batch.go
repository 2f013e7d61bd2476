package task

import (
	"context"
	"sync"
)

// Batch collects the results of tasks that are submitted to a [Pool] one by one and awaited together. It may be used again after WaitAll.
// Its methods may be called concurrently.
type Batch[T any] struct {
	pool *Pool
	mu   sync.Mutex
	open []*Future[T]
}

// NewBatch returns an empty batch of tasks for p.
func NewBatch[T any](p *Pool) *Batch[T] { return &Batch[T]{pool: p} }

// Submit queues f in the pool as [Submit] does and adds its result to the batch. The context of f ends when WaitAll gives up or the
// pool is forced to stop.
func (b *Batch[T]) Submit(f func(ctx context.Context) (T, error)) {
	u := Submit(context.Background(), b.pool, f)
	b.mu.Lock()
	b.open = append(b.open, u)
	b.mu.Unlock()
}

// WaitAll waits for the tasks that were submitted since the last WaitAll and returns their results in the order of submission, errors kept in
// their places. When ctx ends it cancels the tasks that are left and waits for them; those that were cut short have the cause of ctx as their
// error. It re-raises the first panic when all tasks have ended.
func (b *Batch[T]) WaitAll(ctx context.Context) []Result[T] {
	b.mu.Lock()
	all := b.open
	b.open = nil
	b.mu.Unlock()
	for i, u := range all {
		if !u.isDone() && u.wait(ctx) != nil {
			for _, left := range all[i:] {
				left.Cancel()
			}
			for _, left := range all[i:] {
				<-left.Done()
			}
			break
		}
	}
	results := make([]Result[T], len(all))
	for i, u := range all {
		if u.failure != nil && (u.failure.panicked != nil || u.failure.goexit) {
			_, _ = u.Await(ctx) // re-raises
		}
		results[i], _ = u.TryResult()
		if err := results[i].Err; err != nil && ctx.Err() != nil && u.isOwnCancellation(err) {
			results[i].Err = context.Cause(ctx)
		}
	}
	return results
}
