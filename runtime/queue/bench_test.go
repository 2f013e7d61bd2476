package queue_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/conclint/conclint/runtime/queue"
)

// transfer moves n values from producers to consumers, as many of each as pairs.
func transfer(n, pairs int, put func(int), get func() bool, close func()) {
	var producers, consumers sync.WaitGroup
	for p := range pairs {
		producers.Add(1)
		consumers.Add(1)
		go func() {
			defer producers.Done()
			for i := p; i < n; i += pairs {
				put(i)
			}
		}()
		go func() {
			defer consumers.Done()
			for get() {
			}
		}()
	}
	producers.Wait()
	close()
	consumers.Wait()
}

func BenchmarkTransfer(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	for _, pairs := range []int{1, 4} {
		b.Run(fmt.Sprintf("Queue/%d:%d", pairs, pairs), func(b *testing.B) {
			b.ReportAllocs()
			q := queue.New[int](128)
			transfer(b.N, pairs, func(v int) { q.Put(ctx, v) }, func() bool { _, err := q.Get(ctx); return err == nil }, q.Close)
		})
		b.Run(fmt.Sprintf("chan/%d:%d", pairs, pairs), func(b *testing.B) {
			b.ReportAllocs()
			c := make(chan int, 128)
			transfer(b.N, pairs, func(v int) { c <- v }, func() bool { _, ok := <-c; return ok }, func() { close(c) })
		})
		b.Run(fmt.Sprintf("chan+select/%d:%d", pairs, pairs), func(b *testing.B) {
			b.ReportAllocs()
			c := make(chan int, 128)
			put := func(v int) {
				select {
				case c <- v:
				case <-ctx.Done():
				}
			}
			get := func() bool {
				select {
				case _, ok := <-c:
					return ok
				case <-ctx.Done():
					return false
				}
			}
			transfer(b.N, pairs, put, get, func() { close(c) })
		})
	}
}

func BenchmarkPriority(b *testing.B) {
	const held = 1024
	b.ReportAllocs()
	ctx := context.Background()
	q := queue.NewPriority[int, int](2 * held)
	key := uint32(1)
	random := func() int { key = key*1664525 + 1013904223; return int(key >> 8) }
	for range held {
		q.Put(ctx, random(), 0)
	}
	for b.Loop() {
		q.Put(ctx, random(), 0)
		q.Get(ctx)
	}
}
