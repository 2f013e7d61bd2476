package main

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/alitto/pond/v2"
	"github.com/conclint/conclint/runtime/task"
	"github.com/panjf2000/ants/v2"
	"github.com/sourcegraph/conc"
	"github.com/sourcegraph/conc/iter"
	concpool "github.com/sourcegraph/conc/pool"
	"golang.org/x/sync/errgroup"
)

// limit is how many tasks the bounded contenders run at a time.
const limit = 8

// inBatches calls run with at most 1000 at a time, n in all, so that unlimited contenders do not pile up goroutines.
func inBatches(n int, run func(n int)) {
	for ; n > 1000; n -= 1000 {
		run(1000)
	}
	run(n)
}

// rows is every row, in the order of the table.
func rows() []row {
	return []row{
		boundedGroup(), unlimitedGroup(), mapCheap(), mapCostly(), asCompleted(), futureSingle(), futureBatch(),
		semaphoreUncontended(), semaphoreContended(), queueTransfer(1), queueTransfer(4), barrierRound(), eventSet(), priorityPutGet(), guardedDo(),
	}
}

var sink atomic.Int64 // what the trivial task touches, so that it is not empty

func trivial()                          { sink.Load() }
func trivialErr() error                 { sink.Load(); return nil }
func trivialTask(context.Context) error { sink.Load(); return nil }
func must(err error)                    { mustBe(err == nil, "unexpected error") }
func mustBe(ok bool, explanation string) { // contenders must do the work they are measured for
	if !ok {
		panic("bench: " + explanation)
	}
}

func boundedGroup() row {
	ctx := context.Background()
	return row{
		name: "bounded group, trivial task", goal: goal{ratio: 0.7}, parks: true,
		floor: contender{"workers on a channel", func(n int) {
			jobs := make(chan func() error)
			var wg sync.WaitGroup
			for range limit {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for f := range jobs {
						must(f())
					}
				}()
			}
			for range n {
				jobs <- trivialErr
			}
			close(jobs)
			wg.Wait()
		}},
		ours: contender{"task.Run", func(n int) {
			must(task.Run(ctx, func(g *task.Group) error {
				for range n {
					g.Go(trivialTask)
				}
				return nil
			}, task.Limit(limit)))
		}},
		peers: []contender{
			{"errgroup", func(n int) {
				var g errgroup.Group
				g.SetLimit(limit)
				for range n {
					g.Go(trivialErr)
				}
				must(g.Wait())
			}},
			{"conc", func(n int) {
				p := concpool.New().WithErrors().WithMaxGoroutines(limit)
				for range n {
					p.Go(trivialErr)
				}
				must(p.Wait())
			}},
			{"pond.Go (no errors)", func(n int) {
				p := pond.NewPool(limit)
				for range n {
					must(p.Go(trivial))
				}
				p.StopAndWait()
			}},
			{"ants", func(n int) {
				p, err := ants.NewPool(limit)
				must(err)
				var wg sync.WaitGroup
				f := func() { defer wg.Done(); trivial() }
				for range n {
					wg.Add(1)
					must(p.Submit(f))
				}
				wg.Wait()
				p.Release()
			}},
		},
		others: []contender{{"workers on a channel of 64", func(n int) {
			jobs := make(chan func() error, 8*limit)
			var wg sync.WaitGroup
			for range limit {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for f := range jobs {
						must(f())
					}
				}()
			}
			for range n {
				jobs <- trivialErr
			}
			close(jobs)
			wg.Wait()
		}}},
	}
}

func unlimitedGroup() row {
	ctx := context.Background()
	return row{
		name: "unlimited group", goal: goal{ratio: 1.1, allocs: 1, bytes: 24}, parks: true,
		floor: contender{"go + WaitGroup", func(n int) {
			inBatches(n, func(n int) {
				var wg sync.WaitGroup
				for range n {
					wg.Add(1)
					go func() { defer wg.Done(); trivial() }()
				}
				wg.Wait()
			})
		}},
		ours: contender{"task.Run", func(n int) {
			inBatches(n, func(n int) {
				must(task.Run(ctx, func(g *task.Group) error {
					for range n {
						g.Go(trivialTask)
					}
					return nil
				}))
			})
		}},
		peers: []contender{
			{"errgroup", func(n int) {
				inBatches(n, func(n int) {
					var g errgroup.Group
					for range n {
						g.Go(trivialErr)
					}
					must(g.Wait())
				})
			}},
			{"conc", func(n int) {
				inBatches(n, func(n int) {
					var wg conc.WaitGroup
					for range n {
						wg.Go(trivial)
					}
					wg.Wait()
				})
			}},
		},
		others: []contender{{"task.New", func(n int) {
			inBatches(n, func(n int) {
				g := task.New(ctx)
				for range n {
					g.Go(trivialTask)
				}
				must(g.Wait())
			})
		}}, {"wg.Go", func(n int) {
			inBatches(n, func(n int) {
				var wg sync.WaitGroup
				for range n {
					wg.Go(trivial)
				}
				wg.Wait()
			})
		}}},
	}
}

// staticSplit is the floor of the parallel maps: one goroutine per processor with its share of the elements.
func staticSplit(in []int, f func(context.Context, int) (int, error)) []int {
	ctx := context.Background()
	out := make([]int, len(in))
	workers := min(runtime.GOMAXPROCS(0), len(in))
	var wg sync.WaitGroup
	for w := range workers {
		wg.Add(1)
		low, high := w*len(in)/workers, (w+1)*len(in)/workers
		from, to := in[low:high], out[low:high]
		go func() {
			defer wg.Done()
			for i, v := range from {
				r, err := f(ctx, v)
				must(err)
				to[i] = r
			}
		}()
	}
	wg.Wait()
	return out
}

// mapRow compares parallel maps over slices of size elements.
func mapRow(name string, goal goal, size int, f func(int) int) row {
	ctx := context.Background()
	fn := func(_ context.Context, v int) (int, error) { return f(v), nil }
	all := make([]int, size)
	for i := range all {
		all[i] = i
	}
	repeat := func(do func(in []int) []int) func(int) {
		return func(n int) {
			for ; n > 0; n -= size {
				in := all[:min(n, size)]
				out := do(in)
				mustBe(len(out) == len(in) && out[len(out)-1] == f(in[len(in)-1]), "wrong result of map")
			}
		}
	}
	return row{
		name: name, goal: goal,
		floor: contender{"static split", repeat(func(in []int) []int { return staticSplit(in, fn) })},
		ours: contender{"task.Map", repeat(func(in []int) []int {
			out, err := task.Map(ctx, in, fn)
			must(err)
			return out
		})},
		peers: []contender{{"conc iter.Map", repeat(func(in []int) []int {
			out, err := iter.MapErr(in, func(v *int) (int, error) { return fn(ctx, *v) })
			must(err)
			return out
		})}},
	}
}

func mapCheap() row {
	return mapRow("map, cheap function, per element", goal{ratio: 1.5}, 100_000, func(v int) int { return v * v })
}

func mapCostly() row {
	r := mapRow("map, 10 us function, per element", goal{ratio: 1.02}, 1000, func(v int) int { return spin(v, spins) })
	r.parks, r.run = true, 10*time.Millisecond
	return r
}

// spin does arithmetic that the compiler cannot shorten.
func spin(v, steps int) int {
	x := uint64(v)
	for range steps {
		x = x*6364136223846793005 + 1442695040888963407
	}
	return int(x >> 1)
}

// spins is how many steps take 10 us on this machine.
var spins = func() int {
	const trial = 1 << 14 // short, so that some trials are not disturbed
	best := time.Hour
	for i := range 500 {
		start := time.Now()
		sink.Store(int64(spin(i, trial)))
		best = min(best, time.Since(start))
	}
	return int(trial * 10 * time.Microsecond / best)
}()

func asCompleted() row {
	type pair struct{ in, out int }
	ctx := context.Background()
	count := func(n int) func(func(int) bool) {
		return func(yield func(int) bool) {
			for i := range n {
				if !yield(i) {
					return
				}
			}
		}
	}
	return row{
		name: "results as completed, per item", goal: goal{ratio: 1.1}, parks: true,
		floor: contender{"2 channels + workers (leaks on break)", func(n int) {
			in, out := make(chan int), make(chan pair)
			var wg sync.WaitGroup
			for range limit {
				wg.Add(1)
				go func() {
					defer wg.Done()
					for v := range in {
						out <- pair{v, v + 1}
					}
				}()
			}
			go func() {
				for v := range count(n) {
					in <- v
				}
				close(in)
				wg.Wait()
				close(out)
			}()
			seen := 0
			for p := range out {
				seen += p.out - p.in
			}
			mustBe(seen == n, "items lost")
		}},
		ours: contender{"task.AsCompleted", func(n int) {
			seen := 0
			for v, r := range task.AsCompleted(ctx, count(n), func(_ context.Context, v int) (int, error) { return v + 1, nil }, task.Limit(limit)) {
				seen += r.Value - v
			}
			mustBe(seen == n, "items lost")
		}},
		others: []contender{{"task.InOrder", func(n int) {
			seen := 0
			for v, r := range task.InOrder(ctx, count(n), func(_ context.Context, v int) (int, error) { return v + 1, nil }, task.Limit(limit)) {
				seen += r.Value - v
			}
			mustBe(seen == n, "items lost")
		}}},
	}
}

func answer() (int, error)                    { return int(sink.Load()), nil }
func answerTask(context.Context) (int, error) { return answer() }

func futureSingle() row {
	ctx := context.Background()
	return row{
		name: "future, one by one", goal: goal{ratio: 1.0, allocs: 1, bytes: 64}, parks: true,
		floor: contender{"go + chan(1)", func(n int) {
			for range n {
				c := make(chan int, 1)
				go func() {
					v, err := answer()
					must(err)
					c <- v
				}()
				<-c
			}
		}},
		ours: contender{"task.Go, Await", func(n int) {
			must(task.Run(ctx, func(g *task.Group) error {
				for range n {
					_, err := task.Go(g, answerTask).Await(g.Context())
					must(err)
				}
				return nil
			}, task.Limit(limit)))
		}},
		peers: []contender{
			{"errgroup", func(n int) {
				for range n {
					var g errgroup.Group
					var v int
					g.Go(func() (err error) { v, err = answer(); return err })
					must(g.Wait())
					_ = v
				}
			}},
			{"pond", func(n int) {
				p := pond.NewResultPool[int](limit)
				for range n {
					_, err := p.SubmitErr(answer).Wait()
					must(err)
				}
				p.StopAndWait()
			}},
		},
		others: []contender{{"task.Go, unlimited", func(n int) {
			must(task.Run(ctx, func(g *task.Group) error {
				for range n {
					_, err := task.Go(g, answerTask).Await(g.Context())
					must(err)
				}
				return nil
			}))
		}}},
	}
}

func futureBatch() row {
	ctx := context.Background()
	return row{
		name: "future, batch of 1000", goal: goal{ratio: 0.25, allocs: 1, bytes: 64}, parks: true,
		floor: contender{"go + chan(1)", func(n int) {
			cs := make([]chan int, 1000)
			inBatches(n, func(n int) {
				for i := range n {
					c := make(chan int, 1)
					cs[i] = c
					go func() {
						v, err := answer()
						must(err)
						c <- v
					}()
				}
				for _, c := range cs[:n] {
					<-c
				}
			})
		}},
		ours: contender{"task.Go, Await", func(n int) {
			fs := make([]*task.Future[int], 1000)
			must(task.Run(ctx, func(g *task.Group) error {
				inBatches(n, func(n int) {
					for i := range n {
						fs[i] = task.Go(g, answerTask)
					}
					for _, f := range fs[:n] {
						_, err := f.Await(g.Context())
						must(err)
					}
				})
				return nil
			}, task.Limit(limit)))
		}},
		peers: []contender{
			{"errgroup", func(n int) {
				out := make([]int, 1000)
				inBatches(n, func(n int) {
					var g errgroup.Group
					g.SetLimit(limit)
					for i := range n {
						g.Go(func() (err error) { out[i], err = answer(); return err })
					}
					must(g.Wait())
				})
			}},
			{"pond", func(n int) {
				p := pond.NewResultPool[int](limit)
				inBatches(n, func(n int) {
					g := p.NewGroup()
					for range n {
						g.SubmitErr(answer)
					}
					_, err := g.Wait()
					must(err)
				})
				p.StopAndWait()
			}},
			{"conc", func(n int) {
				inBatches(n, func(n int) {
					p := concpool.NewWithResults[int]().WithErrors().WithMaxGoroutines(limit)
					for range n {
						p.Go(answer)
					}
					_, err := p.Wait()
					must(err)
				})
			}},
		},
	}
}
