package main

import (
	"container/heap"
	"context"
	"fmt"
	"sync"

	"github.com/conclint/conclint/runtime/lock"
	"github.com/conclint/conclint/runtime/queue"
)

const capacity = 128

// transfer moves n values from pairs producers to as many consumers.
func transfer(n, pairs int, put func(int), get func() (int, bool), close func()) {
	var producers, consumers sync.WaitGroup
	sums := make([]int, pairs)
	for p := range pairs {
		producers.Add(1)
		consumers.Add(1)
		go func() {
			defer producers.Done()
			for i := p; i < n; i += pairs {
				put(1)
			}
		}()
		go func() {
			defer consumers.Done()
			sum := 0
			for {
				v, ok := get()
				if !ok {
					break
				}
				sum += v
			}
			sums[p] = sum
		}()
	}
	producers.Wait()
	close()
	consumers.Wait()
	total := 0
	for _, s := range sums {
		total += s
	}
	mustBe(total == n, "values lost")
}

func queueTransfer(pairs int) row {
	ctx := cancellable
	return row{
		name: fmt.Sprintf("queue %d:%d with ctx, per value", pairs, pairs), goal: goal{ratio: 1.25, allocs: -1}, parks: true,
		floor: contender{"bare channel (no ctx, no close)", func(n int) {
			c := make(chan int, capacity)
			transfer(n, pairs, func(v int) { c <- v }, func() (int, bool) { v, ok := <-c; return v, ok }, func() { close(c) })
		}},
		ours: contender{"queue.Queue", func(n int) {
			q := queue.New[int](capacity)
			transfer(n, pairs, func(v int) { must(q.Put(ctx, v)) }, func() (int, bool) { v, err := q.Get(ctx); return v, err == nil }, q.Close)
		}},
		others: []contender{{"channel + select with ctx", func(n int) {
			c := make(chan int, capacity)
			put := func(v int) {
				select {
				case c <- v:
				case <-ctx.Done():
				}
			}
			get := func() (int, bool) {
				select {
				case v, ok := <-c:
					return v, ok
				case <-ctx.Done():
					return 0, false
				}
			}
			transfer(n, pairs, put, get, func() { close(c) })
		}}},
	}
}

// keys is a sequence of pseudo-random keys.
type keys uint32

func (k *keys) next() int {
	*k = *k*1664525 + 1013904223
	return int(*k >> 8)
}

type item struct{ key, value int }

// stdHeap is what container/heap asks for.
type stdHeap []item

func (h stdHeap) Len() int           { return len(h) }
func (h stdHeap) Less(i, j int) bool { return h[i].key < h[j].key }
func (h stdHeap) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *stdHeap) Push(v any)        { *h = append(*h, v.(item)) }
func (h *stdHeap) Pop() any {
	old := *h
	v := old[len(old)-1]
	*h = old[:len(old)-1]
	return v
}

const heldItems = 1024

func priorityPutGet() row {
	ctx := context.Background()
	k := keys(1)
	q := queue.NewPriority[int, int](2 * heldItems)
	var bare, locked stdHeap
	var mu sync.Mutex
	for range heldItems {
		key := k.next()
		must(q.Put(ctx, key, key))
		heap.Push(&bare, item{key, key})
		heap.Push(&locked, item{key, key})
	}
	return row{
		name: "priority queue of 1024, put + get", goal: goal{ratio: 0.95},
		floor: contender{"container/heap (no lock, not stable)", func(n int) {
			for range n {
				key := k.next()
				heap.Push(&bare, item{key, key})
				heap.Pop(&bare)
			}
		}},
		ours: contender{"queue.Priority", func(n int) {
			for range n {
				key := k.next()
				must(q.Put(ctx, key, key))
				_, err := q.Get(ctx)
				must(err)
			}
		}},
		others: []contender{{"container/heap + mutex", func(n int) {
			for range n {
				key := k.next()
				mu.Lock()
				heap.Push(&locked, item{key, key})
				mu.Unlock()
				mu.Lock()
				heap.Pop(&locked)
				mu.Unlock()
			}
		}}},
	}
}

func guardedDo() row {
	var mu sync.Mutex
	value := 0
	var guarded lock.Guarded[int]
	var ranked lock.Mutex
	return row{
		name: "Guarded.Do", goal: goal{ratio: 1.1},
		floor: contender{"sync.Mutex, deferred Unlock", func(n int) {
			for range n {
				func() {
					mu.Lock()
					defer mu.Unlock()
					value++
				}()
			}
		}},
		ours: contender{"lock.Guarded", func(n int) {
			for range n {
				guarded.Do(func(v *int) { *v++ })
			}
		}},
		others: []contender{
			{"sync.Mutex, plain Unlock (stays locked on panic)", func(n int) {
				for range n {
					mu.Lock()
					value++
					mu.Unlock()
				}
			}},
			{"lock.Mutex, plain Unlock", func(n int) {
				for range n {
					ranked.Lock()
					value++
					ranked.Unlock()
				}
			}},
		},
	}
}
