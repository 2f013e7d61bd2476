package task_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/conclint/conclint/runtime/task"
)

// Each benchmark has the floor as its first row: what one writes by hand for just that operation. The comparison with other
// libraries is a module of its own, since this one must not depend on them.

func nothing(context.Context) error { return nil }

func BenchmarkRunEmpty(b *testing.B) {
	for _, opts := range [][]task.Option{nil, {task.Limit(8)}} {
		b.Run(fmt.Sprintf("options=%d", len(opts)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = task.Run(bg, func(*task.Group) error { return nil }, opts...)
			}
		})
	}
}

func BenchmarkGroup(b *testing.B) {
	b.Run("floor=go+WaitGroup", func(b *testing.B) {
		b.ReportAllocs()
		var wg sync.WaitGroup
		for i := range b.N {
			wg.Add(1)
			go func() { defer wg.Done(); _ = nothing(bg) }()
			if i%1000 == 999 {
				wg.Wait()
			}
		}
		wg.Wait()
	})
	b.Run("unlimited", func(b *testing.B) {
		b.ReportAllocs()
		for left := b.N; left > 0; left -= 1000 {
			_ = task.Run(bg, func(g *task.Group) error {
				for range min(left, 1000) {
					g.Go(nothing)
				}
				return nil
			})
		}
	})
	b.Run("floor=channel", func(b *testing.B) {
		b.ReportAllocs()
		jobs := make(chan func(context.Context) error)
		var wg sync.WaitGroup
		for range 8 {
			wg.Add(1)
			go func() {
				defer wg.Done()
				for f := range jobs {
					_ = f(bg)
				}
			}()
		}
		for range b.N {
			jobs <- nothing
		}
		close(jobs)
		wg.Wait()
	})
	b.Run("limit=8", func(b *testing.B) {
		b.ReportAllocs()
		_ = task.Run(bg, func(g *task.Group) error {
			for range b.N {
				g.Go(nothing)
			}
			return nil
		}, task.Limit(8))
	})
	b.Run("limit=8/named", func(b *testing.B) {
		b.ReportAllocs()
		_ = task.Run(bg, func(g *task.Group) error {
			for range b.N {
				g.Go(nothing)
			}
			return nil
		}, task.Limit(8), task.Named("bench"))
	})
	b.Run("limit=8/nested", func(b *testing.B) { // the queue is full and the submitter is a task
		b.ReportAllocs()
		_ = task.Run(bg, func(g *task.Group) error {
			g.Go(func(context.Context) error {
				for range b.N {
					g.Go(nothing)
				}
				return nil
			})
			return nil
		}, task.Limit(8))
	})
}

func BenchmarkFuture(b *testing.B) {
	one := func(context.Context) (int, error) { return 1, nil }
	b.Run("floor=go+chan", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			c := make(chan int, 1)
			go func() { c <- 1 }()
			<-c
		}
	})
	b.Run("pool", func(b *testing.B) {
		b.ReportAllocs()
		p := task.NewPool()
		defer p.Close()
		for b.Loop() {
			_, _ = task.Submit(bg, p, one).Await(bg)
		}
	})
	b.Run("pool/batch=1000", func(b *testing.B) {
		b.ReportAllocs()
		p := task.NewPool()
		defer p.Close()
		fs := make([]*task.Future[int], 1000)
		for left := b.N; left > 0; left -= 1000 {
			fs := fs[:min(left, 1000)]
			for i := range fs {
				fs[i] = task.Submit(bg, p, one)
			}
			for _, f := range fs {
				_, _ = f.Await(bg)
			}
		}
	})
	b.Run("done", func(b *testing.B) {
		p := task.NewPool()
		defer p.Close()
		f := task.Submit(bg, p, one)
		for b.Loop() {
			_, _ = f.Await(bg)
		}
	})
}

func BenchmarkMap(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		in := upTo(n)
		b.Run(fmt.Sprintf("floor=sequential/n=%d", n), func(b *testing.B) {
			for b.Loop() {
				out := make([]int, n)
				for i, v := range in {
					out[i], _ = double(bg, v)
				}
			}
		})
		b.Run(fmt.Sprintf("map/n=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = task.Map(bg, in, double)
			}
		})
	}
}

func BenchmarkStream(b *testing.B) {
	items := func(n int) func(func(int) bool) { return func(yield func(int) bool) { slices.Values(upTo(n))(yield) } }
	b.Run("AsCompleted", func(b *testing.B) {
		b.ReportAllocs()
		for range task.AsCompleted(bg, items(b.N), double, task.Limit(8)) {
		}
	})
	b.Run("InOrder", func(b *testing.B) {
		b.ReportAllocs()
		for range task.InOrder(bg, items(b.N), double, task.Limit(8)) {
		}
	})
	b.Run("Each", func(b *testing.B) {
		b.ReportAllocs()
		_ = task.Each(bg, items(b.N), func(context.Context, int) error { return nil }, task.Limit(8))
	})
}

func BenchmarkRecv(b *testing.B) {
	c := make(chan int, 1)
	ctx, cancel := context.WithCancel(bg)
	defer cancel()
	for b.Loop() {
		_ = task.Send(ctx, c, 1)
		_, _ = task.Recv(ctx, c)
	}
}

// BenchmarkForkJoin computes fib(15) with two futures per call, 1973 in all, that are awaited inside tasks.
func BenchmarkForkJoin(b *testing.B) {
	p := task.NewPool(task.Limit(8))
	defer p.Close()
	for b.Loop() {
		_, _ = task.Submit(bg, p, func(ctx context.Context) (int, error) { return fib(ctx, p, 15) }).Await(bg)
	}
}
