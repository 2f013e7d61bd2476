package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/conclint/conclint/runtime/gate"
	"golang.org/x/sync/semaphore"
)

// among lets workers goroutines do the work, n operations in all.
func among(workers, n int, work func(n int)) {
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		go func() {
			defer wg.Done()
			work((w+1)*n/workers - w*n/workers)
		}()
	}
	wg.Wait()
}

// cancellable is a context that could end but does not, as in a request.
var cancellable, _ = context.WithCancel(context.Background())

func semaphoreUncontended() row {
	ctx := context.Background()
	s := gate.NewSemaphore(2)
	w := gate.NewWeighted(2)
	x := semaphore.NewWeighted(2)
	c := make(chan struct{}, 2)
	var count atomic.Int64
	return row{
		name: "semaphore, uncontended acquire + release", goal: goal{ratio: 1.4},
		floor: contender{"2 atomic adds", func(n int) {
			for range n {
				count.Add(-1)
				count.Add(1)
			}
		}},
		ours: contender{"gate.Semaphore", func(n int) {
			for range n {
				must(s.Acquire(ctx))
				s.Release()
			}
		}},
		peers: []contender{{"x/sync", func(n int) {
			for range n {
				must(x.Acquire(ctx, 1))
				x.Release(1)
			}
		}}},
		others: []contender{
			{"gate.Weighted", func(n int) {
				for range n {
					must(w.Acquire(ctx, 1))
					w.Release(1)
				}
			}},
			{"channel", func(n int) {
				for range n {
					c <- struct{}{}
					<-c
				}
			}},
		},
	}
}

func semaphoreContended() row {
	ctx := context.Background()
	s := gate.NewSemaphore(2)
	w := gate.NewWeighted(2)
	x := semaphore.NewWeighted(2)
	c := make(chan struct{}, 2)
	return row{
		name: "semaphore, 8 goroutines on 2 permits", goal: goal{ratio: 1.1}, parks: true,
		floor: contender{"channel", func(n int) {
			among(8, n, func(n int) {
				for range n {
					c <- struct{}{}
					runtime.Gosched()
					<-c
				}
			})
		}},
		ours: contender{"gate.Semaphore", func(n int) {
			among(8, n, func(n int) {
				for range n {
					must(s.Acquire(ctx))
					runtime.Gosched()
					s.Release()
				}
			})
		}},
		peers: []contender{{"x/sync", func(n int) {
			among(8, n, func(n int) {
				for range n {
					must(x.Acquire(ctx, 1))
					runtime.Gosched()
					x.Release(1)
				}
			})
		}}},
		others: []contender{{"gate.Weighted", func(n int) {
			among(8, n, func(n int) {
				for range n {
					must(w.Acquire(ctx, 1))
					runtime.Gosched()
					w.Release(1)
				}
			})
		}}},
	}
}

const parties = 4

func barrierRound() row {
	ctx := context.Background()
	rounds := func(n int, wait func()) {
		n /= parties
		among(parties, n*parties, func(n int) {
			for range n {
				wait()
			}
		})
	}
	return row{
		name: "barrier, round of 4, per party", goal: goal{ratio: 1.8}, parks: true,
		floor: contender{"Gosched", func(n int) { rounds(n, runtime.Gosched) }},
		ours: contender{"gate.Barrier", func(n int) {
			b := gate.NewBarrier(parties)
			rounds(n, func() {
				_, err := b.Wait(ctx)
				must(err)
			})
		}},
		others: []contender{
			{"a channel per round", func(n int) {
				var mu sync.Mutex
				arrived, next := 0, make(chan struct{})
				rounds(n, func() {
					mu.Lock()
					arrived++
					mine := next
					if arrived == parties {
						arrived, next = 0, make(chan struct{})
						close(mine)
					}
					mu.Unlock()
					<-mine
				})
			}},
			{"sync.Cond by hand", func(n int) {
				var mu sync.Mutex
				c := sync.NewCond(&mu)
				arrived, round := 0, 0
				rounds(n, func() {
					mu.Lock()
					mine := round
					if arrived++; arrived == parties {
						arrived, round = 0, round+1
						c.Broadcast()
					}
					for mine == round {
						c.Wait()
					}
					mu.Unlock()
				})
			}},
		},
	}
}

func eventSet() row {
	ctx := context.Background()
	var e gate.Event
	e.Set()
	var flag atomic.Bool
	flag.Store(true)
	c := make(chan struct{})
	close(c)
	return row{
		name: "event, wait when set", goal: goal{ns: 2},
		floor: contender{"atomic load", func(n int) {
			for range n {
				mustBe(flag.Load(), "not set")
			}
		}},
		ours: contender{"gate.Event", func(n int) {
			for range n {
				must(e.Wait(ctx))
			}
		}},
		others: []contender{
			{"closed channel", func(n int) {
				for range n {
					<-c
				}
			}},
			{"select with ctx", func(n int) {
				for range n {
					select {
					case <-c:
					case <-cancellable.Done():
					}
				}
			}},
		},
	}
}
